"""Draw recent runs as Plotly figures: quarantined and duplicate rows, time and peak memory."""

from typing import TYPE_CHECKING, Any

import pandas as pd

from customer_analytics.core.display import format_run_id
from customer_analytics.core.report.charts.style import ACCENT, DUPLICATE, QUARANTINED, make_empty_figure, make_figure

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

NO_RUNS = "No run is recorded yet."
MAX_RUNS = 30
"""Maximum number of runs that charts and tables show: the newest ones."""

_MAX_TICKS = 6
_YEAR_LENGTH = len("2026-")


def draw_quarantined(runs: pd.DataFrame | None) -> "Figure":
    """Draw the shares of quarantined rows and of duplicates per run; if there are no runs, the figure is empty."""
    if runs is None or runs.empty:
        return make_empty_figure(NO_RUNS)
    newest_runs = _newest_runs(runs)
    rows_in = newest_runs["rows_in"].clip(lower=1)
    bars = [
        _bars(newest_runs, column, newest_runs[column] / rows_in, colour, "%{y:.2%} of rows")
        for column, colour in (("quarantined", QUARANTINED), ("duplicates", DUPLICATE))
    ]
    layout = {
        "title": {"text": "Quarantined and duplicate rows by run"},
        "barmode": "stack",
        "height": 320,
        "margin": {"t": 72},
        "showlegend": True,
        "xaxis": _run_axis(newest_runs),
        "yaxis": {"title": {"text": "share of rows"}, "tickformat": ".1~%", "rangemode": "tozero", "nticks": 6},
    }
    return make_figure(bars, layout)


def draw_usage(runs: pd.DataFrame | None) -> "Figure":
    """Draw the elapsed time per run, and below it the peak memory; if there are no runs, the figure is empty."""
    if runs is None or runs.empty:
        return make_empty_figure(NO_RUNS)
    newest_runs = _newest_runs(runs)
    peak_megabytes = newest_runs["peak_memory_bytes"] / 1e6
    bars = [
        _bars(newest_runs, "seconds", newest_runs["elapsed_s"], ACCENT, "%{y:,.1f} s"),
        {**_bars(newest_runs, "peak memory", peak_megabytes, DUPLICATE, "%{y:,.0f} MB"), "yaxis": "y2"},
    ]
    axis = {"rangemode": "tozero", "nticks": 5}
    layout = {
        "title": {"text": "Time and peak memory by run"},
        "height": 360,
        "showlegend": False,
        "xaxis": {**_run_axis(newest_runs), "anchor": "y2"},
        "yaxis": {**axis, "title": {"text": "seconds"}, "domain": [0.55, 1]},
        "yaxis2": {**axis, "title": {"text": "peak memory in MB"}, "domain": [0, 0.45]},
    }
    return make_figure(bars, layout)


def _newest_runs(runs: pd.DataFrame) -> pd.DataFrame:
    """Return the newest runs, with 0 for missing metrics, and a new column ``duplicates``: exact plus conflicting."""
    newest = runs.tail(MAX_RUNS).reset_index(drop=True)
    metrics = newest.drop(columns="run").astype("float64").fillna(0.0)
    duplicates = metrics["duplicates_exact"] + metrics["duplicates_conflicting"]
    return metrics.assign(run=newest["run"], duplicates=duplicates)


def _bars(runs: pd.DataFrame, name: str, heights: "pd.Series[float]", colour: str, hover_value: str) -> dict[str, Any]:
    return {
        "type": "bar",
        "name": name,
        "x": list(range(len(runs))),
        "y": heights.tolist(),
        "width": 0.6,
        "customdata": [format_run_id(run_id) for run_id in runs["run"]],
        "hovertemplate": f"%{{customdata}}<br>{name}: {hover_value}<extra></extra>",
        "marker": {"color": colour},
    }


def _run_axis(runs: pd.DataFrame) -> dict[str, Any]:
    tick_positions = list(range(len(runs)))[:: -(-len(runs) // _MAX_TICKS)]
    run_ids = runs["run"].iloc[tick_positions]
    return {
        "tickvals": tick_positions,
        "ticktext": [format_run_id(run_id)[_YEAR_LENGTH:].replace(" ", "<br>") for run_id in run_ids],
        "range": [-0.8, max(len(runs), 6) - 0.2],
        "showgrid": False,
    }
