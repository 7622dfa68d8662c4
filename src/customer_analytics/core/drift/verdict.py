"""The verdict on a delivery: compare, judge, and say what it comes to."""

from collections.abc import Sequence
from typing import Any

from customer_analytics.core.contract.columns import Column
from customer_analytics.core.drift.checks.findings import Finding, Outcome, judged
from customer_analytics.core.drift.checks.numbers import number_findings
from customer_analytics.core.drift.checks.pair import Pair
from customer_analytics.core.drift.checks.segments import segment_findings
from customer_analytics.core.drift.checks.texts import text_findings
from customer_analytics.core.drift.checks.volume import volume_finding
from customer_analytics.core.drift.profile.packed_counts import CountTable
from customer_analytics.core.drift.profile.purchase_profile import PurchaseProfile
from customer_analytics.core.drift.settings import DriftSettings

JUDGED_COLUMNS = (
    Column.PRODUCT_CATEGORY,
    Column.PURCHASE_AMOUNT,
    Column.COUNTRY_CODE,
    Column.CUSTOMER_AGE,
    Column.PAYMENT_TYPE,
)

NUMBERS = (Column.PURCHASE_AMOUNT, Column.CUSTOMER_AGE)

Findings = tuple[Finding, ...]


def compare_profiles(baseline: PurchaseProfile | None, current: PurchaseProfile, settings: DriftSettings) -> Findings:
    """What changed between two deliveries.

    Args:
        baseline: The delivery to compare with; ``None`` when there is none.
        current: The delivery to judge.
        settings: Thresholds.

    Returns:
        All findings, judged; a single one of insufficient data where there is nothing to compare.

    Raises:
        ProfileError: The profiles are cut differently.
    """
    if baseline is None:
        return (_insufficient("There is no baseline to compare with: this run can become one."),)
    return compare_pair(Pair.of(baseline, current, settings))


def compare_latest(profile: PurchaseProfile, settings: DriftSettings) -> Findings:
    """What changed inside a delivery: its latest windows against all earlier ones."""
    windows = sorted(window for window in profile.rows_per_window() if window)
    if len(windows) <= settings.latest_windows:
        said = f"Windows in the delivery: {len(windows)}; more than {settings.latest_windows} are needed."
        return (_insufficient(said),)
    latest = frozenset(windows[-settings.latest_windows :])
    sides = profile.within(frozenset(windows) - latest), profile.within(latest)
    pair = Pair.of(*sides, settings)
    return compare_pair(Pair(pair.baseline, pair.current, settings, frozenset({windows[0], windows[-1]})))


def compare_pair(pair: Pair) -> Findings:
    """All findings about a pair, judged together."""
    rows, least = pair.rows, pair.settings.rows_min
    if min(rows) < least:
        said = f"{rows[0]:,} rows before and {rows[1]:,} now; {least:,} are needed on both sides to compare."
        return (_insufficient(said),)
    found = [finding for column in NUMBERS for finding in number_findings(pair, column)]
    for table in (CountTable.CATEGORY, CountTable.COUNTRY, CountTable.PAYMENT):
        found += text_findings(pair, table)
    return judged([*found, volume_finding(pair), *segment_findings(pair)], pair.settings)


def verdict_on(findings: Sequence[Finding], settings: DriftSettings, most: int = 20) -> dict[str, Any]:
    """The verdict on a comparison as plain JSON values.

    Args:
        findings: ParsedColumn.
        settings: Thresholds.
        most: Alarms told in words.

    Returns:
        ``outcome``, ``columns`` (outcome of each), ``alarms`` (what failed or warns, worst first),
        ``real_below_threshold`` (likewise for changes that are real but too small), ``not_judged`` (columns), ``tests``
        (how many p-values were adjusted together), ``significance``.
    """
    columns = {str(column): str(_of_column(findings, column)) for column in (*JUDGED_COLUMNS, "rows")}
    ranked = sorted(_alarms(findings), key=lambda one: (one.outcome is Outcome.WARN, one.segment != "all"))
    small = [one for one in findings if one.outcome is Outcome.OK and one.gated and one.is_real(settings.significance)]
    return {
        "outcome": str(outcome_of(findings)),
        "columns": columns,
        "alarms": [_told(one) for one in ranked[:most]],
        "alarm_count": len(ranked),
        "real_below_threshold": [_told(one) for one in small[:most]],
        "not_judged": [name for name, outcome in columns.items() if outcome == Outcome.INSUFFICIENT],
        "reasons": [one.words for one in findings if one.outcome is Outcome.INSUFFICIENT and not one.gated],
        "tests": sum(one.gated for one in findings),
        "significance": settings.significance,
    }


def outcome_of(findings: Sequence[Finding]) -> Outcome:
    """The worst of all findings; ``insufficient_data`` if any column of the contract could not be judged at all."""
    outcomes = {one.outcome for one in findings}
    for worst in (Outcome.FAIL, Outcome.WARN):
        if worst in outcomes:
            return worst
    blind = any(_of_column(findings, column) is Outcome.INSUFFICIENT for column in JUDGED_COLUMNS)
    return Outcome.INSUFFICIENT if blind else Outcome.OK


def _of_column(findings: Sequence[Finding], column: str) -> Outcome:
    """Worst alarm of a column; ``ok`` only if a measure that could have shown a drift that matters is.

    For numbers that is the mean or the median: at few rows a quiet KS or PSI proves little, their thresholds are blunt.
    """
    outcomes = [one.outcome for one in findings if one.column == column]
    for worst in (Outcome.FAIL, Outcome.WARN):
        if worst in outcomes:
            return worst
    telling = {"mean", "p50"} if column in NUMBERS else {"share", "psi", "volume"}
    told = [one for one in findings if one.column == column and one.segment == "all" and one.measure in telling]
    return Outcome.OK if any(one.gated and one.outcome is Outcome.OK for one in told) else Outcome.INSUFFICIENT


def _alarms(findings: Sequence[Finding]) -> list[Finding]:
    return [one for one in findings if one.outcome in {Outcome.FAIL, Outcome.WARN}]


def _told(one: Finding) -> dict[str, Any]:
    return {
        "outcome": str(one.outcome),
        "column": str(one.column),
        "segment": one.segment,
        "measure": one.measure,
        "baseline": one.baseline,
        "current": one.current,
        "effect": one.effect,
        "warn": one.warn,
        "fail": one.fail,
        "explanation": one.words,
    }


def _insufficient(words: str) -> Finding:
    return Finding(column="rows", measure="comparison", outcome=Outcome.INSUFFICIENT, words=words)
