"""Findings about a column of texts: countries, categories and payment types."""

from collections.abc import Callable
from dataclasses import dataclass
from math import log

import numpy as np

from customer_analytics.core.contract.columns import Column
from customer_analytics.core.drift.checks.contributions import explain_share_change
from customer_analytics.core.drift.checks.findings import Finding, build_finding
from customer_analytics.core.drift.checks.missing import compare_missing, find_too_few_values
from customer_analytics.core.drift.checks.pair import ProfilePair
from customer_analytics.core.drift.checks.stability import compare_stability
from customer_analytics.core.drift.profile.packed_counts import TEXT_TABLES, CountTable
from customer_analytics.core.drift.profile.purchase_profile import PurchaseProfile
from customer_analytics.core.drift.profile.views import count_by_window, sum_money
from customer_analytics.core.drift.profile.windows import name_window
from customer_analytics.core.drift.statistics import categorical, noise
from customer_analytics.core.drift.statistics.numeric import I64, Floats
from customer_analytics.core.drift.statistics.shares import compare_shares
from customer_analytics.core.drift.statistics.significance import ONE_SIDED_95, wilson_interval

_MAX_NAMED_VALUES = 5


@dataclass(frozen=True, slots=True)
class _TextPair:
    """A text column in both profiles. The last four fields have one entry per value: name, row counts and dispersion.

    Null is not one of the values, so the value at index ``i`` has the code ``i + 1`` in the profiles.
    """

    pair: ProfilePair
    table: CountTable
    names: tuple[str, ...]
    baseline: I64
    current: I64
    dispersion: Floats

    @property
    def column(self) -> Column:
        return TEXT_TABLES[self.table]

    @property
    def sizes(self) -> tuple[int, int]:
        """The number of rows that are not null, in the baseline and in the current profile."""
        return int(self.baseline.sum()), int(self.current.sum())

    def money(self, index: int) -> float:
        """Return the revenue (in major units) of the current profile's rows that have the value ``names[index]``."""
        return sum_money(self.pair.current, self.table, index + 1)


def compare_texts(pair: ProfilePair, table: CountTable) -> list[Finding]:
    """Return the findings about a text column.

    Returns:
        Findings about nulls, largest change of a share, PSI, new and vanished values, total variation, Jensen-Shannon
        divergence and Cramér's V. With too few values: only one about nulls and one ``insufficient_data`` finding.
    """
    column, names = TEXT_TABLES[table], pair.baseline.categories.of(table)
    windows, codes, rows, _ = count_by_window(pair.baseline, table)
    segments, has_value = np.zeros_like(codes), codes > 0
    baseline, current = (_count_codes(profile, table, len(names)) for profile in (pair.baseline, pair.current))
    null_dispersion = float(noise.dispersion_of_shares(windows, segments, codes, rows, (1, len(names) + 1))[0, 0])
    missing = compare_missing(pair, column, (int(baseline[0]), int(current[0])), null_dispersion)
    if too_few := find_too_few_values(pair, column, (int(baseline[1:].sum()), int(current[1:].sum()))):
        return [missing, *too_few]
    dispersion = noise.dispersion_of_shares(
        windows[has_value], segments[has_value], codes[has_value] - 1, rows[has_value], (1, len(names))
    )[0]
    texts = _TextPair(pair, table, names, baseline[1:], current[1:], dispersion)
    findings = [*_compare_shares(texts), *_find_new_values(texts), *_find_vanished_values(texts)]
    return [missing, *findings, *_report_distances(texts)]


def _count_codes(profile: PurchaseProfile, table: CountTable, values: int) -> I64:
    _, codes, rows, _ = count_by_window(profile, table)
    return np.bincount(codes, rows, values + 1).astype(np.int64)


def _compare_shares(texts: _TextPair) -> list[Finding]:
    """Return two findings: about the value whose share changes most, and about the PSI of all values."""
    settings = texts.pair.settings
    pooled_dispersion = noise.pooled_dispersion(texts.dispersion, texts.baseline)
    draws = noise.draw_noise(texts.baseline, texts.current, pooled_dispersion, settings.noise_draws, settings.seed)
    changes = categorical.share_changes(texts.baseline, texts.current)
    index = int(np.argmax(np.abs(changes)))
    counts = int(texts.baseline[index]), int(texts.current[index])
    difference = compare_shares(counts, texts.sizes, float(texts.dispersion[index]))
    largest_change = build_finding(
        settings,
        "share",
        difference.effect,
        ONE_SIDED_95 * difference.error,
        column=texts.column,
        baseline=difference.baseline,
        current=difference.current,
        floor=max(draws.share_floor, ONE_SIDED_95 * difference.null_error),
        p=min(1.0, len(changes) * difference.p),
        explanation=f"The share of {texts.column} '{texts.names[index]}' went from {difference.baseline:.2%} to "
        f"{difference.current:.2%} ({difference.effect * 100:+.2f} points; now {counts[1]:,} rows worth "
        f"{texts.money(index):,.2f}){explain_share_change(texts.pair, texts.table, index + 1)}.",
    )
    return [largest_change, compare_stability(texts.pair, texts.column, (texts.baseline, texts.current), draws)]


def _find_new_values(texts: _TextPair) -> list[Finding]:
    """Return a finding about the values that only the current profile has; an empty list if there are none.

    The effect and the p-value are those of the most frequent new value. The noise floor is the higher of two shares:
    the share that a new value can have by chance, and the highest share of a value that only one window had before.
    """
    new_values = _rank_values_of_one_side(texts.current, texts.baseline)
    if not len(new_values):
        return []
    settings, sizes, values = texts.pair.settings, texts.sizes, len(texts.names)
    current_share = sizes[1] / sum(sizes)
    rows = int(texts.current[new_values[0]])
    rows_by_chance = max(0.0, log(0.05 / values) / log(current_share)) if current_share < 1 else float(rows)
    low, high = wilson_interval(rows, sizes[1], ONE_SIDED_95)
    windows, codes, _, _ = count_by_window(texts.pair.current, texts.table)
    first_window = name_window(int(windows[codes == new_values[0] + 1].min()))
    names = _list_values(
        texts, new_values, lambda index: f"{int(texts.current[index]):,} rows worth {texts.money(index):,.2f}"
    )
    return [
        Finding(
            column=texts.column,
            measure="new_value",
            baseline=0.0,
            current=rows / sizes[1],
            effect=rows / sizes[1],
            low=low,
            high=high,
            floor=max(rows_by_chance, _most_rows_in_one_window(texts)) / sizes[1],
            p=min(1.0, values * current_share**rows),
            warn=settings.new_value_warn_rows / sizes[1],
            fail=settings.new_value_fail_share,
            explanation=f"{texts.column} has values that the baseline does not have: {names}, "
            f"first in the window of {first_window}.",
        )
    ]


def _most_rows_in_one_window(texts: _TextPair) -> float:
    """Return the highest row count of a value that only one baseline window has; 0 if there is only one window."""
    windows, codes, rows, _ = count_by_window(texts.pair.baseline, texts.table)
    has_value = codes > 0
    windows, codes, rows = windows[has_value], codes[has_value], rows[has_value]
    if len(np.unique(windows)) < 2:  # noqa: PLR2004
        return 0.0
    is_in_one_window = np.bincount(codes, minlength=len(texts.names) + 1) == 1
    return float(rows[is_in_one_window[codes]].max(initial=0))


def _find_vanished_values(texts: _TextPair) -> list[Finding]:
    """Return a finding about the values that only the baseline has; the effect is minus the largest of their shares."""
    vanished = _rank_values_of_one_side(texts.baseline, texts.current)
    if not len(vanished):
        return []
    rows, size = int(texts.baseline[vanished[0]]), texts.sizes[0]
    low, high = wilson_interval(rows, size, ONE_SIDED_95)
    names = _list_values(texts, vanished, lambda index: f"{int(texts.baseline[index]):,} rows")
    return [
        Finding(
            column=texts.column,
            measure="vanished_value",
            baseline=rows / size,
            current=0.0,
            effect=-rows / size,
            low=low,
            high=high,
            explanation=f"{texts.column} no longer has {names}.",
        )
    ]


def _rank_values_of_one_side(rows: I64, opposite_rows: I64) -> I64:
    """Return the indices where ``rows`` is above 0 and ``opposite_rows`` is 0, in descending order of ``rows``."""
    indices = np.flatnonzero((rows > 0) & (opposite_rows == 0))
    return indices[np.argsort(-rows[indices], kind="stable")]


def _list_values(texts: _TextPair, indices: I64, describe: Callable[[int], str]) -> str:
    """Return text that names and describes the first five values in ``indices``, and counts the others."""
    named = [f"'{texts.names[index]}' ({describe(index)})" for index in indices[:_MAX_NAMED_VALUES].tolist()]
    unnamed = len(indices) - len(named)
    return ", ".join(named) + (f" and {unnamed} more" if unnamed else "")


def _report_distances(texts: _TextPair) -> list[Finding]:
    """Return findings without thresholds about the distances between the baseline's and the current shares."""
    counts = texts.baseline, texts.current
    test = categorical.chi_square(*counts)
    chi_square = f"chi-square {test.statistic:.4g}, {test.df} degrees of freedom, p {test.p:.3g}"
    distances = {
        "total_variation": (categorical.total_variation(*counts), "Total variation distance", ""),
        "jensen_shannon": (categorical.jensen_shannon(*counts), "Jensen-Shannon divergence", " bits"),
        "cramers_v": (categorical.cramers_v(*counts), "Cramér's V", f" ({chi_square})"),
    }
    return [
        Finding(
            column=texts.column,
            measure=measure,
            effect=distance,
            explanation=f"{name} of {texts.column} is {distance:.4g}{detail}.",
        )
        for measure, (distance, name, detail) in distances.items()
    ]
