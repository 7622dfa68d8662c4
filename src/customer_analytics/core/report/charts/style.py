"""The common style of all charts: colours, fonts and layout."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from customer_analytics.core.report.charts.labels import escape_html

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

INK = "#1c1c1a"
MUTED = "#8a8a84"
GRID = "#e3e0d8"
ACCENT = "#1f5fa8"
CLEAN = "#2a7f62"
QUARANTINED = "#b4531f"
DUPLICATE = "#6b6f8a"
FAIL = "#b3261e"
WARN = "#b87a00"
PURPLE = "#7a4fa3"

DARK: Mapping[str, str] = {
    INK: "#e8e6e1",
    MUTED: "#8f9298",
    GRID: "#34383d",
    ACCENT: "#7db1ee",
    CLEAN: "#5fc19b",
    QUARANTINED: "#f0925c",
    DUPLICATE: "#a4a8c4",
    FAIL: "#ff8a80",
    WARN: "#f0c04d",
    PURPLE: "#c39be6",
}
"""Light colour → its dark counterpart. Figures have the light colours; the report page replaces them in dark mode."""

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"

_AXIS = {
    "gridcolor": GRID,
    "linecolor": MUTED,
    "zeroline": False,
    "automargin": True,
    "title": {"standoff": 10, "font": {"size": 12}},
}
_LAYOUT: dict[str, Any] = {
    "font": {"family": FONT, "size": 13, "color": INK},
    "title": {"font": {"size": 15}, "x": 0, "xref": "paper", "xanchor": "left", "yref": "container", "y": 0.98},
    "paper_bgcolor": "rgba(0,0,0,0)",
    "plot_bgcolor": "rgba(0,0,0,0)",
    "colorway": [ACCENT, QUARANTINED, CLEAN, DUPLICATE, WARN, FAIL],
    "margin": {"l": 8, "r": 12, "t": 44, "b": 8},
    "hovermode": "closest",
    "hoverlabel": {"align": "left"},
    "bargap": 0.25,
    "separators": ".,",
    "legend": {"orientation": "h", "x": 0, "xanchor": "left", "y": 1, "yanchor": "bottom", "traceorder": "normal"},
    "xaxis": _AXIS,
    "yaxis": _AXIS,
}


def make_figure(traces: Sequence[Mapping[str, Any]], layout: Mapping[str, Any]) -> "Figure":
    """Make a Plotly figure of traces and a layout, in the common style of all charts."""
    from plotly.graph_objects import Figure  # noqa: PLC0415  imports Plotly, which takes seconds

    return Figure({"data": [*traces], "layout": {"template": {"layout": _LAYOUT}, **layout}})


def make_empty_figure(explanation: str) -> "Figure":
    """Make a figure without data that shows the explanation in the middle."""
    note = {"text": escape_html(explanation), "showarrow": False, "xref": "paper", "yref": "paper", "x": 0.5, "y": 0.5}
    hidden_axis = {"visible": False}
    return make_figure([], {"annotations": [note], "xaxis": hidden_axis, "yaxis": hidden_axis, "height": 120})


def to_rgba(colour: str, opacity: float) -> str:
    """Convert a ``#rrggbb`` colour to an ``rgba()`` colour with this opacity, from 0 to 1."""
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity:g})"
