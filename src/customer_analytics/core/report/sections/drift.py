"""Build the report's section about drift: alarms, thresholds, and the outcome of each column."""

import itertools
from collections.abc import Mapping
from typing import Any

import pandas as pd

from customer_analytics.core.report import formatting
from customer_analytics.core.report.content import Alarm, Block, ComparisonResult, Section, Table
from customer_analytics.core.report.facts import Facts

OUTCOME_LABELS = {
    "ok": "no relevant change",
    "warn": "take a look",
    "fail": "changed",
    "insufficient_data": "not enough data",
}
_HEADINGS = {
    "runs": "Compared with an earlier run",
    "latest_windows": "Within this delivery: the latest windows compared with earlier ones",
}
_COLUMN_TITLES = {"runs": "against an earlier run", "latest_windows": "within the delivery"}
_MAX_WINDOWS = 400
_MIN_INTEGER = 1000
_RELATIVE_MEASURES = {"mean", "wasserstein", "volume", "new_value", "p5", "p25", "p50", "p75", "p95", "p99"}
_POINT_MEASURES = {"share", "missing"}


def drift_section(facts: Facts) -> Section:
    """Build the report's section about drift: the result of each comparison, with charts and tables."""
    title = "Did anything change?"
    if facts.drift_verdict is None:
        lead = (
            "This delivery was not checked for drift: `drift_verdict` is missing. "
            "`kedro run --pipelines drift,history,reporting` makes it from the saved tables."
        )
        return Section("change", title, lead)
    comparisons = facts.drift_verdict["comparisons"]
    lead = (
        "A change raises an alarm only if it is large enough to matter and too large to be chance. "
        "The thresholds are in `conf/base/parameters_drift.yml`."
    )
    outcomes, windows = _outcomes_table(comparisons), _windows_table(facts)
    no_comparison = "There is nothing to compare yet: the next run is compared with this one."
    blocks = (
        Block("Measures and thresholds", "drift_findings_chart", outcomes, placeholder=no_comparison),
        Block("Rows per window", "volume_chart", None, windows, placeholder="There is no window with rows."),
        Block(
            "Percentiles of the amount",
            "amount_percentiles_chart",
            paragraphs=("The section on purchase amounts has the percentiles of this delivery as a table.",),
            placeholder="There is no amount to compare.",
        ),
    )
    results = tuple(_summarize_comparison(name, comparison) for name, comparison in comparisons.items())
    return Section("change", title, lead, blocks, results)


def _summarize_comparison(name: str, comparison: Mapping[str, Any]) -> ComparisonResult:
    alarms = tuple(Alarm(alarm["outcome"], alarm["explanation"], _measurement(alarm)) for alarm in comparison["alarms"])
    hidden_alarms = comparison["alarm_count"] - len(alarms)
    notes = list(comparison["reasons"])
    if hidden_alarms:
        notes.append(f"`drift_findings` has {formatting.plural(hidden_alarms, 'more alarm')}.")
    if comparison["not_judged"] and not comparison["reasons"]:
        notes.append(f"Too little data for: {', '.join(comparison['not_judged'])}.")
    return ComparisonResult(
        heading=_HEADINGS.get(name, name),
        outcome=comparison["outcome"],
        baseline=f"Compared with {comparison['baseline']}.",
        alarms=alarms,
        notes=tuple(notes),
        small_changes=tuple(change["explanation"] for change in comparison["real_below_threshold"]),
    )


def _measurement(alarm: Mapping[str, Any]) -> str:
    """Describe an alarm in one line: ``purchase_amount, mean; effect +5 %; warns from 2 %, fails from 4 %``."""
    measure, effect = alarm["measure"], alarm["effect"]
    segment = "" if alarm["segment"] == "all" else f" in {alarm['segment']}"
    statements = [f"{alarm['column']}, {measure}{segment}"]
    if effect is not None:
        statements.append(f"effect {_format_effect(measure, effect, '+')}")
    if alarm.get("warn") is not None:
        warn = "the first row" if measure == "new_value" else _format_effect(measure, alarm["warn"])
        statements.append(f"warns from {warn}, fails from {_format_effect(measure, alarm['fail'])}")
    return "; ".join(statements)


def _format_effect(measure: str, effect: float, sign: str = "") -> str:
    if measure in _POINT_MEASURES:
        points = _format_number(100 * effect, sign)
        return f"{points} point" if points == "1" else f"{points} points"
    if measure in _RELATIVE_MEASURES:
        return f"{_format_number(100 * effect, sign)} %"
    return _format_number(effect, sign)


def _format_number(number: float, sign: str) -> str:
    """Format a number with three significant digits, or as an integer from 1,000 on; ``sign`` is ``+`` or empty."""
    return f"{number:{sign},.0f}" if abs(number) >= _MIN_INTEGER else f"{number:{sign}.3g}"


def _windows_table(facts: Facts) -> Table | None:
    windows = facts.purchases_by_window
    if windows is None or windows.empty:
        return None
    rows = tuple(
        (
            "no date" if pd.isna(window["window"]) else f"{window['window']:%Y-%m-%d}",
            formatting.count(window["rows"]),
            formatting.money(window["revenue"], facts.decimals),
        )
        for window in windows.iloc[::-1].head(_MAX_WINDOWS).to_dict("records")
    )
    return Table("Rows per window, newest first", ("first day", "rows", "revenue"), rows)


def _outcomes_table(comparisons: Mapping[str, Mapping[str, Any]]) -> Table:
    column_outcomes = [comparison["columns"] for comparison in comparisons.values()]
    labels = {
        column: [OUTCOME_LABELS.get(outcomes.get(column, ""), formatting.NO_VALUE) for outcomes in column_outcomes]
        for column in itertools.chain(*column_outcomes)
    }
    rows = tuple((column, *column_labels) for column, column_labels in labels.items())
    header = ("column", *(_COLUMN_TITLES.get(name, name) for name in comparisons))
    return Table("Outcome by column", header, rows, len(header))
