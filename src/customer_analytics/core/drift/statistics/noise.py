"""Noise: how large the measures of drift are if nothing changed. Its causes are sampling and usual changes over time.

The windows of a delivery differ more than random samples of independent rows do. The dispersion says how much more: the
variance between windows is divided by the variance between such samples (Wedderburn, 1974). It is at least 1. If it is
d, a comparison of n rows has as much noise as a comparison of n / d independent rows.
"""

from typing import NamedTuple

import numpy as np

from customer_analytics.core.drift.statistics.categorical import psi, share_changes
from customer_analytics.core.drift.statistics.numeric import I64, Floats, WindowValues

_GRID = 256
"""Points at which the Wasserstein distance of noise is summed."""


class NoiseDraws(NamedTuple):
    """Noise of the measures that compare two arrays of counts, estimated from random draws.

    Args:
        psi_floor: 95 % quantile of the PSI if nothing changed.
        psi_error: Standard error of the PSI.
        share_floor: 95 % quantile of the largest change of a share if nothing changed.
        dispersion: Dispersion that the draws simulate.
    """

    psi_floor: float
    psi_error: float
    share_floor: float
    dispersion: float


def dispersion_of_shares(windows: I64, segments: I64, codes: I64, rows: I64, shape: tuple[int, int]) -> Floats:
    """Return how much more the shares differ between windows than random samples do: a ratio of variances, at least 1.

    Args:
        windows: Window code of each entry. Each combination of window, segment and value has at most one entry.
        segments: Segment code of each entry.
        codes: Value code of each entry.
        rows: Number of rows of each entry.
        shape: Number of segments, and number of value codes. The result has this shape: one ratio for each share.
    """
    segment_count, value_count = shape
    segment_windows, indices = np.unique(windows * segment_count + segments, return_inverse=True)
    sizes = np.bincount(indices, rows, len(segment_windows))
    cells = segments * value_count + codes
    squares = np.bincount(cells, rows * (rows / sizes[indices]), segment_count * value_count).reshape(shape)
    totals = np.bincount(cells, rows, segment_count * value_count).reshape(shape)
    shares = totals / np.maximum(totals.sum(axis=1, keepdims=True), 1)
    windows_per_segment = np.bincount(segment_windows % segment_count, minlength=segment_count)[:, None]
    return dispersion_ratio(squares - totals * shares, shares * (1 - shares), windows_per_segment)


def pooled_dispersion(dispersion: Floats, totals: I64 | Floats) -> float:
    """Return the mean of the dispersions, weighted by 1 minus the share of each value; 1 if all weights are 0.

    ``dispersion`` and ``totals`` have one entry per value: its dispersion, and its number of rows.
    """
    weight = np.where(totals > 0, 1 - totals / max(totals.sum(), 1), 0)
    return float((dispersion * weight).sum() / weight.sum()) if weight.sum() > 0 else 1.0


def bin_windows(values: WindowValues, edges: Floats) -> Floats:
    """Return the row count per window and bin. Bins: up to the first edge, between edges, above the last one, nulls."""
    nulls = np.array(list(values.nulls.items()), np.int64).reshape(-1, 2)
    windows, indices = np.unique(np.concatenate([values.window, nulls[:, 0]]), return_inverse=True)
    bins = np.concatenate([np.searchsorted(edges, values.value), np.full(len(nulls), len(edges) + 1)])
    bin_count = len(edges) + 2
    rows = np.concatenate([values.rows, nulls[:, 1]])
    counts = np.bincount(indices * bin_count + bins, rows, len(windows) * bin_count).reshape(-1, bin_count)
    return np.asarray(counts, np.float64)


def dispersion_of_missing(bins: Floats) -> float:
    """Return the dispersion of the share of nulls between windows; ``bins`` is a result of :func:`bin_windows`."""
    return float(_dispersion_of_columns(bins[:, -1:], bins.sum(axis=1))[0])


def dispersion_of_order(bins: Floats) -> float:
    """For each edge, compute the dispersion of the share of values up to this edge; return the highest dispersion."""
    up_to_edge = np.cumsum(bins[:, :-1], axis=1)
    return float(_dispersion_of_columns(up_to_edge[:, :-1], up_to_edge[:, -1]).max(initial=1.0))


def dispersion_of_bins(bins: Floats) -> float:
    """Return the pooled dispersion of the shares of all bins; ``bins`` is a result of :func:`bin_windows`."""
    return pooled_dispersion(_dispersion_of_columns(bins, bins.sum(axis=1)), bins.sum(axis=0))


def dispersion_of_mean(values: WindowValues, variance: float) -> float:
    """Return the dispersion of the mean between windows, at least 1; ``variance`` is the variance of all values."""
    windows, indices = np.unique(values.window, return_inverse=True)
    if len(windows) < 2 or not variance > 0:  # noqa: PLR2004  a single window differs from nothing
        return 1.0
    sizes = np.bincount(indices, values.rows, len(windows))
    means = np.bincount(indices, values.rows * values.value, len(windows)) / sizes
    grand_mean = (means * sizes).sum() / sizes.sum()
    return max(1.0, float((sizes * (means - grand_mean) ** 2).sum() / variance / (len(windows) - 1)))


def dispersion_ratio(between: Floats, variance: Floats, windows: int | I64 | Floats) -> Floats:
    """Return the variance between windows divided by the variance for independent rows; 1 if less or not finite.

    ``between`` is the sum of squares between windows. ``variance`` is the variance of one row.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.asarray(between / variance / (windows - 1))
    return np.maximum(np.nan_to_num(ratio, nan=1.0, posinf=1.0, neginf=1.0), 1.0)


def draw_noise(baseline: I64, current: I64, dispersion: float, draws: int, seed: int) -> NoiseDraws:
    """Draw random pairs of samples, and estimate the noise of the PSI and of the largest change of a share from them.

    ``baseline`` and ``current`` hold the number of rows of each value; ``draws`` is the number of pairs to draw.
    """
    rng = np.random.default_rng(seed)
    sizes = [max(1, round(int(counts.sum()) / dispersion)) for counts in (baseline, current)]
    own_shares = [counts / max(int(counts.sum()), 1) for counts in (baseline, current)]
    pooled_shares = (baseline + current) / max(int((baseline + current).sum()), 1)
    unchanged = [rng.multinomial(size, pooled_shares, draws) for size in sizes]
    changed = [rng.multinomial(size, share, draws) for size, share in zip(sizes, own_shares, strict=True)]
    psi_floor = np.quantile(psi(unchanged[0], unchanged[1]), 0.95)
    psi_error = np.std(psi(changed[0], changed[1]))
    share_floor = np.quantile(np.abs(share_changes(unchanged[0], unchanged[1])).max(axis=1), 0.95)
    return NoiseDraws(float(psi_floor), float(psi_error), float(share_floor), dispersion)


def wasserstein_noise(values: Floats, shares: Floats, share_error: float, draws: int, seed: int) -> float:
    """Return the 95 % quantile of the Wasserstein distance between two samples of one distribution.

    Brownian bridges simulate the difference of two empirical distribution functions.

    Args:
        values: Distinct values, ascending.
        shares: For each value, the share of rows with this value or a lower one.
        share_error: The square root of dispersion x (1/n + 1/m), where n and m are the sizes of the samples.
        draws: Number of bridges.
        seed: Seed of the bridges.
    """
    if len(values) < 2:  # noqa: PLR2004  a constant does not move
        return 0.0
    knots = np.unique(np.searchsorted(shares, np.linspace(0, shares[-1], _GRID + 1)[1:]))
    last = len(values) - 1
    knots = np.unique(np.clip(np.concatenate([[0], knots, [last - 1, last]]), 0, last))
    levels = shares[knots]
    steps = np.sqrt(np.diff(levels, prepend=0))
    walks = np.cumsum(np.random.default_rng(seed).standard_normal((draws, len(levels))) * steps, axis=1)
    bridges = walks - levels * walks[:, -1:]
    return float(np.quantile(np.abs(bridges[:, :-1]) @ np.diff(values[knots]), 0.95) * share_error)


def _dispersion_of_columns(counts: Floats, sizes: Floats) -> Floats:
    """For each column of ``counts``, return the dispersion of the share ``counts / sizes``. Axis 0 is the window."""
    has_rows = sizes > 0
    counts, sizes = counts[has_rows], sizes[has_rows]
    squares = (counts * counts / sizes[:, None]).sum(axis=0)
    share = counts.sum(axis=0) / max(float(sizes.sum()), 1)
    return dispersion_ratio(squares - counts.sum(axis=0) * share, share * (1 - share), len(sizes))
