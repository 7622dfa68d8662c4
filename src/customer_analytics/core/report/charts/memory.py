"""Charts of memory as Plotly figures."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from customer_analytics.core.memory.chunk_memory import MemoryProfile
from customer_analytics.core.memory.chunk_size_trials import Trial, recommend
from customer_analytics.core.memory.downcast_plan import DowncastVerdict, StorageOption, TableMemory
from customer_analytics.core.memory.settings import MemorySettings
from customer_analytics.core.report.charts.style import ACCENT, CLEAN, FAIL, MUTED, QUARANTINED, figure, nothing_drawn

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

_MB = 10**6
_WAYS = {
    DowncastVerdict.PLAIN: ("plain pandas", MUTED),
    DowncastVerdict.ADOPTED: ("as held here", ACCENT),
    DowncastVerdict.POSSIBLE: ("smallest without loss", CLEAN),
}
_SHORT = {"raw_purchases": "raw", "typed_purchases": "typed"}


def draw_columns(profile: MemoryProfile) -> "Figure":
    """Deep bytes per row of every column: plain, as held, and in the smallest type that this chunk's values survive."""
    shown = [(table, column) for table in profile.tables for column in table.held.deep_bytes if table.held.rows]
    if not shown:
        return nothing_drawn("There are no rows to measure.")
    bars = [
        {
            "type": "bar",
            "orientation": "h",
            "name": name,
            "x": [_held(table, column, verdict).deep_bytes / table.held.rows for table, column in shown],
            "y": [[_SHORT[table.name] for table, _ in shown], [column for _, column in shown]],
            "customdata": [_held(table, column, verdict).dtype for table, column in shown],
            "hovertemplate": f"%{{y}}<br>{name}, %{{customdata}}: %{{x:.1f}} bytes<extra></extra>",
            "marker": {"color": colour},
        }
        for verdict, (name, colour) in _WAYS.items()
    ]
    layout = {
        "title": {"text": "What a row takes in memory, by column"},
        "xaxis": {"title": {"text": "bytes per row (memory_usage, deep)"}, "nticks": 6},
        "yaxis": {"type": "multicategory", "autorange": "reversed", "showgrid": False, "tickfont": {"size": 12}},
        "showlegend": True,
        "margin": {"t": 72},
        "height": 150 + 34 * len(shown),
    }
    return figure(bars, layout)


def draw_speeds(speeds: pd.DataFrame) -> "Figure":
    """Rows per second of each calculation in each way."""
    known = speeds[speeds["rows_per_second"].notna()]
    if known.empty:
        return nothing_drawn("There are no valid rows to calculate with.")
    bars = [
        {
            "type": "bar",
            "name": str(way),
            "x": rows["calculation"].tolist(),
            "y": (rows["rows_per_second"] / _MB).tolist(),
            "text": [f"{rate / _MB:,.0f}" for rate in rows["rows_per_second"]],
            "textposition": "outside",
            "cliponaxis": False,
            "hovertemplate": f"{way}: %{{y:,.1f}} million rows a second<extra></extra>",
            "marker": {"color": colour},
        }
        for (way, rows), colour in zip(known.groupby("way", sort=False), (MUTED, ACCENT, CLEAN), strict=True)
    ]
    layout = {
        "title": {"text": "The same answers as a loop, in pandas and in NumPy"},
        "xaxis": {"showgrid": False},
        "yaxis": {"title": {"text": "million rows a second"}, "nticks": 6},
        "showlegend": True,
        "margin": {"t": 72},
        "height": 360,
    }
    return figure(bars, layout)


def draw_trials(trials: Sequence[Trial], settings: MemorySettings) -> "Figure":
    """Memory of the main job for each size of chunk, against the budget; its time below."""
    done = [one for one in trials if one.elapsed_s is not None]
    if not done:
        return nothing_drawn("No run with any size of chunk was completed.")
    sizes = [one.chunk_rows for one in done]
    budget = _line("budget", [settings.memory_budget_mb] * len(done), sizes, FAIL, "%{y:,.0f} MB")
    lines = [
        _line("peak memory", [(one.peak_bytes or 0) / _MB for one in done], sizes, ACCENT, "%{y:,.0f} MB"),
        _line("owned", [(one.owned_bytes or 0) / _MB for one in done], sizes, CLEAN, "%{y:,.0f} MB"),
        budget | {"mode": "lines", "line": {"color": FAIL, "dash": "dot"}},
        _line("seconds", [one.elapsed_s for one in done], sizes, QUARANTINED, "%{y:,.1f} s") | {"yaxis": "y2"},
    ]
    chosen = recommend(trials, settings).chunk_rows
    said = "none within the budget" if chosen is None else f"recommended: {chosen:,}"
    ticks = {"tickvals": sizes, "ticktext": [f"{size:,}" for size in sizes]}
    layout = {
        "title": {"text": f"CHUNK_ROWS: memory above, time below; {said}"},
        "xaxis": {"title": {"text": "rows in a chunk"}, "type": "log", **ticks, "anchor": "y2"},
        "yaxis": {"title": {"text": "MB"}, "rangemode": "tozero", "nticks": 6, "domain": [0.48, 1]},
        "yaxis2": {"title": {"text": "seconds"}, "rangemode": "tozero", "nticks": 4, "domain": [0, 0.38]},
        "showlegend": True,
        "margin": {"t": 72},
        "height": 460,
    }
    return figure(lines, layout)


def _line(name: str, figures: Sequence[float | None], sizes: list[int], colour: str, unit: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": name,
        "x": sizes,
        "y": list(figures),
        "line": {"color": colour},
        "hovertemplate": f"chunks of %{{x:,}} rows<br>{name}: {unit}<extra></extra>",
    }


def _held(table: TableMemory, column: str, verdict: DowncastVerdict) -> StorageOption:
    """The column as it is held one way; where nothing smaller is possible, as it is held here."""
    ways = [one for one in table.holdings if one.column == column and one.verdict is verdict]
    return min(ways, key=lambda one: one.deep_bytes) if ways else _held(table, column, DowncastVerdict.ADOPTED)
