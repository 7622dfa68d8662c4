"""How often each distinct value of a column occurs, and exact statistics computed from these counts."""

import math
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

import numpy as np

from customer_analytics.core.aggregation._kernels import count_keys, merge_counts
from customer_analytics.core.money.minor_units import as_float

_NO_VALUES = np.zeros(0, np.int64)

_DIGIT_BITS = 13
"""Number of bits of a digit in exact sums: int64 can hold ``2**36`` products of two digits, added up."""


@dataclass(frozen=True, slots=True, eq=False)
class ValueCounts:
    """How often whole numbers occur. ``ValueCounts()`` holds no number; adding it to another object changes nothing.

    Memory grows with the number of distinct values.

    Args:
        values: int64, ascending, distinct.
        counts: int64, how often each value occurs; all above 0.
    """

    values: np.ndarray = field(default_factory=lambda: _NO_VALUES)
    counts: np.ndarray = field(default_factory=lambda: _NO_VALUES)

    @classmethod
    def of(cls, values: np.ndarray) -> "ValueCounts":
        """Count how often each value of a chunk occurs; the values are integers between ``-2**53`` and ``2**53``."""
        return cls(*count_keys(values.astype(np.int64, copy=False)))

    def __add__(self, other: "ValueCounts") -> "ValueCounts":
        return ValueCounts(*merge_counts(self.values, self.counts, other.values, other.counts))

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, ValueCounts)
            and np.array_equal(self.values, other.values)
            and np.array_equal(self.counts, other.counts)
        )

    __hash__ = None  # type: ignore[assignment]

    @property
    def count(self) -> int:
        """Number of all values, not only of distinct ones: the sum of ``counts``."""
        return int(self.counts.sum())

    def power_sum(self, power: Literal[1, 2]) -> int:
        """Return the exact sum of the values (``power=1``) or of their squares (``power=2``)."""
        terms = _split_digits(self.values)
        if power == 2:  # noqa: PLR2004  the square of the sum of digits is the sum of all their products
            terms = [(shift + shift2, digit * digit2) for shift, digit in terms for shift2, digit2 in terms]
        return sum(int(term @ self.counts) << shift for shift, term in terms)

    def value_at_rank(self, rank: int) -> int:
        """Sort all values in ascending order, and return the value at index ``rank`` (from 0)."""
        return int(self.values[np.searchsorted(np.cumsum(self.counts), rank, side="right")])

    def count_outside(self, low: int, high: int) -> int:
        """Count the values below ``low`` or above ``high``."""
        return int(self.counts[(self.values < low) | (self.values > high)].sum())


def mean(counts: ValueCounts) -> Fraction | None:
    """Return the exact mean; ``None`` if there is no value."""
    return Fraction(counts.power_sum(1), counts.count) if counts.count else None


def scaled_variance(counts: ValueCounts) -> int:
    """Return n² times the population variance of the n values; this is the exact integer ``n Σx² - (Σx)²``."""
    return counts.count * counts.power_sum(2) - counts.power_sum(1) ** 2


def standard_deviation(counts: ValueCounts, scale: int = 1) -> float | None:
    """Return the sample standard deviation (n - 1) of ``values / scale``, rounded to the nearest float.

    The result is ``None`` if there are fewer than two values.
    """
    count = counts.count
    if count < 2:  # noqa: PLR2004  undefined for one value
        return None
    return exact_sqrt(Fraction(scaled_variance(counts), count * (count - 1) * scale**2))


def exact_sqrt(number: Fraction) -> float:
    """Return the float nearest to the square root of a non-negative fraction."""
    if not number:
        return 0.0
    shift = max(0, 140 - number.numerator.bit_length() + number.denominator.bit_length())
    shift += shift % 2
    scaled, remainder = divmod(number.numerator << shift, number.denominator)
    root = math.isqrt(scaled)
    is_inexact = remainder != 0 or root * root != scaled
    return as_float(Fraction(2 * root + is_inexact, 1 << (shift // 2 + 1)))


def percentile(counts: ValueCounts, percent: float, scale: int = 1) -> float | None:
    """Return a percentile of ``values / scale``, exactly equal to ``numpy.percentile``; ``None`` if there is no value.

    Source: method 7 of Hyndman and Fan (1996), with NumPy's order of floating-point operations.
    """
    count = counts.count
    if not count:
        return None
    rank = np.float64(count - 1) * np.true_divide(np.float64(percent), 100)
    lower_rank = int(np.floor(rank))
    lower, upper = (
        as_float(Fraction(counts.value_at_rank(min(whole_rank, count - 1)), scale))
        for whole_rank in (lower_rank, lower_rank + 1)
    )
    share = rank - lower_rank
    step = upper - lower
    return float(lower + step * share) if share < 0.5 else float(upper - step * (1 - share))  # noqa: PLR2004  NumPy's


def exact_percentile(counts: ValueCounts, percent: int) -> Fraction:
    """Return a percentile (linear interpolation) as an exact fraction; there must be at least one value."""
    rank = Fraction((counts.count - 1) * percent, 100)
    lower_rank = rank.numerator // rank.denominator
    lower = counts.value_at_rank(lower_rank)
    upper = counts.value_at_rank(min(lower_rank + 1, counts.count - 1))
    return lower + (upper - lower) * (rank - lower_rank)


def _split_digits(values: np.ndarray) -> list[tuple[int, np.ndarray]]:
    """Return pairs ``(shift, digits)``; ``digits << shift``, summed over all pairs, gives ``values``."""
    digits: list[tuple[int, np.ndarray]] = []
    while ((values != 0) & (values != -1)).any():
        digits.append((_DIGIT_BITS * len(digits), values & ((1 << _DIGIT_BITS) - 1)))
        values = values >> _DIGIT_BITS
    return [*digits, (_DIGIT_BITS * len(digits), values)]
