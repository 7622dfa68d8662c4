"""Draw data quality as Plotly figures: quarantined rows by column and fault, missing values by window."""

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from customer_analytics.core.contract.columns import Fault
from customer_analytics.core.report.charts import style
from customer_analytics.core.report.charts.labels import escape_html

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

MISSING_PREFIX = "missing_"
NO_QUARANTINED = "No row was quarantined."
_COLOURS = {
    Fault.NULL: style.MUTED,
    Fault.BAD_TYPE: style.ACCENT,
    Fault.RANGE: style.WARN,
    Fault.NEGATIVE: style.FAIL,
    Fault.MALFORMED: style.DUPLICATE,
    Fault.UNKNOWN: style.PURPLE,
    Fault.STRUCTURE: style.INK,
}
_LINE_COLOURS = (style.ACCENT, style.WARN, style.DUPLICATE, style.PURPLE)
_RECORD = "(whole record)"


def draw_reasons(ledger: Mapping[str, Any]) -> "Figure":
    """Draw the number of quarantined rows by column and fault; a row with several reasons counts once per reason."""
    by_fault: dict[str, dict[str, int]] = {}
    by_column: Counter[str] = Counter()
    for reason, rows in ledger["by_reason"].items():
        fault, _, column = reason.partition(":")
        by_fault.setdefault(fault, {})[column or _RECORD] = rows
        by_column[column or _RECORD] += rows
    if not by_fault:
        return style.make_empty_figure(NO_QUARANTINED)
    columns = sorted(by_column, key=lambda column: (-by_column[column], column))
    bars = [
        {
            "type": "bar",
            "orientation": "h",
            "name": str(fault),
            "x": [by_fault[fault].get(column, 0) for column in columns],
            "y": columns,
            "marker": {"color": colour},
            "hovertemplate": f"{escape_html(fault)} %{{y}}<br>%{{x:,}} rows<extra></extra>",
        }
        for fault, colour in _COLOURS.items()
        if fault in by_fault
    ]
    layout = {
        "title": {"text": "Quarantined rows by column and fault"},
        "barmode": "stack",
        "height": 150 + 38 * len(columns),
        "margin": {"t": 92},
        "xaxis": {"title": {"text": "rows"}, "rangemode": "tozero", "nticks": 6},
        "yaxis": {"type": "category", "categoryorder": "array", "categoryarray": columns[::-1], "showgrid": False},
    }
    return style.make_figure(bars, layout)


def columns_with_missing(windows: pd.DataFrame) -> list[str]:
    """Return the names of the ``missing_…`` columns (counts of missing values) with a count above 0 in any window."""
    return [name for name in windows.columns if name.startswith(MISSING_PREFIX) and windows[name].any()]


def draw_missing(windows: pd.DataFrame | None) -> "Figure":
    """Draw the share of missing values by window, one line per column that has missing values.

    ``windows`` is ``purchases_by_window``. If it is ``None`` or has no missing values, the figure shows only a text.
    """
    dated_windows = None if windows is None else windows[windows["window"].notna()]
    if dated_windows is None or dated_windows.empty:
        return style.make_empty_figure("There is no window with rows.")
    missing_columns = columns_with_missing(dated_windows)
    if not missing_columns:
        return style.make_empty_figure("No value is missing in any window.")
    lines = [
        {
            "type": "scatter",
            "mode": "lines+markers",
            "name": name.removeprefix(MISSING_PREFIX),
            "x": [f"{window:%Y-%m-%d}" for window in dated_windows["window"]],
            "y": (dated_windows[name] / dated_windows["rows"]).tolist(),
            "customdata": dated_windows[[name, "rows"]].to_numpy().tolist(),
            "hovertemplate": "window of %{x|%Y-%m-%d}<br>%{y:.2%}: %{customdata[0]:,} of %{customdata[1]:,} rows"
            "<extra></extra>",
            "line": {"color": colour, "width": 1.5},
            "marker": {"size": 4},
        }
        for name, colour in zip(missing_columns, _LINE_COLOURS, strict=False)
    ]
    layout = {
        "title": {"text": "Missing values by window"},
        "height": 320,
        "showlegend": True,
        "margin": {"t": 72},
        "xaxis": {"type": "date", "title": {"text": "first day of the window"}, "nticks": 8},
        "yaxis": {"title": {"text": "share of clean rows"}, "tickformat": ".1~%", "rangemode": "tozero", "nticks": 6},
    }
    return style.make_figure(lines, layout)
