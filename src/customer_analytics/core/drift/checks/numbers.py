"""Findings about a column of numbers: amounts and ages."""

from dataclasses import dataclass, replace

import numpy as np

from customer_analytics.core.contract.columns import Column
from customer_analytics.core.drift.checks.contributions import explain_mean_change
from customer_analytics.core.drift.checks.findings import Finding, build_finding
from customer_analytics.core.drift.checks.missing import compare_missing, find_too_few_values
from customer_analytics.core.drift.checks.pair import ProfilePair
from customer_analytics.core.drift.checks.stability import compare_stability
from customer_analytics.core.drift.profile.views import count_numbers, count_numbers_by_window
from customer_analytics.core.drift.statistics import noise, numeric, significance
from customer_analytics.core.drift.statistics.categorical import share_changes
from customer_analytics.core.drift.statistics.numeric import Floats, NumberCounts
from customer_analytics.core.drift.statistics.significance import ONE_SIDED_95, TWO_SIDED_95

_UNITS = {Column.PURCHASE_AMOUNT: "", Column.CUSTOMER_AGE: " years"}
_ALARMING_QUANTILES = (25, 50, 75)


@dataclass(frozen=True, slots=True)
class _NumberPair:
    """A column of numbers in both profiles.

    ``edges`` holds the baseline's deciles, which separate the bins. ``bins`` holds the baseline's row counts per window
    and bin. ``dispersion`` is higher the more the share of rows up to an edge varies between windows.
    """

    pair: ProfilePair
    column: Column
    baseline: NumberCounts
    current: NumberCounts
    edges: Floats
    bins: Floats
    dispersion: float

    @property
    def sides(self) -> tuple[NumberCounts, NumberCounts]:
        return self.baseline, self.current

    @property
    def size_factor(self) -> float:
        """The square root of 1/n + 1/m, where n and m are the numbers of values in the two profiles."""
        return float(np.sqrt(1 / self.baseline.rows + 1 / self.current.rows))

    @property
    def unit(self) -> str:
        return _UNITS[self.column]


def compare_numbers(pair: ProfilePair, column: Column) -> list[Finding]:
    """Return the findings about amounts or ages.

    Returns:
        Findings about nulls, mean, quantiles, KS, Wasserstein distance and PSI. If a profile has too few values,
        only two findings: one about nulls and one with the outcome ``insufficient_data``.
    """
    baseline, current = count_numbers(pair.baseline, column), count_numbers(pair.current, column)
    side_with_values = baseline if baseline.rows else current
    edges = numeric.decile_edges(side_with_values) if side_with_values.rows else np.zeros(0)
    bins = noise.bin_windows(count_numbers_by_window(pair.baseline, column), edges)
    missing = compare_missing(pair, column, (baseline.nulls, current.nulls), noise.dispersion_of_missing(bins))
    if too_few := find_too_few_values(pair, column, (baseline.rows, current.rows)):
        return [missing, *too_few]
    numbers = _NumberPair(pair, column, baseline, current, edges, bins, noise.dispersion_of_order(bins))
    quantiles = [_compare_quantile(numbers, percent) for percent in numeric.QUANTILES]
    return [missing, _compare_mean(numbers), *quantiles, *_compare_distributions(numbers), _compare_bins(numbers)]


def _compare_mean(numbers: _NumberPair) -> Finding:
    """Return the finding about the mean: its relative change, with the p-value of Welch's t-test (1947)."""
    baseline, current = numbers.baseline.mean() or 0.0, numbers.current.mean() or 0.0
    variances = [(side.variance() or 0.0) / side.rows for side in numbers.sides]
    windows = count_numbers_by_window(numbers.pair.baseline, numbers.column)
    dispersion = noise.dispersion_of_mean(windows, numbers.baseline.variance() or 0.0)
    error, scale = float(np.sqrt(sum(variances) * dispersion)), abs(baseline) or 1.0
    effect = (current - baseline) / scale
    return build_finding(
        numbers.pair.settings,
        "mean",
        effect,
        ONE_SIDED_95 * error / scale,
        column=numbers.column,
        baseline=baseline,
        current=current,
        floor=TWO_SIDED_95 * error / scale,
        p=_welch_p(numbers, variances, current - baseline, error),
        explanation=f"The mean of {numbers.column} went from {baseline:,.2f} to {current:,.2f}{numbers.unit} "
        f"({effect:+.1%}){explain_mean_change(numbers.pair, numbers.column)}.",
    )


def _welch_p(numbers: _NumberPair, variances: list[float], difference: float, error: float) -> float:
    if not (error > 0 and np.isfinite(error)):
        return 1.0 if difference == 0 or error else 0.0
    total = sum(variances)
    inverse_df = sum(
        (variance / total) ** 2 / (side.rows - 1) for variance, side in zip(variances, numbers.sides, strict=True)
    )
    return significance.student_p(difference / error, 1 / inverse_df)


def _compare_quantile(numbers: _NumberPair, percent: int) -> Finding:
    """Return the finding about a quantile: its relative change, with bounds from order statistics (Woodruff, 1952)."""
    share = percent / 100
    deviation = np.sqrt(share * (1 - share) * numbers.dispersion)
    baseline, current = (float(side.quantiles([share])[0]) for side in numbers.sides)
    scale = abs(baseline) or 1.0
    low, high = _quantile_bounds(numbers, share, deviation)
    reach = TWO_SIDED_95 * deviation * numbers.size_factor
    noise_range = numbers.baseline.quantiles([share - reach, share + reach])
    can_alarm = percent in _ALARMING_QUANTILES
    warn, fail = numbers.pair.settings.thresholds("quantile") if can_alarm else (None, None)
    return Finding(
        column=numbers.column,
        measure=f"p{percent}",
        baseline=baseline,
        current=current,
        effect=(current - baseline) / scale,
        low=max(0.0, low / scale, -high / scale),
        high=max(abs(low / scale), abs(high / scale)),
        floor=float(np.max(np.abs(noise_range - baseline))) / scale,
        p=_quantile_p(numbers, baseline) if can_alarm else None,
        warn=warn,
        fail=fail,
        explanation=f"The {percent} % quantile of {numbers.column} went from {baseline:,.2f} to {current:,.2f}"
        f"{numbers.unit}.",
    )


def _quantile_bounds(numbers: _NumberPair, share: float, deviation: float) -> tuple[float, float]:
    """Return bounds for the change of the quantile ``share``; ``deviation`` / √rows is the share's error."""
    reaches = [ONE_SIDED_95 / np.sqrt(2) * deviation / np.sqrt(side.rows) for side in numbers.sides]
    (baseline_low, baseline_high), (current_low, current_high) = (
        side.quantiles([share - reach, share + reach]) for side, reach in zip(numbers.sides, reaches, strict=True)
    )
    return current_low - baseline_high, current_high - baseline_low


def _quantile_p(numbers: _NumberPair, quantile: float) -> float:
    baseline_rows, current_rows = (int(side.count_up_to(np.array([quantile]))[0]) for side in numbers.sides)
    pooled = (baseline_rows + current_rows) / (numbers.baseline.rows + numbers.current.rows)
    error = np.sqrt(pooled * (1 - pooled) * numbers.dispersion) * numbers.size_factor
    difference = current_rows / numbers.current.rows - baseline_rows / numbers.baseline.rows
    return float(significance.normal_p(difference / error)) if error > 0 else 1.0


def _compare_distributions(numbers: _NumberPair) -> list[Finding]:
    """Return two findings: about the KS distance and the Wasserstein distance. Both have the p-value of the KS test."""
    distance, value = numeric.ks(numbers.baseline, numbers.current)
    p = significance.kolmogorov_p(distance, 1 / (numbers.size_factor**2 * numbers.dispersion))
    shares = [side.count_up_to(np.array([value]))[0] / side.rows for side in numbers.sides]
    variance = sum(share * (1 - share) / side.rows for share, side in zip(shares, numbers.sides, strict=True))
    finding = build_finding(
        numbers.pair.settings,
        "ks",
        distance,
        ONE_SIDED_95 * float(np.sqrt(numbers.dispersion * variance)),
        column=numbers.column,
        floor=significance.KOLMOGOROV_95 * numbers.size_factor * float(np.sqrt(numbers.dispersion)),
        p=p,
        explanation=f"The distributions of {numbers.column} differ most at {value:,.2f}{numbers.unit}: "
        f"{shares[0]:.1%} of the values were at most this large, now {shares[1]:.1%}.",
    )
    return [replace(finding, high=min(1.0, finding.high or 0.0)), _compare_wasserstein(numbers, p)]


def _compare_wasserstein(numbers: _NumberPair, p: float) -> Finding:
    baseline, settings = numbers.baseline, numbers.pair.settings
    distance, scale = numeric.wasserstein(*numbers.sides), abs(float(baseline.quantiles([0.5])[0])) or 1.0
    share_error = float(np.sqrt(numbers.dispersion)) * numbers.size_factor
    shares = np.cumsum(baseline.counts) / baseline.rows
    floor = noise.wasserstein_noise(baseline.values(), shares, share_error, settings.noise_draws, settings.seed)
    variance = sum((side.variance() or 0.0) / side.rows for side in numbers.sides) * numbers.dispersion
    return build_finding(
        settings,
        "wasserstein",
        distance / scale,
        ONE_SIDED_95 * (float(np.sqrt(variance)) / scale),
        column=numbers.column,
        current=distance,
        floor=floor / scale,
        p=p,
        explanation=f"The values of {numbers.column} moved by {distance:,.2f}{numbers.unit} on average, "
        f"{distance / scale:.1%} of the baseline's median.",
    )


def _compare_bins(numbers: _NumberPair) -> Finding:
    """Return the finding about the PSI over bins. The baseline's deciles separate the bins; nulls have an extra bin."""
    settings = numbers.pair.settings
    baseline, current = (side.bin_counts(numbers.edges) for side in numbers.sides)
    dispersion = noise.dispersion_of_bins(numbers.bins)
    draws = noise.draw_noise(baseline, current, dispersion, settings.noise_draws, settings.seed)
    changes = share_changes(baseline, current)[:-1]
    largest = int(np.argmax(np.abs(changes)))
    detail = (
        f" over the baseline's deciles; largest change: {_name_bin(numbers.edges, largest)} "
        f"({changes[largest] * 100:+.1f} points)"
    )
    return compare_stability(numbers.pair, numbers.column, (baseline, current), draws, detail)


def _name_bin(edges: Floats, index: int) -> str:
    if index == 0:
        return f"up to {edges[0]:,.2f}"
    if index == len(edges):
        return f"above {edges[-1]:,.2f}"
    return f"{edges[index - 1]:,.2f} to {edges[index]:,.2f}"
