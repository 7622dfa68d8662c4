"""How large measures become when nothing changed: sampling, and what the baseline's own windows add to it.

Windows of a real delivery differ by more than independent rows would. The dispersion is the factor by which: the mean
squared z-score of a window against all of the baseline (quasi-likelihood, Wedderburn 1974), never below 1. Noise of a
comparison is then that of rows / dispersion independent rows.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from customer_analytics.core.drift.profile.views import WindowValues
from customer_analytics.core.drift.statistics.categorical import psi, share_changes

I64 = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_GRID = 256


class Draws(NamedTuple):
    """Seeded draws for a pair of columns: the noise floor and the standard error of a measure."""

    psi_floor: float
    psi_error: float
    share_floor: float


def dispersion_of_shares(window: I64, value: I64, rows: I64, values: int) -> Floats:
    """Per value, how much more its share varies between windows than independent rows would; at least 1.

    Args:
        window: Window of each count.
        value: Value code of each count, below ``values``; no (window, value) twice.
        rows: The count.
        values: How many value codes there are.
    """
    windows, place = np.unique(window, return_inverse=True)
    sizes = np.bincount(place, rows, len(windows))
    squares = np.bincount(value, rows * (rows / sizes[place]), values)
    totals = np.bincount(value, rows, values)
    share = totals / max(float(totals.sum()), 1)
    return _at_least_one(np.asarray(squares - totals * share, np.float64), share, len(windows))


def pooled_dispersion(each: Floats, totals: I64 | Floats) -> float:
    """The same for all values together: chi-square of windows against values over its degrees of freedom.

    Args:
        each: Per value.
        totals: Rows per value.
    """
    weight = np.where(totals > 0, 1 - totals / max(totals.sum(), 1), 0)
    return float((each * weight).sum() / weight.sum()) if weight.sum() > 0 else 1.0


def window_bins(values: WindowValues, edges: Floats) -> Floats:
    """Rows per window and bin: up to the first edge, between edges, above the last, and nulls."""
    nulls = np.array(list(values.nulls.items()), np.int64).reshape(-1, 2)
    windows, place = np.unique(np.concatenate([values.window, nulls[:, 0]]), return_inverse=True)
    bins = np.concatenate([np.searchsorted(edges, values.value), np.full(len(nulls), len(edges) + 1)])
    width = len(edges) + 2
    rows = np.concatenate([values.rows, nulls[:, 1]])
    counts = np.bincount(place * width + bins, rows, len(windows) * width).reshape(-1, width)
    return np.asarray(counts, np.float64)


def dispersion_of_missing(bins: Floats) -> float:
    """The dispersion of the share of nulls, the last of the bins."""
    return float(_of_columns(bins[:, -1:], bins.sum(axis=1))[0])


def dispersion_of_order(bins: Floats) -> float:
    """The largest dispersion of the share of rows up to any edge between bins, nulls left out."""
    below = np.cumsum(bins[:, :-1], axis=1)
    return float(_of_columns(below[:, :-1], below[:, -1]).max(initial=1.0))


def dispersion_of_bins(bins: Floats) -> float:
    """The dispersion of all bins together."""
    return pooled_dispersion(_of_columns(bins, bins.sum(axis=1)), bins.sum(axis=0))


def dispersion_of_mean(values: WindowValues, variance: float) -> float:
    """The dispersion of the mean; at least 1."""
    windows, place = np.unique(values.window, return_inverse=True)
    if len(windows) < 2 or not variance > 0:  # noqa: PLR2004  one window has nothing to differ from
        return 1.0
    sizes = np.bincount(place, values.rows, len(windows))
    means = np.bincount(place, values.rows * values.value, len(windows)) / sizes
    middle = (means * sizes).sum() / sizes.sum()
    return max(1.0, float((sizes * (means - middle) ** 2).sum() / variance / (len(windows) - 1)))


def _of_columns(counts: Floats, sizes: Floats) -> Floats:
    """Dispersion of each column's share of rows in windows of the given sizes; windows without rows do not count."""
    some = sizes > 0
    counts, sizes = counts[some], sizes[some]
    squares = (counts * counts / sizes[:, None]).sum(axis=0)
    share = counts.sum(axis=0) / max(float(sizes.sum()), 1)
    return _at_least_one(squares - counts.sum(axis=0) * share, share, len(sizes))


def _at_least_one(between: Floats, share: Floats, windows: int) -> Floats:
    """Between-window squares as a multiple of what chance gives; 1 where a share or a single window cannot vary."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.asarray(between / (share * (1 - share)) / (windows - 1))
    return np.maximum(np.nan_to_num(ratio, nan=1.0, posinf=1.0, neginf=1.0), 1.0)


def draw_pairs(baseline: I64, current: I64, dispersion: float, draws: int, seed: int) -> Draws:
    """What PSI and the largest change of share do by chance at these sizes.

    Args:
        baseline: Rows per value.
        current: Rows per value.
        dispersion: Rows count for 1 / dispersion independent ones.
        draws: How many pairs to draw.
        seed: Of the draws.
    """
    rng = np.random.default_rng(seed)
    sizes = [max(1, round(int(counts.sum()) / dispersion)) for counts in (baseline, current)]
    own = [counts / max(int(counts.sum()), 1) for counts in (baseline, current)]
    pooled = (baseline + current) / max(int((baseline + current).sum()), 1)
    still = [rng.multinomial(size, pooled, draws) for size in sizes]
    moved = [rng.multinomial(size, share, draws) for size, share in zip(sizes, own, strict=True)]
    changes = np.abs(share_changes(still[0], still[1])).max(axis=1)
    return Draws(
        float(np.quantile(psi(still[0], still[1]), 0.95)),
        float(np.std(psi(moved[0], moved[1]))),
        float(np.quantile(changes, 0.95)),
    )


def wasserstein_noise(values: Floats, shares: Floats, scale: float, draws: int, seed: int) -> float:
    """The 95 % point of the Wasserstein distance between two draws from one distribution, from Brownian bridges.

    Args:
        values: Ascending.
        shares: Share of rows up to each value.
        scale: Standard error of a share of 1: the root of dispersion x (1/n + 1/m).
        draws: How many bridges.
        seed: Of the bridges.
    """
    if len(values) < 2:  # noqa: PLR2004  a constant does not move
        return 0.0
    picks = np.unique(np.searchsorted(shares, np.linspace(0, shares[-1], _GRID + 1)[1:]))
    picks = np.unique(np.clip(np.concatenate([[0], picks, [len(values) - 2, len(values) - 1]]), 0, len(values) - 1))
    knots, levels = values[picks], shares[picks]
    steps = np.sqrt(np.diff(levels, prepend=0))
    walk = np.cumsum(np.random.default_rng(seed).standard_normal((draws, len(levels))) * steps, axis=1)
    bridge = walk - levels * walk[:, -1:]
    return float(np.quantile(np.abs(bridge[:, :-1]) @ np.diff(knots), 0.95) * scale)
