"""Whether the delivery has changed in a way that matters."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from customer_analytics.core.report import formatting as words
from customer_analytics.core.report.content import Alarm, Block, Section, Table, Verdict, records
from customer_analytics.core.report.facts import Facts

OUTCOMES = {
    "ok": "no change that matters",
    "warn": "look at this",
    "fail": "changed",
    "insufficient_data": "cannot be told",
}
_HEADINGS = {
    "runs": "Against an earlier run",
    "latest_windows": "Inside this delivery: the latest windows against those before",
}
_SHORT = {"runs": "against an earlier run", "latest_windows": "inside the delivery"}
_MOST_WINDOWS = 400
_LARGE = 1000
_SHARES = {"mean", "wasserstein", "volume", "p5", "p25", "p50", "p75", "p95", "p99"}
_POINTS = {"share", "missing"}
_MAKE = "`kedro run --pipelines drift,history,reporting` makes it from what is on disk."


def tell_change(facts: Facts) -> Section:
    """The verdict, what alarms in words, and the charts of drift."""
    title = "Did anything change?"
    if facts.drift_verdict is None:
        lead = f"Nothing has judged this delivery yet: `drift_verdict` is missing. {_MAKE}"
        return Section("change", title, lead)
    comparisons = facts.drift_verdict["comparisons"]
    lead = (
        "A change alarms only if it is large enough to matter and too large for chance. "
        "Thresholds stand in `conf/base/parameters_drift.yml`."
    )
    blocks = (
        Block("Each measure against its threshold", "drift_findings_chart", _columns(comparisons), absent=_NOTHING),
        Block("Rows per window", "volume_chart", more=_windows(facts), absent="There is no window to count."),
        Block(
            "Percentiles of the amount",
            "amount_percentiles_chart",
            words=("Those of this delivery stand in a table above, with the distribution.",),
            absent="There is no amount to compare.",
        ),
    )
    verdicts = tuple(_verdict(name, one) for name, one in comparisons.items())
    return Section("change", title, lead, blocks, verdicts)


_NOTHING = "There is nothing to compare yet: the next run is compared with this one."


def _verdict(name: str, found: Mapping[str, Any]) -> Verdict:
    alarms = tuple(Alarm(one["outcome"], one["explanation"], _measured(one)) for one in found["alarms"])
    left = found["alarm_count"] - len(alarms)
    notes = [*found["reasons"], *([f"{left:,} more alarms stand in `drift_findings`."] if left else [])]
    not_judged = [column for column in found["not_judged"] if not found["reasons"]]
    if not_judged:
        notes.append(f"Too little data to judge: {', '.join(not_judged)}.")
    return Verdict(
        heading=_HEADINGS.get(name, name),
        outcome=found["outcome"],
        words=f"Compared with {found['baseline']}.",
        alarms=alarms,
        notes=tuple(notes),
        small=tuple(one["explanation"] for one in found["real_below_threshold"]),
    )


def _measured(alarm: Mapping[str, Any]) -> str:
    """The effect against what warns and what fails, in the measure's unit."""
    measure, effect = alarm["measure"], alarm["effect"]
    told = [f"{alarm['column']}, {measure}" + ("" if alarm["segment"] == "all" else f" in {alarm['segment']}")]
    if effect is not None:
        told.append(f"effect {_size(measure, effect, '+')}")
    if alarm.get("warn") is not None:
        least = "the first row" if measure == "new_value" else _size(measure, alarm["warn"])
        told.append(f"warns from {least}, fails from {_size(measure, alarm['fail'])}")
    return "; ".join(told)


def _size(measure: str, number: float, sign: str = "") -> str:
    if measure in _POINTS:
        points = _plain(100 * number, sign)
        return f"{points} point" if points == "1" else f"{points} points"
    if measure in _SHARES or measure == "new_value":
        return f"{_plain(100 * number, sign)} %"
    return _plain(number, sign)


def _plain(number: float, sign: str) -> str:
    """Three digits that tell, and never an exponent for what is large."""
    return f"{number:{sign},.0f}" if abs(number) >= _LARGE else f"{number:{sign}.3g}"


def _windows(facts: Facts) -> Table | None:
    windows = facts.purchases_by_window
    if windows is None or windows.empty:
        return None
    rows = tuple(
        (
            "no date" if pd.isna(one["window"]) else f"{one['window']:%Y-%m-%d}",
            words.count(one["rows"]),
            words.money(one["revenue"], facts.decimals),
        )
        for one in records(windows.iloc[::-1].head(_MOST_WINDOWS))
    )
    return Table("Rows per window, the newest first", ("first day", "rows", "revenue"), rows)


def _columns(comparisons: Mapping[str, Mapping[str, Any]]) -> Table:
    columns = list(dict.fromkeys(column for one in comparisons.values() for column in one["columns"]))
    rows = tuple(
        (column, *(OUTCOMES.get(one["columns"].get(column, ""), words.NOTHING) for one in comparisons.values()))
        for column in columns
    )
    head = ("column", *(_SHORT.get(name, name) for name in comparisons))
    return Table("Outcome by column", head, rows, len(head))
