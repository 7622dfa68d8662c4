"""Draw the distribution of the purchase amount as a Plotly figure."""

import bisect
import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from customer_analytics.core.contract.columns import Column
from customer_analytics.core.report.charts.style import ACCENT, INK, make_empty_figure, make_figure

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

MARKED_PERCENTILES = {"p50": ("median", "right"), "p99": ("99th percentile", "left")}
"""Percentile → a pair: its label, and the side of the label that touches the line at the percentile."""

_MAX_LABELLED_BARS = 20


def draw_distribution(distribution: pd.DataFrame | None, summary: pd.DataFrame) -> "Figure":
    """Draw the number of purchases per interval of amounts as bars, and mark the median and the 99th percentile.

    Args:
        distribution: ``amount_distribution``, one row per interval; ``None`` if no run has made it.
        summary: ``numeric_summary``, which has the percentiles.
    """
    if distribution is None or distribution.empty:
        return make_empty_figure("There is no distribution of amounts.")
    lows, highs = distribution["low"].tolist(), distribution["high"].tolist()
    bars = {
        "type": "bar",
        "x": list(range(len(lows))),
        "y": distribution["rows"].tolist(),
        "customdata": [list(interval) for interval in zip(lows, highs, distribution["revenue"], strict=True)],
        "hovertemplate": "from %{customdata[0]:,.2f} to below %{customdata[1]:,.2f}<br>%{y:,} purchases<br>"
        "revenue %{customdata[2]:,.2f}<extra></extra>",
        "marker": {"color": ACCENT},
    }
    labels = _label_percentiles(lows, highs, summary)
    mark = {"type": "line", "yref": "paper", "y0": 0, "y1": 1, "line": {"color": INK, "width": 1}}
    layout = {
        "title": {"text": "Distribution of the purchase amount"},
        "height": 440,
        "bargap": 0.08,
        "margin": {"t": 64},
        "xaxis": {"title": {"text": "amount, in steps of about 25 %"}, "showgrid": False, **_ticks(lows)},
        "yaxis": {"title": {"text": "purchases"}, "rangemode": "tozero", "nticks": 6},
        "shapes": [{**mark, "x0": label["x"], "x1": label["x"]} for label in labels],
        "annotations": labels,
    }
    return make_figure([bars], layout)


def _ticks(lows: list[float]) -> dict[str, object]:
    """Return axis ticks at every second of ``lows`` (lower bounds of bars) or, for many bars, only at powers of ten."""
    if len(lows) <= _MAX_LABELLED_BARS:
        bars = list(range(0, len(lows), 2))
    else:
        nearest_powers = [10 ** round(math.log10(low)) for low in lows[1:]]  # the first interval can start at 0
        bars = [bar for bar, power in enumerate(nearest_powers, 1) if math.isclose(power, lows[bar], rel_tol=1e-9)]
    return {
        "tickvals": [bar - 0.5 for bar in bars],
        "ticktext": [f"{lows[bar]:,.10g}" for bar in bars],
        "tickangle": 0,
    }


def _label_percentiles(lows: list[float], highs: list[float], summary: pd.DataFrame) -> list[dict[str, Any]]:
    """Return a Plotly annotation per marked percentile; ``lows`` and ``highs`` are the bounds of the bars."""
    amount_summary = summary.loc[summary["column"] == Column.PURCHASE_AMOUNT].iloc[0]
    labels = []
    for percentile, (name, xanchor) in MARKED_PERCENTILES.items():
        amount = float(amount_summary[percentile])
        bar = max(bisect.bisect_right(lows, amount) - 1, 0)
        low, high = lows[bar], highs[bar]
        fraction = math.log(amount / low) / math.log(high / low) if 0 < low <= amount < high else 0.0
        labels.append({"x": bar - 0.5 + fraction, "text": f"{name}<br>{amount:,.2f}", "xanchor": xanchor})
    return [{**label, "yref": "paper", "y": 1, "yanchor": "bottom", "showarrow": False} for label in labels]
