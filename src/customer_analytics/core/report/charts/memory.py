"""Draw the results of memory profiling as Plotly figures."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from customer_analytics.core.memory.chunk_memory import MemoryProfile
from customer_analytics.core.memory.chunk_size_trials import Trial, recommend
from customer_analytics.core.memory.downcast_plan import DowncastVerdict, StorageOption, TableMemory
from customer_analytics.core.memory.settings import MemorySettings
from customer_analytics.core.report.charts.style import (
    ACCENT,
    CLEAN,
    FAIL,
    MUTED,
    QUARANTINED,
    make_empty_figure,
    make_figure,
)

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

_MB = 10**6
_SERIES = {
    DowncastVerdict.PLAIN: ("plain pandas", MUTED),
    DowncastVerdict.ADOPTED: ("this project", ACCENT),
    DowncastVerdict.POSSIBLE: ("smallest without loss", CLEAN),
}
_SHORT_NAMES = {"raw_purchases": "raw", "typed_purchases": "typed"}


def draw_columns(profile: MemoryProfile) -> "Figure":
    """Draw three bars per column, in bytes per row: plain pandas, this project, and the smallest type without loss."""
    shown = [(table, column) for table in profile.tables for column in table.adopted.deep_bytes if table.adopted.rows]
    if not shown:
        return make_empty_figure("There are no rows to measure.")
    bars = []
    for verdict, (name, colour) in _SERIES.items():
        options = [_find_option(table, column, verdict) for table, column in shown]
        bytes_per_row = [
            option.deep_bytes / table.adopted.rows for option, (table, _) in zip(options, shown, strict=True)
        ]
        bars.append(
            {
                "type": "bar",
                "orientation": "h",
                "name": name,
                "x": bytes_per_row,
                "y": [[_SHORT_NAMES[table.name] for table, _ in shown], [column for _, column in shown]],
                "customdata": [option.dtype for option in options],
                "hovertemplate": f"%{{y}}<br>{name}, %{{customdata}}: %{{x:.1f}} bytes<extra></extra>",
                "marker": {"color": colour},
            }
        )
    layout = {
        "title": {"text": "Memory per row, by column"},
        "xaxis": {"title": {"text": "bytes per row (memory_usage, deep)"}, "nticks": 6},
        "yaxis": {"type": "multicategory", "autorange": "reversed", "showgrid": False, "tickfont": {"size": 12}},
        "showlegend": True,
        "margin": {"t": 72},
        "height": 150 + 34 * len(shown),
    }
    return make_figure(bars, layout)


def draw_speeds(speeds: pd.DataFrame) -> "Figure":
    """Draw the table ``calculation_speeds``: rows per second of each calculation as a loop, in pandas and in NumPy."""
    known_speeds = speeds[speeds["rows_per_second"].notna()]
    if known_speeds.empty:
        return make_empty_figure("There are no valid rows for the calculations.")
    bars = [
        {
            "type": "bar",
            "name": str(implementation),
            "x": rows["calculation"].tolist(),
            "y": (rows["rows_per_second"] / _MB).tolist(),
            "text": [f"{rate / _MB:,.0f}" for rate in rows["rows_per_second"]],
            "textposition": "outside",
            "cliponaxis": False,
            "hovertemplate": f"{implementation}: %{{y:,.1f}} million rows per second<extra></extra>",
            "marker": {"color": colour},
        }
        for (implementation, rows), colour in zip(
            known_speeds.groupby("implementation", sort=False), (MUTED, ACCENT, CLEAN), strict=True
        )
    ]
    layout = {
        "title": {"text": "The same calculations as a loop, in pandas and in NumPy"},
        "xaxis": {"showgrid": False},
        "yaxis": {"title": {"text": "million rows per second"}, "nticks": 6},
        "showlegend": True,
        "margin": {"t": 72},
        "height": 360,
    }
    return make_figure(bars, layout)


def draw_trials(trials: Sequence[Trial], settings: MemorySettings) -> "Figure":
    """Draw two plots over the chunk size: above, the memory of each trial and the budget; below, the time."""
    completed = [trial for trial in trials if trial.elapsed_s is not None]
    if not completed:
        return make_empty_figure("No trial of a chunk size was completed.")
    sizes = [trial.chunk_rows for trial in completed]
    budget = _line("budget", [settings.memory_budget_mb] * len(completed), sizes, FAIL, "%{y:,.0f} MB")
    lines = [
        _line("peak memory", [(trial.peak_bytes or 0) / _MB for trial in completed], sizes, ACCENT, "%{y:,.0f} MB"),
        _line("owned", [(trial.owned_bytes or 0) / _MB for trial in completed], sizes, CLEAN, "%{y:,.0f} MB"),
        budget | {"mode": "lines", "line": {"color": FAIL, "dash": "dot"}},
        _line("seconds", [trial.elapsed_s for trial in completed], sizes, QUARANTINED, "%{y:,.1f} s") | {"yaxis": "y2"},
    ]
    recommended = recommend(trials, settings).chunk_rows
    recommendation = "no recommendation" if recommended is None else f"recommended: {recommended:,}"
    ticks = {"tickvals": sizes, "ticktext": [f"{size:,}" for size in sizes]}
    layout = {
        "title": {"text": f"CHUNK_ROWS: memory above, time below; {recommendation}"},
        "xaxis": {"title": {"text": "rows in a chunk"}, "type": "log", **ticks, "anchor": "y2"},
        "yaxis": {"title": {"text": "MB"}, "rangemode": "tozero", "nticks": 6, "domain": [0.48, 1]},
        "yaxis2": {"title": {"text": "seconds"}, "rangemode": "tozero", "nticks": 4, "domain": [0, 0.38]},
        "showlegend": True,
        "margin": {"t": 72},
        "height": 460,
    }
    return make_figure(lines, layout)


def _line(name: str, values: Sequence[float | None], sizes: list[int], colour: str, unit: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": name,
        "x": sizes,
        "y": list(values),
        "line": {"color": colour},
        "hovertemplate": f"chunks of %{{x:,}} rows<br>{name}: {unit}<extra></extra>",
    }


def _find_option(table: TableMemory, column: str, verdict: DowncastVerdict) -> StorageOption:
    """Return the column's smallest data type with this verdict; if no type has this verdict, the adopted type."""
    options = [option for option in table.options if option.column == column and option.verdict is verdict]
    if not options:
        return _find_option(table, column, DowncastVerdict.ADOPTED)
    return min(options, key=lambda option: option.deep_bytes)
