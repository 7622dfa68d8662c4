"""How often each value occurs: the exact state from which every statistic of a column follows."""

import math
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

import numpy as np

from customer_analytics.core.aggregation._kernels import counted, merged
from customer_analytics.core.money.minor_units import as_float

_NONE = np.zeros(0, np.int64)

_DIGIT_BITS = 13
"""Products of two such digits, as often as ``2**36`` rows, sum up in 63 bits."""


@dataclass(frozen=True, slots=True, eq=False)
class ValueCounts:
    """Whole numbers and how often each occurs; memory grows with the distinct values.

    Args:
        values: int64, ascending, distinct.
        counts: int64, the same shape, all above 0.
    """

    values: np.ndarray = field(default_factory=lambda: _NONE)
    counts: np.ndarray = field(default_factory=lambda: _NONE)

    @classmethod
    def of(cls, values: np.ndarray) -> "ValueCounts":
        """The counts of a chunk's values.

        Args:
            values: Integers below 2**53 in size, shape ``(rows,)``.
        """
        return cls(*counted(values.astype(np.int64, copy=False)))

    def __add__(self, other: "ValueCounts") -> "ValueCounts":
        return ValueCounts(*merged(self.values, self.counts, other.values, other.counts))

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, ValueCounts)
            and np.array_equal(self.values, other.values)
            and np.array_equal(self.counts, other.counts)
        )

    __hash__ = None  # type: ignore[assignment]

    @property
    def count(self) -> int:
        """Values counted."""
        return int(self.counts.sum())

    def power_sum(self, power: Literal[1, 2]) -> int:
        """The exact sum of every value raised to ``power``."""
        digits = _digits(self.values)
        terms = digits if power == 1 else [(one + two, left * right) for one, left in digits for two, right in digits]
        return sum(int(term @ self.counts) << at for at, term in terms)

    def at(self, rank: int) -> int:
        """The value with a rank, from 0, in ascending order."""
        return int(self.values[np.searchsorted(np.cumsum(self.counts), rank, side="right")])

    def outside(self, low: int, high: int) -> int:
        """How many values are below ``low`` or above ``high``."""
        rows = (self.values < low) | (self.values > high)
        return int(self.counts[rows].sum())


def mean(counts: ValueCounts) -> Fraction | None:
    """The exact mean; ``None`` for no value."""
    return Fraction(counts.power_sum(1), counts.count) if counts.count else None


def scaled_variance(counts: ValueCounts) -> int:
    """``n Σx² - (Σx)²``, exact: the population variance times n²."""
    return counts.count * counts.power_sum(2) - counts.power_sum(1) ** 2


def standard_deviation(counts: ValueCounts, scale: int = 1) -> float | None:
    """The sample standard deviation (n - 1) of ``values / scale``, correctly rounded; ``None`` for fewer than two."""
    count = counts.count
    if count < 2:  # noqa: PLR2004  one value has no deviation
        return None
    return exact_sqrt(Fraction(scaled_variance(counts), count * (count - 1) * scale**2))


def exact_sqrt(number: Fraction) -> float:
    """The float nearest to the square exact_sqrt of a fraction that is not negative."""
    if not number:
        return 0.0
    shift = max(0, 140 - number.numerator.bit_length() + number.denominator.bit_length())
    shift += shift % 2
    scaled, rest = divmod(number.numerator << shift, number.denominator)
    whole = math.isqrt(scaled)
    inexact = rest != 0 or whole * whole != scaled
    return as_float(Fraction(2 * whole + inexact, 1 << (shift // 2 + 1)))


def percentile(counts: ValueCounts, percent: float, scale: int = 1) -> float | None:
    """The percentile of ``values / scale``, to the last bit as ``numpy.percentile`` has it; ``None`` for no value.

    Source: method 7 of Hyndman and Fan (1996), with NumPy's order of floating-point operations.
    """
    count = counts.count
    if not count:
        return None
    place = np.float64(count - 1) * np.true_divide(np.float64(percent), 100)
    below = int(np.floor(place))
    left, right = (as_float(Fraction(counts.at(min(rank, count - 1)), scale)) for rank in (below, below + 1))
    share = place - below
    step = right - left
    return float(left + step * share) if share < 0.5 else float(right - step * (1 - share))  # noqa: PLR2004  NumPy's


def exact_percentile(counts: ValueCounts, percent: int) -> Fraction:
    """The percentile as a fraction, without rounding; at least one value."""
    place = Fraction((counts.count - 1) * percent, 100)
    below = place.numerator // place.denominator
    left, right = counts.at(below), counts.at(min(below + 1, counts.count - 1))
    return left + (right - left) * (place - below)


def _digits(values: np.ndarray) -> list[tuple[int, np.ndarray]]:
    """Whole numbers as digits of :data:`_DIGIT_BITS` bits, each with the place of its lowest; the last has the sign."""
    found: list[tuple[int, np.ndarray]] = []
    while ((values != 0) & (values != -1)).any():
        found.append((_DIGIT_BITS * len(found), values & ((1 << _DIGIT_BITS) - 1)))
        values = values >> _DIGIT_BITS
    return [*found, (_DIGIT_BITS * len(found), values)]
