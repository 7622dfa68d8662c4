"""Measures of numbers that are known as distinct values and how often each occurs."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

I64 = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

QUANTILES = (5, 25, 50, 75, 95, 99)
_SAFE = 1 << 62


@dataclass(frozen=True, slots=True, eq=False)
class NumberCounts:
    """A column of numbers.

    Args:
        units: Distinct values, ascending, as whole units (int64, or Python integers in an object array).
        counts: Rows of each, at least 1.
        nulls: Rows without a value.
        scale: Units per 1; 100 for cents.
    """

    units: npt.NDArray[Any]
    counts: I64
    nulls: int = 0
    scale: int = 1

    @property
    def rows(self) -> int:
        """Rows with a value."""
        return int(self.counts.sum())

    def values(self) -> Floats:
        """The distinct values as floats."""
        return np.asarray(self.units / self.scale, np.float64)

    def mean(self) -> float | None:
        """The exact mean, rounded once; ``None`` for no values."""
        return float(Fraction(self._sum(1), self.rows * self.scale)) if self.rows else None

    def variance(self) -> float | None:
        """The exact sample variance (n - 1), rounded once; ``None`` for fewer than two values."""
        if self.rows < 2:  # noqa: PLR2004  a spread takes two
            return None
        around = self.rows * self._sum(2) - self._sum(1) ** 2
        return _rounded(Fraction(around, self.rows * (self.rows - 1) * self.scale**2))

    def quantile(self, percent: float) -> float | None:
        """Equal to ``numpy.percentile`` (linear) over all rows; ``None`` for no values."""
        return float(self.quantiles([percent / 100])[0]) if self.rows else None

    def quantiles(self, shares: Sequence[float] | Floats) -> Floats:
        """Linear quantiles at shares from 0 to 1, as NumPy computes them; there must be values."""
        values, ends = self.values(), np.cumsum(self.counts)
        place = np.clip(np.asarray(shares, np.float64), 0, 1) * (self.rows - 1)
        below = np.floor(place)
        weight = place - below
        low = values[np.searchsorted(ends, below, side="right")]
        high = values[np.searchsorted(ends, np.minimum(below + 1, self.rows - 1), side="right")]
        gap = high - low
        above = weight >= 0.5  # noqa: PLR2004  as NumPy rounds
        return np.asarray(np.where(above, high - gap * (1 - weight), low + gap * weight), np.float64)

    def below(self, edges: Floats) -> I64:
        """Rows with a value at or below each edge."""
        ends = np.concatenate([[0], np.cumsum(self.counts)])
        return np.asarray(ends[np.searchsorted(self.values(), edges, side="right")], np.int64)

    def binned(self, edges: Floats) -> I64:
        """Rows up to the first edge, between edges, above the last, and nulls."""
        inside = np.diff(np.concatenate([[0], self.below(edges), [self.rows]]))
        return np.append(inside, self.nulls)

    def _sum(self, power: int) -> int:
        largest = max((abs(int(self.units[0])), abs(int(self.units[-1]))), default=0)
        if largest**power * self.rows < _SAFE and self.units.dtype != object:
            return int((self.units**power * self.counts).sum())
        units = self.units.astype(object)
        return int((units**power * self.counts.astype(object)).sum())


def decile_edges(baseline: NumberCounts) -> Floats:
    """The baseline's deciles, without repeats: inner edges of bins whose ends are open."""
    return np.unique(baseline.quantiles(np.arange(1, 10) / 10))


def ks(baseline: NumberCounts, current: NumberCounts) -> tuple[float, float]:
    """Kolmogorov-Smirnov D, exact with ties, and the value where it is reached."""
    edges = np.union1d(baseline.values(), current.values())
    gaps = np.abs(current.below(edges) / current.rows - baseline.below(edges) / baseline.rows)
    place = int(np.argmax(gaps))
    return float(gaps[place]), float(edges[place])


def wasserstein(baseline: NumberCounts, current: NumberCounts) -> float:
    """The first Wasserstein distance in the values' own unit: the mean distance that a value has to move."""
    edges = np.union1d(baseline.values(), current.values())
    gaps = np.abs(current.below(edges) / current.rows - baseline.below(edges) / baseline.rows)
    return float((gaps[:-1] * np.diff(edges)).sum())


def _rounded(number: Fraction) -> float:
    try:
        return float(number)
    except OverflowError:
        return float("inf")
