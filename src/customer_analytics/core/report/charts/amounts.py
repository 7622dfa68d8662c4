"""How the purchase amount is distributed."""

import bisect
import math
from typing import TYPE_CHECKING

import pandas as pd

from customer_analytics.core.contract.columns import Column
from customer_analytics.core.report.charts.style import ACCENT, INK, figure, nothing_drawn

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

MARKED = {"p50": ("median", "right"), "p99": ("99 % up to", "left")}
"""Percentiles that the chart marks: what they are called, and which way their label reads."""

_FEW_BINS = 20


def draw_distribution(distribution: pd.DataFrame | None, summary: pd.DataFrame) -> "Figure":
    """Purchases per interval of amounts, with the percentiles that people ask for marked.

    Args:
        distribution: ``amount_distribution``; ``None`` where no run has left one.
        summary: ``numeric_summary``.
    """
    if distribution is None or distribution.empty:
        return nothing_drawn("No distribution of amounts.")
    lows, highs = distribution["low"].tolist(), distribution["high"].tolist()
    places = list(range(len(lows)))
    bars = {
        "type": "bar",
        "x": places,
        "y": distribution["rows"].tolist(),
        "customdata": [list(ends) for ends in zip(lows, highs, distribution["revenue"], strict=True)],
        "hovertemplate": "from %{customdata[0]:,.2f} to below %{customdata[1]:,.2f}<br>%{y:,} purchases<br>"
        "worth %{customdata[2]:,.2f}<extra></extra>",
        "marker": {"color": ACCENT},
    }
    marks = _marks(lows, highs, summary)
    ticks = places[::2] if len(places) <= _FEW_BINS else [place for place in places[1:] if _is_round(lows[place])]
    layout = {
        "title": {"text": "Distribution of the purchase amount"},
        "height": 440,
        "bargap": 0.08,
        "margin": {"t": 64},
        "xaxis": {
            "title": {"text": "amount, in steps of about 25 %"},
            "tickvals": [place - 0.5 for place in ticks],
            "ticktext": [f"{lows[place]:,.10g}" for place in ticks],
            "tickangle": 0,
            "showgrid": False,
        },
        "yaxis": {"title": {"text": "purchases"}, "rangemode": "tozero", "nticks": 6},
        "shapes": [
            {"type": "line", "x0": at, "x1": at, "yref": "paper", "y0": 0, "y1": 1, "line": {"color": INK, "width": 1}}
            for at, _, _ in marks
        ],
        "annotations": [
            {"x": at, "yref": "paper", "y": 1, "yanchor": "bottom", "showarrow": False, "text": text, "xanchor": side}
            for at, text, side in marks
        ],
    }
    return figure([bars], layout)


def _marks(lows: list[float], highs: list[float], summary: pd.DataFrame) -> list[tuple[float, str, str]]:
    """Where each marked percentile stands between the bars, and what it says."""
    described = summary.loc[summary["column"] == Column.PURCHASE_AMOUNT].iloc[0]
    marks = []
    for name, (words, side) in MARKED.items():
        amount = float(described[name])
        place = max(bisect.bisect_right(lows, amount) - 1, 0)
        low, high = lows[place], highs[place]
        share = math.log(amount / low) / math.log(high / low) if 0 < low <= amount < high else 0.0
        marks.append((place - 0.5 + share, f"{words}<br>{amount:,.2f}", side))
    return marks


def _is_round(low: float) -> bool:
    """Whether an interval begins at a power of ten."""
    return math.isclose(10 ** round(math.log10(low)), low, rel_tol=1e-9)
