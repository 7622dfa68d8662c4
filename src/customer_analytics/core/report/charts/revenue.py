"""Revenue by month, and by whatever has names."""

import math
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from customer_analytics.core.report.charts.style import ACCENT, CLEAN, figure, label, nothing_drawn

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

NO_PURCHASES = "No clean purchase, so there is no revenue."
TOP = 15
"""How many names a chart and its table show; the rest is summed as "others"."""

_MOST_OF_A_MONTH_MS = 26 * 86_400_000
_BAR_HEIGHT = 28


class Ranked(NamedTuple):
    """The names that earn most, and all others in sum.

    Args:
        top: The rows of the revenue table with the most revenue, most first.
        others: How many names are left.
        revenue: Theirs in sum.
        orders: Likewise.
    """

    top: pd.DataFrame
    others: int
    revenue: float
    orders: int


def ranked(revenue: pd.DataFrame, most: int = TOP) -> Ranked:
    """A revenue table cut to its largest rows.

    Args:
        revenue: A text column of names, ``revenue`` (float64) and ``orders`` (int64), in any order.
        most: Rows to keep; one more than that is shown whole.
    """
    ordered = revenue.sort_values(["revenue", revenue.columns[0]], ascending=[False, True], ignore_index=True)
    kept = len(ordered) if len(ordered) <= most + 1 else most
    rest = ordered.iloc[kept:]
    return Ranked(ordered.iloc[:kept], len(rest), math.fsum(rest["revenue"]), int(rest["orders"].sum()))


def draw_names(revenue: pd.DataFrame, title: str) -> "Figure":
    """Revenue of the names that earn most as bars; the sum of all others is said, so that it dwarfs no bar.

    Args:
        revenue: ``revenue_by_country`` or ``revenue_by_category``.
        title: What the chart is called.
    """
    if revenue.empty:
        return nothing_drawn(NO_PURCHASES)
    cut = ranked(revenue)
    names = [label(str(name)) for name in cut.top.iloc[:, 0]]
    others = f"<br>{cut.others:,} others together: {cut.revenue:,.2f}" if cut.others else ""
    places = list(range(len(names)))
    bars = {
        "type": "bar",
        "orientation": "h",
        "x": cut.top["revenue"].tolist(),
        "y": places,
        "customdata": [[name, count] for name, count in zip(names, cut.top["orders"].tolist(), strict=True)],
        "hovertemplate": "%{customdata[0]}<br>%{x:,.2f} from %{customdata[1]:,} purchases<extra></extra>",
        "marker": {"color": ACCENT},
    }
    layout = {
        "title": {"text": title},
        "height": 110 + _BAR_HEIGHT * len(names),
        "xaxis": {"title": {"text": f"revenue{others}"}, "rangemode": "tozero", "nticks": 6},
        "yaxis": {"tickvals": places, "ticktext": names, "range": [len(names) - 0.4, -0.6], "showgrid": False},
    }
    return figure([bars], layout)


def draw_months(revenue: pd.DataFrame) -> "Figure":
    """Revenue per calendar month as bars; a month without purchases is a gap.

    Args:
        revenue: ``revenue_by_month``.
    """
    if revenue.empty:
        return nothing_drawn(NO_PURCHASES)
    bars = {
        "type": "bar",
        "x": [f"{month:%Y-%m-%d}" for month in revenue["month"]],
        "y": revenue["revenue"].tolist(),
        "offset": 0,
        "width": _MOST_OF_A_MONTH_MS,
        "customdata": revenue[["orders", "unique_customers"]].to_numpy().tolist(),
        "hovertemplate": "%{x|%B %Y}<br>%{y:,.2f} from %{customdata[0]:,} purchases<br>"
        "of %{customdata[1]:,} customers<extra></extra>",
        "marker": {"color": CLEAN},
    }
    layout = {
        "title": {"text": "Revenue by month"},
        "height": 420,
        "xaxis": {"type": "date", "showgrid": False, "tickformat": "%b\n%Y", "nticks": 14},
        "yaxis": {"title": {"text": "revenue"}, "rangemode": "tozero", "nticks": 6},
    }
    return figure([bars], layout)
