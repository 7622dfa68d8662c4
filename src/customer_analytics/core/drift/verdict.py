"""Compares two profiles, judges each measured difference (a finding), and summarizes the findings for the verdict."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from customer_analytics.core.contract.columns import Column
from customer_analytics.core.drift.checks.findings import ALARMS, Finding, Outcome, judge_findings
from customer_analytics.core.drift.checks.numbers import compare_numbers
from customer_analytics.core.drift.checks.pair import ProfilePair
from customer_analytics.core.drift.checks.segments import compare_segments
from customer_analytics.core.drift.checks.texts import compare_texts
from customer_analytics.core.drift.checks.volume import compare_volume
from customer_analytics.core.drift.profile.packed_counts import CountTable
from customer_analytics.core.drift.profile.purchase_profile import PROFILED_COLUMNS, PurchaseProfile
from customer_analytics.core.drift.profile.windows import NO_DATE
from customer_analytics.core.drift.settings import DriftSettings

JUDGED_COLUMNS = tuple(column for column in PROFILED_COLUMNS if column is not Column.PURCHASE_DATE)
"""Columns that get an outcome. The date gets none, because changes in dates are judged as rows per window."""

NUMBERS = (Column.PURCHASE_AMOUNT, Column.CUSTOMER_AGE)

_SUMMARY_FIELDS = ("segment", "measure", "baseline", "current", "effect", "warn", "fail", "explanation")

Findings = tuple[Finding, ...]


def compare_profiles(baseline: PurchaseProfile | None, current: PurchaseProfile, settings: DriftSettings) -> Findings:
    """Compare the profile of a delivery with a baseline, and judge each difference.

    Args:
        baseline: Profile to compare with; ``None`` if there is none.
        current: Profile to judge.
        settings: Thresholds.

    Returns:
        All findings with their outcomes. If there is no baseline, or if a profile has fewer than ``rows_min`` rows: a
        single finding with the outcome ``insufficient_data``.

    Raises:
        ProfileError: The profiles differ in window length or decimals.
    """
    if baseline is None:
        return (_insufficient_data("There is no baseline to compare with: this run can become one."),)
    return compare_pair(ProfilePair.of(baseline, current, settings))


def compare_latest_windows(profile: PurchaseProfile, settings: DriftSettings) -> Findings:
    """Compare the last windows of a delivery with all its earlier windows; rows without a date are ignored.

    Returns:
        All findings; if there are too few windows or rows, a single finding with ``insufficient_data``.
    """
    windows = sorted(window for window in profile.rows_per_window() if window != NO_DATE)
    if len(windows) <= settings.latest_windows:
        explanation = f"Windows in the delivery: {len(windows)}; more than {settings.latest_windows} are needed."
        return (_insufficient_data(explanation),)
    latest = frozenset(windows[-settings.latest_windows :])
    earlier = frozenset(windows) - latest
    pair = ProfilePair.of(profile.select_windows(earlier), profile.select_windows(latest), settings)
    return compare_pair(replace(pair, partial_windows=frozenset({windows[0], windows[-1]})))


def compare_pair(pair: ProfilePair) -> Findings:
    """Compare two profiles and judge the findings; one ``insufficient_data`` finding if a profile has too few rows."""
    (rows_before, rows_now), rows_min = pair.rows, pair.settings.rows_min
    if min(rows_before, rows_now) < rows_min:
        explanation = (
            f"{rows_before:,} rows before and {rows_now:,} now; {rows_min:,} are needed on both sides to compare."
        )
        return (_insufficient_data(explanation),)
    findings = [finding for column in NUMBERS for finding in compare_numbers(pair, column)]
    for table in (CountTable.CATEGORY, CountTable.COUNTRY, CountTable.PAYMENT):
        findings += compare_texts(pair, table)
    return judge_findings([*findings, compare_volume(pair), *compare_segments(pair)], pair.settings)


def summarize_findings(findings: Sequence[Finding], settings: DriftSettings, max_alarms: int = 20) -> dict[str, Any]:
    """Summarize the findings of one comparison as a dict of JSON types.

    Args:
        findings: Findings with outcomes.
        settings: Provides ``significance``.
        max_alarms: Maximum length of each of the lists ``alarms`` and ``real_below_threshold``.

    Returns:
        - ``outcome``: the worst outcome. ``columns``: a dict from each column to its outcome.
        - ``alarms``: failures, then warnings.
        - ``alarm_count``: number of all alarms, listed or not.
        - ``real_below_threshold``: changes that are not chance but too small for an alarm.
        - ``not_judged``: columns with insufficient data.
        - ``reasons``: sentences that say why data is insufficient.
        - ``tests``: number of findings with an adjusted p-value.
        - ``significance``: the setting ``significance``.
    """
    columns = {str(column): str(_find_column_outcome(findings, column)) for column in (*JUDGED_COLUMNS, "rows")}
    alarms = [finding for finding in findings if finding.outcome in ALARMS]
    alarms.sort(key=lambda finding: (finding.outcome is Outcome.WARN, finding.segment != "all"))
    ok_findings = [finding for finding in findings if finding.outcome is Outcome.OK and finding.can_alarm]
    real_below_threshold = [finding for finding in ok_findings if finding.is_real(settings.significance)]
    insufficient = [finding for finding in findings if finding.outcome is Outcome.INSUFFICIENT]
    return {
        "outcome": str(find_worst_outcome(findings)),
        "columns": columns,
        "alarms": [_to_json(finding) for finding in alarms[:max_alarms]],
        "alarm_count": len(alarms),
        "real_below_threshold": [_to_json(finding) for finding in real_below_threshold[:max_alarms]],
        "not_judged": [name for name, outcome in columns.items() if outcome == Outcome.INSUFFICIENT],
        "reasons": [finding.explanation for finding in insufficient if not finding.can_alarm],
        "tests": sum(finding.can_alarm for finding in findings),
        "significance": settings.significance,
    }


def find_worst_outcome(findings: Sequence[Finding]) -> Outcome:
    """Return the worst alarm. Without alarms: ``insufficient_data`` if a column could not be judged, else ``ok``."""
    alarm = _find_worst_alarm(findings)
    if alarm is not None:
        return alarm
    outcomes = (_find_column_outcome(findings, column) for column in JUDGED_COLUMNS)
    return Outcome.INSUFFICIENT if Outcome.INSUFFICIENT in outcomes else Outcome.OK


def _find_worst_alarm(findings: Sequence[Finding]) -> Outcome | None:
    outcomes = {finding.outcome for finding in findings}
    return next((outcome for outcome in (Outcome.FAIL, Outcome.WARN) if outcome in outcomes), None)


def _find_column_outcome(findings: Sequence[Finding], column: str) -> Outcome:
    """Return the worst alarm of a column; if there is no alarm, ``ok`` or ``insufficient_data``.

    A column is ``ok`` only if a sensitive measure of it is ``ok``. For numbers, the sensitive measures are the mean and
    the median, not KS and PSI: with few rows, KS and PSI stay below their thresholds even after a large change.
    """
    column_findings = [finding for finding in findings if finding.column == column]
    alarm = _find_worst_alarm(column_findings)
    if alarm is not None:
        return alarm
    sensitive_measures = {"mean", "p50"} if column in NUMBERS else {"share", "psi", "volume"}
    is_judged = any(
        finding.segment == "all"
        and finding.measure in sensitive_measures
        and finding.can_alarm
        and finding.outcome is Outcome.OK
        for finding in column_findings
    )
    return Outcome.OK if is_judged else Outcome.INSUFFICIENT


def _to_json(finding: Finding) -> dict[str, Any]:
    texts = {"outcome": str(finding.outcome), "column": str(finding.column)}
    return texts | {name: getattr(finding, name) for name in _SUMMARY_FIELDS}


def _insufficient_data(explanation: str) -> Finding:
    return Finding(column="rows", measure="comparison", outcome=Outcome.INSUFFICIENT, explanation=explanation)
