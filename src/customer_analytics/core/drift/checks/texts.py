"""Findings about a column of texts: countries, categories and payment types."""

from dataclasses import dataclass
from math import log

import numpy as np

from customer_analytics.core.contract.columns import Column
from customer_analytics.core.drift.checks.findings import Finding, Outcome
from customer_analytics.core.drift.checks.missing import missing_finding
from customer_analytics.core.drift.checks.pair import Pair
from customer_analytics.core.drift.checks.segments import blamed_for_share
from customer_analytics.core.drift.profile.packed_counts import TEXT_TABLES, CountTable
from customer_analytics.core.drift.profile.purchase_profile import PurchaseProfile
from customer_analytics.core.drift.profile.views import I64, Floats, money_of, per_window
from customer_analytics.core.drift.profile.windows import named_window
from customer_analytics.core.drift.statistics import categorical, noise
from customer_analytics.core.drift.statistics.significance import ONE_SIDED_95, normal_p, wilson

MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class _Sides:
    pair: Pair
    table: CountTable
    names: tuple[str, ...]
    one: I64
    two: I64
    each: Floats
    pooled: float

    @property
    def column(self) -> Column:
        return TEXT_TABLES[self.table]


def text_findings(pair: Pair, table: CountTable) -> list[Finding]:
    """All that is measured about a text column.

    Returns:
        Missing, the largest change of share, new and vanished values, PSI; and, only reported, total variation,
        Jensen-Shannon and Cramér's V. One finding of insufficient data where a side has too few values.
    """
    column, names = TEXT_TABLES[table], pair.baseline.words.of(table)
    window, value, rows, _ = per_window(pair.baseline, table)
    one, two = (_whole(profile, table, len(names)) for profile in (pair.baseline, pair.current))
    null = noise.dispersion_of_shares(window, value, rows, len(names) + 1)[0]
    found = [missing_finding(pair, column, (int(one[0]), int(two[0])), float(null))]
    one, two, some = one[1:], two[1:], value > 0
    sizes = int(one.sum()), int(two.sum())
    if min(sizes) < pair.settings.rows_min:
        words = (
            f"{column}: {sizes[0]:,} values before, {sizes[1]:,} now; {pair.settings.rows_min:,} are needed to compare."
        )
        return [*found, Finding(column=column, measure="values", outcome=Outcome.INSUFFICIENT, words=words)]
    long = window[some], value[some] - 1, rows[some], len(names)
    each = noise.dispersion_of_shares(*long)
    sides = _Sides(pair, table, names, one, two, each, noise.pooled_dispersion(each, one))
    return [*found, *_drawn(sides), *_new(sides, long), *_vanished(sides), *_reported(sides)]


def _whole(profile: PurchaseProfile, table: CountTable, names: int) -> I64:
    _, value, rows, _ = per_window(profile, table)
    return np.bincount(value, rows, names + 1).astype(np.int64)


def _drawn(sides: _Sides) -> list[Finding]:
    """The measures whose noise is drawn: largest change of share, and PSI on the union of values."""
    settings, one, two = sides.pair.settings, sides.one, sides.two
    draws = noise.draw_pairs(one, two, sides.pooled, settings.noise_draws, settings.seed)
    test = categorical.chi_square(*categorical.without_rare(one, two), sides.pooled)
    index = float(categorical.psi(one, two))
    warn, fail = settings.thresholds("psi")
    population = Finding(
        column=sides.column,
        measure="psi",
        effect=index,
        low=max(0.0, index - ONE_SIDED_95 * draws.psi_error),
        high=index + ONE_SIDED_95 * draws.psi_error,
        floor=draws.psi_floor,
        p=test.p,
        warn=warn,
        fail=fail,
        words=f"PSI of {sides.column} is {index:.3g}.",
    )
    return [_share(sides, draws.share_floor), population]


def _share(sides: _Sides, floor: float) -> Finding:
    changes = categorical.share_changes(sides.one, sides.two)
    place = int(np.argmax(np.abs(changes)))
    sizes = int(sides.one.sum()), int(sides.two.sum())
    before, now = float(sides.one[place] / sizes[0]), float(sides.two[place] / sizes[1])
    own, inverse = float(sides.each[place]), 1 / sizes[0] + 1 / sizes[1]
    pooled = float((sides.one[place] + sides.two[place]) / sum(sizes))
    error = float(np.sqrt(pooled * (1 - pooled) * inverse * own))
    apart = float(np.sqrt(own * (before * (1 - before) / sizes[0] + now * (1 - now) / sizes[1])))
    effect, values = float(changes[place]), len(changes)
    gap = max(0.0, abs(effect) - inverse / 2)  # continuity correction
    p = min(1.0, values * float(normal_p(np.array([gap / error]))[0])) if error > 0 else 1.0
    warn, fail = sides.pair.settings.thresholds("share")
    name = sides.names[place]
    blame = blamed_for_share(sides.pair, sides.table, place + 1)
    money = money_of(sides.pair.current, sides.table, place + 1)
    return Finding(
        column=sides.column,
        measure="share",
        baseline=before,
        current=now,
        effect=effect,
        low=max(0.0, abs(effect) - ONE_SIDED_95 * apart),
        high=abs(effect) + ONE_SIDED_95 * apart,
        floor=max(floor, ONE_SIDED_95 * error),
        p=p,
        warn=warn,
        fail=fail,
        words=f"The share of {sides.column} '{name}' went from {before:.2%} to {now:.2%} ({effect * 100:+.2f} points; "
        f"now {int(sides.two[place]):,} rows worth {money:,.2f}){blame}.",
    )


def _new(sides: _Sides, long: tuple[I64, I64, I64, int]) -> list[Finding]:
    """The most frequent value that the baseline never had, all of them named.

    Real by the exact chance that all rows of a value fall on the current side, against every value; the noise floor is
    the most rows that a value had which the baseline saw in one window only, or that chance alone gives.
    """
    fresh = np.flatnonzero((sides.one == 0) & (sides.two > 0))
    sizes = int(sides.one.sum()), int(sides.two.sum())
    side, values = sizes[1] / sum(sizes), len(sides.one)
    settings = sides.pair.settings
    if not len(fresh):
        return []
    ranked = fresh[np.argsort(-sides.two[fresh], kind="stable")]
    rows = int(sides.two[ranked[0]])
    by_chance = max(0.0, log(0.05 / values) / log(side)) if side < 1 else float(rows)
    low, high = wilson(rows, sizes[1], ONE_SIDED_95)
    named = [
        f"'{sides.names[at]}' ({int(sides.two[at]):,} rows worth {_money(sides, at):,.2f})"
        for at in ranked[:MOST_NAMED]
    ]
    more = f" and {len(ranked) - MOST_NAMED} more" if len(ranked) > MOST_NAMED else ""
    return [
        Finding(
            column=sides.column,
            measure="new_value",
            baseline=0.0,
            current=rows / sizes[1],
            effect=rows / sizes[1],
            low=low,
            high=high,
            floor=max(by_chance, _most_rows_in_one_window(*long)) / sizes[1],
            p=min(1.0, values * side**rows),
            warn=settings.new_value_warn_rows / sizes[1],
            fail=settings.new_value_fail_share,
            words=f"{sides.column} has values that the baseline never had: {', '.join(named)}{more}, "
            f"first in the window of {_first_window(sides, int(ranked[0]))}.",
        )
    ]


def _most_rows_in_one_window(window: I64, value: I64, rows: I64, values: int) -> float:
    if len(np.unique(window)) < 2:  # noqa: PLR2004  everything is in one window then
        return 0.0
    once = np.bincount(value, minlength=values) == 1
    return float(rows[once[value]].max(initial=0))


def _money(sides: _Sides, place: int) -> float:
    return money_of(sides.pair.current, sides.table, place + 1)


def _first_window(sides: _Sides, place: int) -> str:
    window, value, _, _ = per_window(sides.pair.current, sides.table)
    return named_window(int(window[value == place + 1].min()))


def _vanished(sides: _Sides) -> list[Finding]:
    gone = np.flatnonzero((sides.one > 0) & (sides.two == 0))
    if not len(gone):
        return []
    ranked = gone[np.argsort(-sides.one[gone], kind="stable")]
    rows, size = int(sides.one[ranked[0]]), int(sides.one.sum())
    low, high = wilson(rows, size, ONE_SIDED_95)
    named = ", ".join(f"'{sides.names[at]}' ({int(sides.one[at]):,} rows)" for at in ranked[:MOST_NAMED])
    more = f" and {len(ranked) - MOST_NAMED} more" if len(ranked) > MOST_NAMED else ""
    words = f"{sides.column} no longer has {named}{more}."
    return [
        Finding(
            column=sides.column,
            measure="vanished_value",
            baseline=rows / size,
            current=0.0,
            effect=-rows / size,
            low=low,
            high=high,
            words=words,
        )
    ]


def _reported(sides: _Sides) -> list[Finding]:
    one, two = sides.one, sides.two
    test = categorical.chi_square(one, two)
    figures = {
        "total_variation": (
            categorical.total_variation(one, two),
            "of rows would have to change their value",
        ),
        "jensen_shannon": (categorical.jensen_shannon(one, two), "bits of Jensen-Shannon divergence"),
        "cramers_v": (
            categorical.cramers_v(one, two),
            f"is Cramér's V (chi-square {test.statistic:.4g}, {test.df} degrees, p {test.p:.3g})",
        ),
    }
    return [
        Finding(column=sides.column, measure=measure, effect=size, words=f"{size:.4g} {words} in {sides.column}.")
        for measure, (size, words) in figures.items()
    ]
