"""Charts of drift as Plotly figures."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from customer_analytics.core.contract.columns import Column
from customer_analytics.core.display import spelt_run
from customer_analytics.core.drift.baseline import Deliveries
from customer_analytics.core.drift.checks.findings import Finding, Outcome
from customer_analytics.core.drift.comparisons import LATEST_WINDOWS, RUNS, Comparison
from customer_analytics.core.drift.profile.purchase_profile import PurchaseProfile
from customer_analytics.core.drift.profile.views import numbers
from customer_analytics.core.drift.profile.windows import NO_DATE, window_dates
from customer_analytics.core.report.charts import style

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

COLOURS = {
    Outcome.FAIL: style.FAIL,
    Outcome.WARN: style.WARN,
    Outcome.INSUFFICIENT: style.MUTED,
    Outcome.OK: style.ACCENT,
}
_BASELINE, _CURRENT = style.MUTED, style.ACCENT
_NAMES = {
    Outcome.FAIL: "fails",
    Outcome.WARN: "warns",
    Outcome.INSUFFICIENT: "cannot be told",
    Outcome.OK: "fine",
}
_SHORT = {RUNS: "runs", LATEST_WINDOWS: "latest"}
_PERCENTILES = np.arange(1, 100)
_MOST_BARS = 30


def draw_findings(comparisons: Sequence[Comparison]) -> "Figure":
    """Every measure that can alarm as a share of what fails; below 1 nothing fails.

    The whole delivery, and countries that alarm; the bound from which a change is real is a black tick.
    """
    shown = [(one.name, finding) for one in comparisons for finding in one.findings if _is_shown(finding)]
    shown = sorted(shown, key=lambda pair: _weight(pair[1].effect, pair[1]))[-_MOST_BARS:]
    if not shown:
        return style.nothing_drawn("Nothing to compare yet.")
    labels = [_label(name, finding, len(comparisons) > 1) for name, finding in shown]
    bars = [
        {
            "type": "bar",
            "orientation": "h",
            "name": _NAMES[outcome],
            "x": [_weight(finding.effect, finding) for _, finding in shown if finding.outcome is outcome],
            "y": [label for label, (_, finding) in zip(labels, shown, strict=True) if finding.outcome is outcome],
            "hovertext": [style.wrapped(finding.words) for _, finding in shown if finding.outcome is outcome],
            "hovertemplate": "%{hovertext}<extra></extra>",
            "marker": {"color": colour},
        }
        for outcome, colour in COLOURS.items()
        if any(finding.outcome is outcome for _, finding in shown)
    ]
    floors = {
        "type": "scatter",
        "mode": "markers",
        "name": "noise floor",
        "x": [_weight(finding.floor, finding) for _, finding in shown],
        "y": labels,
        "marker": {"symbol": "line-ns-open", "color": style.INK, "size": 12},
        "hovertemplate": "%{y}<br>real from %{x:.3~g} on<extra></extra>",
    }
    layout = {
        "title": {"text": "Size of each change as a share of what fails"},
        "xaxis": {
            "type": "log",
            "title": {"text": "effect (1 fails)"},
            "dtick": 2,
            "exponentformat": "none",
            "tickangle": 0,
        },
        "yaxis": {
            "type": "category",
            "categoryorder": "array",
            "categoryarray": labels,
            "tickfont": {"size": 12},
            "showgrid": False,
            "range": [-0.7, len(labels) - 0.3],
        },
        "height": 170 + 18 * len(labels),
        "margin": {"t": 96},
        "showlegend": True,
        "shapes": [
            {
                "type": "line",
                "x0": 1,
                "x1": 1,
                "yref": "paper",
                "y0": 0,
                "y1": 1,
                "line": {"dash": "dot", "color": style.INK},
            }
        ],
    }
    return style.figure([*bars, floors], layout)


def draw_volume(deliveries: Deliveries) -> "Figure":
    """Rows per window of both deliveries."""
    lines = [
        {
            "type": "scatter",
            "mode": "lines+markers",
            "name": name,
            "hovertemplate": "window of %{x|%Y-%m-%d}<br>%{y:,} rows<extra></extra>",
            "marker": {"size": 4},
            "x": [str(date) for date in window_dates(np.array(list(counted), np.int64)).astype("datetime64[D]")],
            "y": list(counted.values()),
            "line": {"color": colour, "width": width},
        }
        for name, colour, width, profile in _sides(deliveries)
        if (counted := {window: rows for window, rows in profile.rows_per_window().items() if window != NO_DATE})
    ]
    layout = {
        "title": {"text": "Rows per window"},
        "height": 340,
        "margin": {"t": 72},
        "showlegend": True,
        "xaxis": {"type": "date", "title": {"text": "first day of the window"}, "nticks": 8},
        "yaxis": {"title": {"text": "rows"}, "rangemode": "tozero", "nticks": 6},
    }
    return style.figure(lines, layout)


def draw_amounts(deliveries: Deliveries) -> "Figure":
    """The percentiles of the purchase amount of both deliveries, exact."""
    lines = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": name,
            "hovertemplate": "%{x} % of amounts are at most %{y:,.2f}<extra></extra>",
            "x": _PERCENTILES.tolist(),
            "y": amounts.quantiles(_PERCENTILES / 100).tolist(),
            "line": {"color": colour, "width": width},
        }
        for name, colour, width, profile in _sides(deliveries)
        if (amounts := numbers(profile, Column.PURCHASE_AMOUNT)).rows
    ]
    layout = {
        "title": {"text": "Percentiles of the purchase amount"},
        "height": 340,
        "margin": {"t": 72},
        "showlegend": True,
        "xaxis": {"title": {"text": "per cent of purchases"}, "range": [0, 100]},
        "yaxis": {"title": {"text": "amount at most"}, "type": "log", "dtick": "D2", "tickformat": ",~g"},
    }
    return style.figure(lines, layout)


def _sides(deliveries: Deliveries) -> list[tuple[str, str, int, PurchaseProfile]]:
    """Name, colour, width of the line and profile; the baseline is wide, to be seen behind a line that covers it."""
    now = (_named("now", deliveries.current_run), _CURRENT, 2, deliveries.current)
    if deliveries.baseline is None:
        return [now]
    return [(_named("baseline", deliveries.baseline_run), _BASELINE, 5, deliveries.baseline), now]


def _named(side: str, run: str | None) -> str:
    return f"{side} ({style.escaped(spelt_run(run or ''))})"


def _is_shown(finding: Finding) -> bool:
    return finding.gated and (finding.segment == "all" or finding.outcome in {Outcome.WARN, Outcome.FAIL})


def _label(comparison: str, finding: Finding, named: bool) -> str:  # noqa: FBT001  one of two spellings
    segment = "" if finding.segment == "all" else f" {finding.segment}"
    return f"{finding.column} {finding.measure}{segment}" + (
        f" · {_SHORT.get(comparison, comparison)}" if named else ""
    )


def _weight(size: float | None, finding: Finding) -> float:
    return max(abs(size or 0.0) / (finding.fail or 1.0), 1e-4)
