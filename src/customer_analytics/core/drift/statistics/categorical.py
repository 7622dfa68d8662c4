"""Distances between two columns of counts over the same categories."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from customer_analytics.core.drift.statistics.significance import chi_square_p

Counts = npt.NDArray[np.int64] | npt.NDArray[np.float64]
Floats = npt.NDArray[np.float64]

JEFFREYS = 0.5
_EXPECTED_MIN = 5


class ChiSquare(NamedTuple):
    """A chi-square test: statistic, degrees of freedom, p."""

    statistic: float
    df: int
    p: float


def shares(counts: Counts) -> Floats:
    """Counts as shares along the last axis; all 0 for no rows."""
    total = counts.sum(axis=-1, keepdims=True)
    return np.asarray(counts / np.maximum(total, 1), np.float64)


def psi(baseline: Counts, current: Counts, smoothing: float = JEFFREYS) -> Floats:
    """Population stability index along the last axis, shares smoothed to (c + s) / (n + s B).

    Bins that are empty on both sides are left out of an unsmoothed index; one that is empty on one side makes it
    infinite, which is what Jeffreys' smoothing avoids.
    """
    bins = baseline.shape[-1]
    one = (baseline + smoothing) / np.maximum(baseline.sum(axis=-1, keepdims=True) + smoothing * bins, 1)
    two = (current + smoothing) / np.maximum(current.sum(axis=-1, keepdims=True) + smoothing * bins, 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(one == two, 0.0, (two - one) * (np.log(two) - np.log(one)))
    return np.asarray(terms.sum(axis=-1))


def share_changes(baseline: Counts, current: Counts) -> Floats:
    """Change of each category's share."""
    return shares(current) - shares(baseline)


def total_variation(baseline: Counts, current: Counts) -> float:
    """Half the summed absolute changes of share: the share of rows that would have to move."""
    return float(np.abs(share_changes(baseline, current)).sum() / 2)


def jensen_shannon(baseline: Counts, current: Counts) -> float:
    """Jensen-Shannon divergence in bits: 0 for equal shares, 1 for disjoint ones (Lin, 1991)."""
    one, two = shares(baseline), shares(current)
    middle = (one + two) / 2
    return max(0.0, (_relative_entropy(one, middle) + _relative_entropy(two, middle)) / 2)


def chi_square(baseline: Counts, current: Counts, dispersion: float = 1.0) -> ChiSquare:
    """Pearson's test that both columns are drawn from the same shares, without correction.

    Categories without rows are left out.

    Args:
        baseline: Rows per category.
        current: Rows per category.
        dispersion: How much more windows vary than independent rows would; divides the statistic.
    """
    table = np.array([baseline, current], np.float64)
    table = table[:, table.sum(axis=0) > 0]
    sizes, totals = table.sum(axis=1, keepdims=True), table.sum(axis=0, keepdims=True)
    if table.shape[1] < 2 or not sizes.all():  # noqa: PLR2004  one category leaves nothing to test
        return ChiSquare(0.0, 0, 1.0)
    expected = sizes * (totals / totals.sum())
    statistic, df = float(((table - expected) ** 2 / expected).sum() / dispersion), table.shape[1] - 1
    return ChiSquare(statistic, df, chi_square_p(statistic, df))


def without_rare(baseline: Counts, current: Counts) -> tuple[Counts, Counts]:
    """The counts with all categories too rare for chi-square's approximation thrown together."""
    one, two = baseline.sum(), current.sum()
    expected = (baseline + current) * (min(one, two) / max(one + two, 1))
    rare = expected < _EXPECTED_MIN
    kept = [np.append(counts[~rare], counts[rare].sum()) for counts in (baseline, current)]
    return kept[0], kept[1]


def cramers_v(baseline: Counts, current: Counts) -> float:
    """Bias-corrected Cramér's V of side against category (Bergsma, 2013); 0 where nothing can be associated."""
    rows = float(baseline.sum() + current.sum())
    test = chi_square(baseline, current)
    if test.df == 0 or rows <= 1:
        return 0.0
    columns = test.df + 1
    association = max(0.0, test.statistic / rows - test.df / (rows - 1))
    least = min(columns - test.df**2 / (rows - 1), 2 - 1 / (rows - 1)) - 1
    return float(np.sqrt(association / least)) if least > 0 else 0.0


def _relative_entropy(one: Floats, two: Floats) -> float:
    some = one > 0
    return float((one[some] * np.log2(one[some] / two[some])).sum())
