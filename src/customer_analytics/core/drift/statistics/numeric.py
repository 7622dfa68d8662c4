"""Statistics of a column of numbers, computed from the number of rows of each distinct value."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

I64 = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

QUANTILES = (5, 25, 50, 75, 95, 99)
"""The quantiles that are compared, in per cent."""

_INT64_LIMIT = 1 << 62


@dataclass(frozen=True, slots=True, eq=False)
class NumberCounts:
    """A column of numbers: its distinct values, and how many rows have each value.

    Args:
        units: Distinct values, ascending, in whole units: int64, or Python integers in an object array.
        counts: Number of rows of each value, at least 1.
        nulls: Number of rows without a value.
        scale: Number of units per major unit or per year: 100 for cents, 1 for years.
    """

    units: npt.NDArray[Any]
    counts: I64
    nulls: int = 0
    scale: int = 1

    @property
    def rows(self) -> int:
        """The number of rows that are not null."""
        return int(self.counts.sum())

    def values(self) -> Floats:
        """Return the distinct values as floats."""
        return np.asarray(self.units / self.scale, np.float64)

    def mean(self) -> float | None:
        """Return the mean, computed exactly and then rounded to a float; ``None`` if there are no values."""
        return float(Fraction(self._sum_powers(1), self.rows * self.scale)) if self.rows else None

    def variance(self) -> float | None:
        """Return the sample variance (divisor n - 1), computed exactly and then rounded to a float.

        ``None`` for fewer than two rows; infinity if the variance is too large for a float.
        """
        if self.rows < 2:  # noqa: PLR2004  a variance needs two rows
            return None
        numerator = self.rows * self._sum_powers(2) - self._sum_powers(1) ** 2
        try:
            return float(Fraction(numerator, self.rows * (self.rows - 1) * self.scale**2))
        except OverflowError:
            return float("inf")

    def quantiles(self, shares: Sequence[float] | Floats) -> Floats:
        """Return the quantiles at ``shares`` (from 0 to 1), as ``numpy.quantile`` does. There must be values."""
        values, ends = self.values(), np.cumsum(self.counts)
        positions = np.clip(np.asarray(shares, np.float64), 0, 1) * (self.rows - 1)
        previous = np.floor(positions)
        weight = positions - previous
        low = values[np.searchsorted(ends, previous, side="right")]
        high = values[np.searchsorted(ends, np.minimum(previous + 1, self.rows - 1), side="right")]
        gap = high - low
        is_nearer_to_high = weight >= 0.5  # noqa: PLR2004  NumPy rounds from the nearer value
        return np.asarray(np.where(is_nearer_to_high, high - gap * (1 - weight), low + gap * weight), np.float64)

    def count_up_to(self, edges: Floats) -> I64:
        """Return, for each edge, how many rows have a value up to and including this edge."""
        ends = np.concatenate([[0], np.cumsum(self.counts)])
        return np.asarray(ends[np.searchsorted(self.values(), edges, side="right")], np.int64)

    def bin_counts(self, edges: Floats) -> I64:
        """Return the number of rows per bin. Bins: up to the first edge, between edges, above the last edge, nulls."""
        rows_by_bin = np.diff(np.concatenate([[0], self.count_up_to(edges), [self.rows]]))
        return np.append(rows_by_bin, self.nulls)

    def _sum_powers(self, power: int) -> int:
        largest = max(abs(int(self.units[0])), abs(int(self.units[-1])))
        if largest**power * self.rows < _INT64_LIMIT and self.units.dtype != object:
            return int((self.units**power * self.counts).sum())
        units = self.units.astype(object)
        return int((units**power * self.counts.astype(object)).sum())


class WindowValues(NamedTuple):
    """How many rows have each value in each window (three arrays), and a dict from window code to number of nulls."""

    window: I64
    value: Floats
    rows: I64
    nulls: dict[int, int]


def decile_edges(baseline: NumberCounts) -> Floats:
    """Return the distinct deciles as edges between bins; the first and the last bin are open-ended."""
    return np.unique(baseline.quantiles(np.arange(1, 10) / 10))


def ks(baseline: NumberCounts, current: NumberCounts) -> tuple[float, float]:
    """Return the Kolmogorov-Smirnov distance D, and the value where the distribution functions differ by D."""
    values, gaps = _distribution_gaps(baseline, current)
    largest = int(np.argmax(gaps))
    return float(gaps[largest]), float(values[largest])


def wasserstein(baseline: NumberCounts, current: NumberCounts) -> float:
    """Return the first Wasserstein distance: how far values move on average, in the unit of the values."""
    values, gaps = _distribution_gaps(baseline, current)
    return float((gaps[:-1] * np.diff(values)).sum())


def _distribution_gaps(baseline: NumberCounts, current: NumberCounts) -> tuple[Floats, Floats]:
    """Return the distinct values of both columns, and how much the distribution functions differ at each value."""
    values = np.union1d(baseline.values(), current.values())
    return values, np.abs(current.count_up_to(values) / current.rows - baseline.count_up_to(values) / baseline.rows)
