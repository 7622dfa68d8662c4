"""What was wrong with rows, and what is missing in those that are clean."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from customer_analytics.core.contract.columns import Fault
from customer_analytics.core.report.charts.style import (
    ACCENT,
    DUPLICATE,
    FAIL,
    INK,
    MUTED,
    PURPLE,
    WARN,
    escaped,
    figure,
    nothing_drawn,
)

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

NO_FAULTS = "No row was refused."
_COLOURS = {
    Fault.NULL: MUTED,
    Fault.BAD_TYPE: ACCENT,
    Fault.RANGE: WARN,
    Fault.NEGATIVE: FAIL,
    Fault.MALFORMED: DUPLICATE,
    Fault.UNKNOWN: PURPLE,
    Fault.STRUCTURE: INK,
}
_RECORD = "(whole record)"
_MISSING = "missing_"


def draw_reasons(ledger: Mapping[str, Any]) -> "Figure":
    """Refused rows per column, by what is wrong; a row with several reasons is in each.

    Args:
        ledger: The public ledger.
    """
    by_fault: dict[str, dict[str, int]] = {}
    for reason, rows in ledger["by_reason"].items():
        fault, _, column = reason.partition(":")
        by_fault.setdefault(fault, {})[column or _RECORD] = rows
    if not by_fault:
        return nothing_drawn(NO_FAULTS)
    columns = _ranked(by_fault)
    bars = [
        {
            "type": "bar",
            "orientation": "h",
            "name": str(fault),
            "x": [by_fault[fault].get(column, 0) for column in columns],
            "y": columns,
            "marker": {"color": colour},
            "hovertemplate": f"{escaped(fault)} %{{y}}<br>%{{x:,}} rows<extra></extra>",
        }
        for fault, colour in _COLOURS.items()
        if fault in by_fault
    ]
    layout = {
        "title": {"text": "Refused rows by column and fault"},
        "barmode": "stack",
        "height": 150 + 38 * len(columns),
        "margin": {"t": 92},
        "xaxis": {"title": {"text": "rows"}, "rangemode": "tozero", "nticks": 6},
        "yaxis": {"type": "category", "categoryorder": "array", "categoryarray": columns[::-1], "showgrid": False},
    }
    return figure(bars, layout)


def _ranked(by_fault: Mapping[str, Mapping[str, int]]) -> list[str]:
    totals: dict[str, int] = {}
    for rows_by_column in by_fault.values():
        for column, rows in rows_by_column.items():
            totals[column] = totals.get(column, 0) + rows
    return sorted(totals, key=lambda column: (-totals[column], column))


def missing_columns(windows: pd.DataFrame) -> list[str]:
    """The columns of ``purchases_by_window`` that count missing values and found any."""
    return [name for name in windows.columns if name.startswith(_MISSING) and windows[name].any()]


def draw_missing(windows: pd.DataFrame | None) -> "Figure":
    """The share of clean purchases without a value, per window and column.

    Args:
        windows: ``purchases_by_window``; ``None`` where no run has left one.
    """
    dated = None if windows is None else windows[windows["window"].notna()]
    if dated is None or dated.empty:
        return nothing_drawn("No window to look at.")
    shown = missing_columns(dated)
    if not shown:
        return nothing_drawn("No value is missing in any window.")
    lines = [
        {
            "type": "scatter",
            "mode": "lines+markers",
            "name": name.removeprefix(_MISSING),
            "x": [f"{window:%Y-%m-%d}" for window in dated["window"]],
            "y": (dated[name] / dated["rows"]).tolist(),
            "customdata": dated[[name, "rows"]].to_numpy().tolist(),
            "hovertemplate": "window of %{x|%Y-%m-%d}<br>%{y:.2%}: %{customdata[0]:,} of %{customdata[1]:,} rows"
            "<extra></extra>",
            "line": {"color": colour, "width": 1.5},
            "marker": {"size": 4},
        }
        for name, colour in zip(shown, (ACCENT, WARN, DUPLICATE, PURPLE), strict=False)
    ]
    layout = {
        "title": {"text": "Missing values by window"},
        "height": 320,
        "showlegend": True,
        "margin": {"t": 72},
        "xaxis": {"type": "date", "title": {"text": "first day of the window"}, "nticks": 8},
        "yaxis": {"title": {"text": "share of clean rows"}, "tickformat": ".1~%", "rangemode": "tozero", "nticks": 6},
    }
    return figure(lines, layout)
