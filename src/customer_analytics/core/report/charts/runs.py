"""Run after run: what was refused, how long it took, how much memory it needed."""

from typing import TYPE_CHECKING, Any

import pandas as pd

from customer_analytics.core.display import spelt_run
from customer_analytics.core.report.charts.style import ACCENT, DUPLICATE, QUARANTINED, figure, nothing_drawn

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

NO_RUNS = "No run has left its metrics yet."
MOST_RUNS = 30
"""The newest runs that charts and tables show."""

_TICKS = 6
_YEAR = len("2026-")


def draw_refused(runs: pd.DataFrame | None) -> "Figure":
    """The share of rows that did not become clean, per run.

    Args:
        runs: ``runs``; ``None`` where there is none.
    """
    if runs is None or runs.empty:
        return nothing_drawn(NO_RUNS)
    shown = _numbers(runs)
    bars = [
        _bars(shown, name, shown[column] / shown["rows_in"].clip(lower=1), colour, "%{y:.2%} of rows")
        for name, column, colour in (
            ("quarantined", "quarantined", QUARANTINED),
            ("repeats", "repeats", DUPLICATE),
        )
    ]
    layout = {
        "title": {"text": "Rows that did not become clean, by run"},
        "barmode": "stack",
        "height": 320,
        "margin": {"t": 72},
        "showlegend": True,
        "xaxis": _run_axis(shown),
        "yaxis": {"title": {"text": "share of rows"}, "tickformat": ".1~%", "rangemode": "tozero", "nticks": 6},
    }
    return figure(bars, layout)


def draw_usage(runs: pd.DataFrame | None) -> "Figure":
    """Seconds above, peak memory below, per run.

    Args:
        runs: ``runs``; ``None`` where there is none.
    """
    if runs is None or runs.empty:
        return nothing_drawn(NO_RUNS)
    shown = _numbers(runs)
    bars = [
        _bars(shown, "seconds", shown["elapsed_s"], ACCENT, "%{y:,.1f} s"),
        {**_bars(shown, "peak memory", shown["peak_memory_bytes"] / 1e6, DUPLICATE, "%{y:,.0f} MB"), "yaxis": "y2"},
    ]
    axis = {"rangemode": "tozero", "nticks": 5}
    layout = {
        "title": {"text": "Time and peak memory, by run"},
        "height": 360,
        "showlegend": False,
        "xaxis": {**_run_axis(shown), "anchor": "y2"},
        "yaxis": {**axis, "title": {"text": "seconds"}, "domain": [0.55, 1]},
        "yaxis2": {**axis, "title": {"text": "peak memory in MB"}, "domain": [0, 0.45]},
    }
    return figure(bars, layout)


def _numbers(runs: pd.DataFrame) -> pd.DataFrame:
    newest = runs.tail(MOST_RUNS).reset_index(drop=True)
    figures = newest.drop(columns="run").astype("float64").fillna(0.0)
    repeats = figures["duplicates_exact"] + figures["duplicates_conflicting"]
    return figures.assign(run=newest["run"], repeats=repeats)


def _bars(shown: pd.DataFrame, name: str, heights: "pd.Series[float]", colour: str, unit: str) -> dict[str, Any]:
    return {
        "type": "bar",
        "name": name,
        "x": list(range(len(shown))),
        "y": heights.tolist(),
        "width": 0.6,
        "customdata": [spelt_run(run) for run in shown["run"]],
        "hovertemplate": f"%{{customdata}}<br>{name}: {unit}<extra></extra>",
        "marker": {"color": colour},
    }


def _run_axis(shown: pd.DataFrame) -> dict[str, Any]:
    places = list(range(len(shown)))[:: -(-len(shown) // _TICKS)]
    return {
        "tickvals": places,
        "ticktext": [spelt_run(shown["run"].iloc[place])[_YEAR:].replace(" ", "<br>") for place in places],
        "range": [-0.8, max(len(shown), 6) - 0.2],
        "showgrid": False,
    }
