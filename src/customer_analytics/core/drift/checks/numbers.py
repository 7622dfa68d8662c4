"""Findings about a column of numbers: amounts and ages."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from customer_analytics.core.contract.columns import Column
from customer_analytics.core.drift.checks.findings import Finding, Outcome
from customer_analytics.core.drift.checks.missing import missing_finding
from customer_analytics.core.drift.checks.pair import Pair
from customer_analytics.core.drift.checks.segments import blamed_for_mean
from customer_analytics.core.drift.profile.views import WindowValues, numbers, window_values
from customer_analytics.core.drift.statistics import noise
from customer_analytics.core.drift.statistics.categorical import chi_square, psi, without_rare
from customer_analytics.core.drift.statistics.numeric import QUANTILES, NumberCounts, decile_edges, ks, wasserstein
from customer_analytics.core.drift.statistics.significance import (
    KOLMOGOROV_95,
    ONE_SIDED_95,
    TWO_SIDED_95,
    kolmogorov_p,
    normal_p,
    student_p,
)

Floats = npt.NDArray[np.float64]

UNITS = {Column.PURCHASE_AMOUNT: "", Column.CUSTOMER_AGE: " years"}
GATED_QUANTILES = (25, 50, 75)


@dataclass(frozen=True, slots=True)
class _Sides:
    pair: Pair
    column: Column
    one: NumberCounts
    two: NumberCounts
    windows: WindowValues
    edges: Floats
    bins: Floats

    @property
    def spread(self) -> float:
        """The root of 1/n + 1/m."""
        return float(np.sqrt(1 / self.one.rows + 1 / self.two.rows))

    @property
    def order(self) -> float:
        """The dispersion of shares of rows up to a value."""
        return noise.dispersion_of_order(self.bins)

    @property
    def unit(self) -> str:
        return UNITS[self.column]


def number_findings(pair: Pair, column: Column) -> list[Finding]:
    """All that is measured about amounts or ages.

    Returns:
        Mean, quantiles, KS, Wasserstein, PSI and missing; one finding of insufficient data where a side has no values.
    """
    one, two = numbers(pair.baseline, column), numbers(pair.current, column)
    windows = window_values(pair.baseline, column)
    known = one if one.rows else two
    edges = decile_edges(known) if known.rows else np.zeros(0)
    bins = noise.window_bins(windows, edges)
    found = [missing_finding(pair, column, (one.nulls, two.nulls), noise.dispersion_of_missing(bins))]
    if min(one.rows, two.rows) < pair.settings.rows_min:
        words = (
            f"{column}: {one.rows:,} values before, {two.rows:,} now; {pair.settings.rows_min:,} are needed to compare."
        )
        return [*found, Finding(column=column, measure="values", outcome=Outcome.INSUFFICIENT, words=words)]
    sides = _Sides(pair, column, one, two, windows, edges, bins)
    return [*found, _mean(sides), *_quantiles(sides), *_distances(sides), _psi(sides)]


def _mean(sides: _Sides) -> Finding:
    """Relative shift of the mean with Welch's interval (1947)."""
    before, now = sides.one.mean() or 0.0, sides.two.mean() or 0.0
    parts = [(side.variance() or 0.0) / side.rows for side in (sides.one, sides.two)]
    dispersion = noise.dispersion_of_mean(sides.windows, sides.one.variance() or 0.0)
    total = sum(parts)
    error, base = float(np.sqrt(total * dispersion)), abs(before) or 1.0
    if error > 0 and np.isfinite(error):
        shares = [
            (part / total) ** 2 / (side.rows - 1) for part, side in zip(parts, (sides.one, sides.two), strict=True)
        ]
        p = student_p((now - before) / error, 1 / sum(shares))
    else:
        p = 1.0 if now == before or error else 0.0
    warn, fail = sides.pair.settings.thresholds("mean")
    effect = (now - before) / base
    return Finding(
        column=sides.column,
        measure="mean",
        baseline=before,
        current=now,
        effect=effect,
        low=max(0.0, abs(effect) - ONE_SIDED_95 * error / base),
        high=abs(effect) + ONE_SIDED_95 * error / base,
        floor=TWO_SIDED_95 * error / base,
        p=p,
        warn=warn,
        fail=fail,
        words=f"The mean of {sides.column} went from {before:,.2f} to {now:,.2f}{sides.unit} ({effect:+.1%})"
        f"{blamed_for_mean(sides.pair, sides.column)}.",
    )


def _quantiles(sides: _Sides) -> list[Finding]:
    return [_quantile(sides, percent) for percent in QUANTILES]


def _quantile(sides: _Sides, percent: int) -> Finding:
    """Relative shift of a quantile; bounds by order statistics (Woodruff, 1952)."""
    share, one, two = percent / 100, sides.one, sides.two
    before, now = (float(side.quantiles([share])[0]) for side in (one, two))
    wide = np.sqrt(share * (1 - share) * sides.order)
    reach = [ONE_SIDED_95 / np.sqrt(2) * wide / np.sqrt(side.rows) for side in (one, two)]
    (low_1, high_1), (low_2, high_2) = (
        side.quantiles([share - each, share + each]) for side, each in zip((one, two), reach, strict=True)
    )
    base = abs(before) or 1.0
    around = one.quantiles([share - TWO_SIDED_95 * wide * sides.spread, share + TWO_SIDED_95 * wide * sides.spread])
    gap = [(low_2 - high_1) / base, (high_2 - low_1) / base]
    low = max(0.0, gap[0], -gap[1])
    gated = percent in GATED_QUANTILES
    warn, fail = sides.pair.settings.thresholds("quantile")
    return Finding(
        column=sides.column,
        measure=f"p{percent}",
        baseline=before,
        current=now,
        effect=(now - before) / base,
        low=low,
        high=max(abs(each) for each in gap),
        floor=float(np.max(np.abs(around - before))) / base,
        p=_share_below_p(sides, before) if gated else None,
        warn=warn if gated else None,
        fail=fail if gated else None,
        words=f"{percent} % of {sides.column} were up to {before:,.2f}, now up to {now:,.2f}{sides.unit}.",
    )


def _share_below_p(sides: _Sides, value: float) -> float:
    edge = np.array([value])
    one, two = int(sides.one.below(edge)[0]), int(sides.two.below(edge)[0])
    pooled = (one + two) / (sides.one.rows + sides.two.rows)
    error = np.sqrt(pooled * (1 - pooled) * sides.order) * sides.spread
    gap = two / sides.two.rows - one / sides.one.rows
    return float(normal_p(np.array([gap / error]))[0]) if error > 0 else 1.0


def _distances(sides: _Sides) -> list[Finding]:
    """KS and Wasserstein; both test that the distributions are equal, so they share a p-value."""
    one, two, settings = sides.one, sides.two, sides.pair.settings
    distance, at = ks(one, two)
    p = kolmogorov_p(distance, 1 / (sides.spread**2 * sides.order))
    below = [side.below(np.array([at]))[0] / side.rows for side in (one, two)]
    error = np.sqrt(sides.order * sum(b * (1 - b) / side.rows for b, side in zip(below, (one, two), strict=True)))
    warn, fail = settings.thresholds("ks")
    words = (
        f"The distributions of {sides.column} are furthest apart at {at:,.2f}{sides.unit}: "
        f"{below[0]:.1%} of rows were up to there, now {below[1]:.1%}."
    )
    found = Finding(
        column=sides.column,
        measure="ks",
        effect=distance,
        low=max(0.0, distance - ONE_SIDED_95 * error),
        high=min(1.0, distance + ONE_SIDED_95 * error),
        floor=KOLMOGOROV_95 * sides.spread * float(np.sqrt(sides.order)),
        p=p,
        warn=warn,
        fail=fail,
        words=words,
    )
    return [found, _wasserstein(sides, p)]


def _wasserstein(sides: _Sides, p: float) -> Finding:
    one, two, settings = sides.one, sides.two, sides.pair.settings
    moved, base = wasserstein(one, two), abs(float(one.quantiles([0.5])[0])) or 1.0
    scale = float(np.sqrt(sides.order)) * sides.spread
    shares = np.cumsum(one.counts) / one.rows
    floor = noise.wasserstein_noise(one.values(), shares, scale, settings.noise_draws, settings.seed) / base
    spread = sum((side.variance() or 0.0) / side.rows for side in (one, two)) * sides.order
    error = float(np.sqrt(spread)) / base
    warn, fail = settings.thresholds("wasserstein")
    return Finding(
        column=sides.column,
        measure="wasserstein",
        effect=moved / base,
        current=moved,
        low=max(0.0, moved / base - ONE_SIDED_95 * error),
        high=moved / base + ONE_SIDED_95 * error,
        floor=floor,
        p=p,
        warn=warn,
        fail=fail,
        words=f"{sides.column} has moved by {moved:,.2f}{sides.unit} on average, {moved / base:.1%} of the median.",
    )


def _psi(sides: _Sides) -> Finding:
    """PSI on the baseline's deciles, with open ends and a bin for nulls."""
    settings = sides.pair.settings
    one, two = sides.one.binned(sides.edges), sides.two.binned(sides.edges)
    dispersion = noise.dispersion_of_bins(sides.bins)
    draws = noise.draw_pairs(one, two, dispersion, settings.noise_draws, settings.seed)
    index = float(psi(one, two))
    terms = (two / two.sum() - one / one.sum())[:-1]
    place = int(np.argmax(np.abs(terms)))
    warn, fail = settings.thresholds("psi")
    return Finding(
        column=sides.column,
        measure="psi",
        effect=index,
        low=max(0.0, index - ONE_SIDED_95 * draws.psi_error),
        high=index + ONE_SIDED_95 * draws.psi_error,
        floor=draws.psi_floor,
        p=chi_square(*without_rare(one, two), dispersion).p,
        warn=warn,
        fail=fail,
        words=f"PSI of {sides.column} over the baseline's deciles is {index:.3g}; "
        f"most moved: {_bin(sides, place)} ({terms[place] * 100:+.1f} points).",
    )


def _bin(sides: _Sides, place: int) -> str:
    if place == 0:
        return f"up to {sides.edges[0]:,.2f}"
    if place == len(sides.edges):
        return f"above {sides.edges[-1]:,.2f}"
    return f"{sides.edges[place - 1]:,.2f} to {sides.edges[place]:,.2f}"
