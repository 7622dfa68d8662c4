"""What all charts share: colours, fonts, and text that is shown as it was typed.

Plotly is imported where a figure is made: it costs seconds.
"""

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from customer_analytics.core.display import ELLIPSIS, shortened, visible

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
"""Each colour on a dark ground; a page swaps them, the figure in the catalog is the light one."""

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


def label(text: str, most: int = 22) -> str:
    """A name in a chart as it was typed: Plotly reads some HTML in any text, so ``<``, ``>`` and ``&`` are escaped.

    Each name stands in a direction of its own (Unicode's first strong isolate), so that text from right to left does
    not turn what is beside it.
    """
    return f"\u2068{escaped(shortened(visible(text), most))}\u2069"


def escaped(text: str) -> str:
    """Text that Plotly shows as it is."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def wrapped(text: str, width: int = 60, most: int = 6) -> str:
    """A sentence in a chart, escaped, in at most so many lines."""
    lines = re.findall(rf".{{1,{width}}}(?:\s|$)|\S{{{width}}}", visible(text))
    kept = lines if len(lines) <= most else [*lines[:most], ELLIPSIS]
    return "<br>".join(escaped(line.strip()) for line in kept)


def figure(traces: Sequence[Mapping[str, Any]], layout: Mapping[str, Any]) -> "Figure":
    """A figure in the style of all charts."""
    from plotly.graph_objects import Figure  # noqa: PLC0415  costs seconds

    return Figure({"data": [*traces], "layout": {"template": {"layout": _LAYOUT}, **layout}})


def nothing_drawn(words: str) -> "Figure":
    """A figure that says why there is nothing to see."""
    note = {"text": escaped(words), "showarrow": False, "xref": "paper", "yref": "paper", "x": 0.5, "y": 0.5}
    hidden = {"visible": False}
    return figure([], {"annotations": [note], "xaxis": hidden, "yaxis": hidden, "height": 120})


def rgba(colour: str, opacity: float) -> str:
    """A colour of the palette, seen through."""
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity:g})"
