"""Draw drift as Plotly figures: effects of changes, rows per window, and percentiles of the amount."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from customer_analytics.core.contract.columns import Column
from customer_analytics.core.display import format_run_id
from customer_analytics.core.drift.baseline import DeliveryPair
from customer_analytics.core.drift.checks.findings import ALARMS, Finding, Outcome
from customer_analytics.core.drift.comparisons import LATEST_WINDOWS, RUNS, Comparison
from customer_analytics.core.drift.profile.purchase_profile import PurchaseProfile
from customer_analytics.core.drift.profile.views import count_numbers
from customer_analytics.core.drift.profile.windows import NO_DATE, decode_windows
from customer_analytics.core.report.charts import style
from customer_analytics.core.report.charts.labels import escape_html, wrap_text

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

_NAMES_AND_COLOURS = {
    Outcome.FAIL: ("fails", style.FAIL),
    Outcome.WARN: ("warns", style.WARN),
    Outcome.INSUFFICIENT: ("insufficient data", style.MUTED),
    Outcome.OK: ("ok", style.ACCENT),
}
_COMPARISON_NAMES = {RUNS: "runs", LATEST_WINDOWS: "latest"}
_LINES_LAYOUT = {"height": 340, "margin": {"t": 72}, "showlegend": True}
_PERCENTILES = np.arange(1, 100)
_MAX_BARS = 30
_MIN_LENGTH = 1e-4
"""Length of the bar of a finding without effect; it is not 0, because a logarithmic axis has no 0."""


class _Bar(NamedTuple):
    """A bar of the chart of effects: a finding and its label on the axis."""

    label: str
    finding: Finding


def draw_findings(comparisons: Sequence[Comparison]) -> "Figure":
    """Draw the effect of each finding as a bar, and its noise floor as a black tick.

    Effect and noise floor are divided by the finding's threshold of failure. Findings about single countries are shown
    only if they warn or fail. At most ``_MAX_BARS`` findings are shown: those with the largest effects.
    """
    bars = _select_bars(comparisons)
    if not bars:
        return style.make_empty_figure("Nothing to compare yet.")
    labels = [bar.label for bar in bars]
    floors = {
        "type": "scatter",
        "mode": "markers",
        "name": "noise floor",
        "x": [_relative_to_fail(bar.finding.floor, bar.finding) for bar in bars],
        "y": labels,
        "marker": {"symbol": "line-ns-open", "color": style.INK, "size": 12},
        "hovertemplate": "%{y}<br>noise floor %{x:.3~g}<extra></extra>",
    }
    fail_line = {"type": "line", "x0": 1, "x1": 1, "yref": "paper", "y0": 0, "y1": 1}
    axis_title = {"text": "effect (1 fails)"}
    layout = {
        "title": {"text": "Effect of each change, divided by the threshold of failure"},
        "xaxis": {"type": "log", "title": axis_title, "dtick": 2, "exponentformat": "none", "tickangle": 0},
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
        "shapes": [{**fail_line, "line": {"dash": "dot", "color": style.INK}}],
    }
    return style.make_figure([*_make_traces(bars), floors], layout)


def draw_volume(deliveries: DeliveryPair) -> "Figure":
    """Draw the number of rows per window: one line for the current delivery, one for the baseline if there is one."""
    traces = [
        {
            **line,
            "mode": "lines+markers",
            "hovertemplate": "window of %{x|%Y-%m-%d}<br>%{y:,} rows<extra></extra>",
            "marker": {"size": 4},
            "x": [str(date) for date in decode_windows(np.array(list(rows), np.int64)).astype("datetime64[D]")],
            "y": list(rows.values()),
        }
        for line, profile in _list_lines(deliveries)
        if (rows := {window: count for window, count in profile.rows_per_window().items() if window != NO_DATE})
    ]
    layout = {
        **_LINES_LAYOUT,
        "title": {"text": "Rows per window"},
        "xaxis": {"type": "date", "title": {"text": "first day of the window"}, "nticks": 8},
        "yaxis": {"title": {"text": "rows"}, "rangemode": "tozero", "nticks": 6},
    }
    return style.make_figure(traces, layout)


def draw_amounts(deliveries: DeliveryPair) -> "Figure":
    """Draw the percentiles of the amount: one line for the current delivery, one for the baseline if there is one."""
    traces = [
        {
            **line,
            "mode": "lines",
            "hovertemplate": "%{x} % of amounts are at most %{y:,.2f}<extra></extra>",
            "x": _PERCENTILES.tolist(),
            "y": amounts.quantiles(_PERCENTILES / 100).tolist(),
        }
        for line, profile in _list_lines(deliveries)
        if (amounts := count_numbers(profile, Column.PURCHASE_AMOUNT)).rows
    ]
    layout = {
        **_LINES_LAYOUT,
        "title": {"text": "Percentiles of the purchase amount"},
        "xaxis": {"title": {"text": "per cent of purchases"}, "range": [0, 100]},
        "yaxis": {"title": {"text": "amount at most"}, "type": "log", "dtick": "D2", "tickformat": ",~g"},
    }
    return style.make_figure(traces, layout)


def _select_bars(comparisons: Sequence[Comparison]) -> list[_Bar]:
    """Return bars for the ``_MAX_BARS`` largest effects (divided by the threshold of failure), the largest last."""
    bars = []
    for comparison in comparisons:
        comparison_name = _COMPARISON_NAMES.get(comparison.name, comparison.name)
        suffix = f" · {comparison_name}" if len(comparisons) > 1 else ""
        bars += [_Bar(_label(finding) + suffix, finding) for finding in comparison.findings if _is_shown(finding)]
    return sorted(bars, key=lambda bar: _relative_to_fail(bar.finding.effect, bar.finding))[-_MAX_BARS:]


def _make_traces(bars: list[_Bar]) -> list[dict[str, Any]]:
    """Convert the bars to Plotly traces, one trace per outcome."""
    return [
        {
            "type": "bar",
            "orientation": "h",
            "name": name,
            "x": [_relative_to_fail(bar.finding.effect, bar.finding) for bar in outcome_bars],
            "y": [bar.label for bar in outcome_bars],
            "hovertext": [wrap_text(bar.finding.explanation) for bar in outcome_bars],
            "hovertemplate": "%{hovertext}<extra></extra>",
            "marker": {"color": colour},
        }
        for outcome, (name, colour) in _NAMES_AND_COLOURS.items()
        if (outcome_bars := [bar for bar in bars if bar.finding.outcome is outcome])
    ]


def _list_lines(deliveries: DeliveryPair) -> list[tuple[dict[str, Any], PurchaseProfile]]:
    """Return the lines of a chart as pairs (style, profile): the baseline if there is one, then the current delivery.

    The line of the baseline is wider, so that it stays visible behind the line of the current delivery.
    """
    lines = [(_style_line("now", deliveries.current_run, style.ACCENT, 2), deliveries.current)]
    if deliveries.baseline is not None:
        lines.insert(0, (_style_line("baseline", deliveries.baseline_run, style.MUTED, 5), deliveries.baseline))
    return lines


def _style_line(side: str, run_id: str | None, colour: str, width: int) -> dict[str, Any]:
    name = f"{side} ({escape_html(format_run_id(run_id or ''))})"
    return {"type": "scatter", "name": name, "line": {"color": colour, "width": width}}


def _is_shown(finding: Finding) -> bool:
    return finding.can_alarm and (finding.segment == "all" or finding.outcome in ALARMS)


def _label(finding: Finding) -> str:
    segment = "" if finding.segment == "all" else f" {finding.segment}"
    return f"{finding.column} {finding.measure}{segment}"


def _relative_to_fail(size: float | None, finding: Finding) -> float:
    """Return ``abs(size)`` (0 for None) divided by the threshold of failure, but at least ``_MIN_LENGTH``."""
    return max(abs(size or 0.0) / (finding.fail or 1.0), _MIN_LENGTH)
