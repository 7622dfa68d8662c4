"""Distances between two arrays of counts over the same categories."""

from typing import NamedTuple

import numpy as np

from customer_analytics.core.drift.statistics.numeric import I64, Floats
from customer_analytics.core.drift.statistics.significance import chi_square_p

Counts = I64 | Floats

JEFFREYS = 0.5
"""Rows that Jeffreys smoothing adds to each bin."""

_EXPECTED_MIN = 5
"""Expected rows per category and side that the chi-square approximation needs."""


class ChiSquare(NamedTuple):
    """Result of a chi-square test: statistic, degrees of freedom and p-value."""

    statistic: float
    df: int
    p: float


def shares(counts: Counts) -> Floats:
    """Divide counts by their sum along the last axis; if the sum is 0, all shares are 0."""
    total = counts.sum(axis=-1, keepdims=True)
    return np.asarray(counts / np.maximum(total, 1), np.float64)


def psi(baseline: Counts, current: Counts, smoothing: float = JEFFREYS) -> Floats:
    """Return the population stability index (PSI) of two arrays of row counts; the bins are along the last axis.

    ``smoothing``, a number of rows, is added to each bin. If it is 0, a bin that is empty in both arrays is ignored; a
    bin that is empty in only one array makes the PSI infinite.
    """
    bins = baseline.shape[-1]
    baseline_shares, current_shares = (
        (counts + smoothing) / np.maximum(counts.sum(axis=-1, keepdims=True) + smoothing * bins, 1)
        for counts in (baseline, current)
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        log_ratios = np.log(current_shares) - np.log(baseline_shares)
        terms = np.where(baseline_shares == current_shares, 0.0, (current_shares - baseline_shares) * log_ratios)
    return np.asarray(terms.sum(axis=-1))


def share_changes(baseline: Counts, current: Counts) -> Floats:
    """Return the share of each category in ``current`` minus its share in ``baseline``."""
    return shares(current) - shares(baseline)


def total_variation(baseline: Counts, current: Counts) -> float:
    """Return half the sum of the absolute changes of shares: 0 for equal shares, 1 for disjoint categories."""
    return float(np.abs(share_changes(baseline, current)).sum() / 2)


def jensen_shannon(baseline: Counts, current: Counts) -> float:
    """Return the Jensen-Shannon divergence (Lin, 1991) in bits: 0 for equal shares, 1 for disjoint categories."""
    baseline_shares, current_shares = shares(baseline), shares(current)
    mixture = (baseline_shares + current_shares) / 2
    divergence = _relative_entropy(baseline_shares, mixture) + _relative_entropy(current_shares, mixture)
    return max(0.0, divergence / 2)


def chi_square(baseline: Counts, current: Counts, dispersion: float = 1.0) -> ChiSquare:
    """Test whether two arrays of row counts come from the same shares (Pearson, without continuity correction).

    Categories without rows are ignored. The statistic is divided by ``dispersion``: the variance of the counts divided
    by the variance for independent rows.
    """
    table = np.array([baseline, current], np.float64)
    table = table[:, table.sum(axis=0) > 0]
    sizes, totals = table.sum(axis=1, keepdims=True), table.sum(axis=0, keepdims=True)
    if table.shape[1] < 2 or not sizes.all():  # noqa: PLR2004  a test needs two categories
        return ChiSquare(0.0, 0, 1.0)
    expected = sizes * (totals / totals.sum())
    statistic, df = float(((table - expected) ** 2 / expected).sum() / dispersion), table.shape[1] - 1
    return ChiSquare(statistic, df, chi_square_p(statistic, df))


def merge_rare(baseline: Counts, current: Counts) -> tuple[Counts, Counts]:
    """In both arrays, merge the categories with an expected count below ``_EXPECTED_MIN`` into one, the last."""
    sizes = baseline.sum(), current.sum()
    expected = (baseline + current) * (min(sizes) / max(sizes[0] + sizes[1], 1))
    is_rare = expected < _EXPECTED_MIN
    merged = [np.append(counts[~is_rare], counts[is_rare].sum()) for counts in (baseline, current)]
    return merged[0], merged[1]


def cramers_v(baseline: Counts, current: Counts) -> float:
    """Return the bias-corrected Cramér's V (Bergsma, 2013) of the two arrays of counts; 0 for a single category."""
    rows = float(baseline.sum() + current.sum())
    test = chi_square(baseline, current)
    if test.df == 0 or rows <= 1:
        return 0.0
    columns = test.df + 1
    association = max(0.0, test.statistic / rows - test.df / (rows - 1))
    largest = min(columns - test.df**2 / (rows - 1), 2 - 1 / (rows - 1)) - 1
    return float(np.sqrt(association / largest)) if largest > 0 else 0.0


def _relative_entropy(probabilities: Floats, reference: Floats) -> float:
    is_positive = probabilities > 0
    positive = probabilities[is_positive]
    return float((positive * np.log2(positive / reference[is_positive])).sum())
