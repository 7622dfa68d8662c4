"""Charts of drift as Plotly figures. Plotly is imported where a figure is made: it costs seconds."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from customer_analytics.core.contract import Column
from customer_analytics.core.drift.comparisons import Comparison
from customer_analytics.core.drift.deliveries import Deliveries
from customer_analytics.core.drift.findings import Finding, Outcome
from customer_analytics.core.drift.profile import PurchaseProfile
from customer_analytics.core.drift.views import numbers
from customer_analytics.core.drift.windows import NO_DATE, window_dates

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

COLOURS = {
    Outcome.FAIL: "#b2182b",
    Outcome.WARN: "#ef8a62",
    Outcome.INSUFFICIENT: "#bdbdbd",
    Outcome.OK: "#2166ac",
}
_BASELINE, _CURRENT = "#9e9e9e", "#2166ac"
_PERCENTILES = np.arange(1, 100)
_MOST_BARS = 60


def draw_findings(comparisons: Sequence[Comparison]) -> "Figure":
    """Every measure that can alarm as a share of what fails; below 1 nothing fails.

    The whole delivery, and countries that alarm; the bound from which a change is real is a black tick.
    """
    shown = [(one.name, finding) for one in comparisons for finding in one.findings if _is_shown(finding)]
    shown = sorted(shown, key=lambda pair: _weight(pair[1].effect, pair[1]))[-_MOST_BARS:]
    labels = [_label(name, finding, len(comparisons) > 1) for name, finding in shown]
    bars = [
        {
            "type": "bar",
            "orientation": "h",
            "name": str(outcome),
            "x": [_weight(finding.effect, finding) for _, finding in shown if finding.outcome is outcome],
            "y": [label for label, (_, finding) in zip(labels, shown, strict=True) if finding.outcome is outcome],
            "hovertext": [finding.words for _, finding in shown if finding.outcome is outcome],
            "marker": {"color": colour},
        }
        for outcome, colour in COLOURS.items()
    ]
    floors = {
        "type": "scatter",
        "mode": "markers",
        "name": "noise floor",
        "x": [_weight(finding.floor, finding) for _, finding in shown],
        "y": labels,
        "marker": {"symbol": "line-ns-open", "color": "black", "size": 12},
    }
    layout = {
        "title": {"text": "Size of each change as a share of what fails"},
        "xaxis": {"type": "log", "title": {"text": "effect / threshold of fail (1 fails where it is real)"}},
        "yaxis": {"categoryorder": "array", "categoryarray": labels, "automargin": True},
        "height": 140 + 18 * len(labels),
        "shapes": [{"type": "line", "x0": 1, "x1": 1, "yref": "paper", "y0": 0, "y1": 1, "line": {"dash": "dot"}}],
    }
    return _figure([*bars, floors], layout)


def draw_volume(deliveries: Deliveries) -> "Figure":
    """Rows per window of both deliveries."""
    lines = [
        {
            "type": "scatter",
            "mode": "lines+markers",
            "name": name,
            "x": [str(date) for date in window_dates(np.array(list(counted), np.int64)).astype("datetime64[D]")],
            "y": list(counted.values()),
            "line": {"color": colour},
        }
        for name, colour, profile in _sides(deliveries)
        if (counted := {window: rows for window, rows in profile.rows_per_window().items() if window != NO_DATE})
    ]
    layout = {
        "title": {"text": "Rows per window"},
        "xaxis": {"title": {"text": "first day of the window"}},
        "yaxis": {"title": {"text": "rows"}, "rangemode": "tozero"},
    }
    return _figure(lines, layout)


def draw_amounts(deliveries: Deliveries) -> "Figure":
    """The percentiles of the purchase amount of both deliveries, exact."""
    lines = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": name,
            "x": _PERCENTILES.tolist(),
            "y": amounts.quantiles(_PERCENTILES / 100).tolist(),
            "line": {"color": colour},
        }
        for name, colour, profile in _sides(deliveries)
        if (amounts := numbers(profile, Column.PURCHASE_AMOUNT)).rows
    ]
    layout = {
        "title": {"text": "Percentiles of the purchase amount"},
        "xaxis": {"title": {"text": "per cent of rows that are at most"}},
        "yaxis": {"title": {"text": "purchase amount"}, "type": "log"},
    }
    return _figure(lines, layout)


def _sides(deliveries: Deliveries) -> list[tuple[str, str, PurchaseProfile]]:
    now = (f"now ({deliveries.current_run})", _CURRENT, deliveries.current)
    if deliveries.baseline is None:
        return [now]
    return [(f"baseline ({deliveries.baseline_run})", _BASELINE, deliveries.baseline), now]


def _is_shown(finding: Finding) -> bool:
    return finding.gated and (finding.segment == "all" or finding.outcome in {Outcome.WARN, Outcome.FAIL})


def _label(comparison: str, finding: Finding, named: bool) -> str:  # noqa: FBT001  one of two spellings
    segment = "" if finding.segment == "all" else f" {finding.segment}"
    return f"{finding.column} {finding.measure}{segment}" + (f" · {comparison}" if named else "")


def _weight(size: float | None, finding: Finding) -> float:
    return max(abs(size or 0.0) / (finding.fail or 1.0), 1e-4)


def _figure(traces: list[dict[str, Any]], layout: dict[str, Any]) -> "Figure":
    from plotly.graph_objects import Figure  # noqa: PLC0415  costs seconds

    return Figure({"data": traces, "layout": {"template": "plotly_white", **layout}}, skip_invalid=False)
