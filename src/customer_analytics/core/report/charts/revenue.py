"""Draw revenue by month, country and category as Plotly figures."""

import math
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from customer_analytics.core.report.charts.labels import format_label
from customer_analytics.core.report.charts.style import ACCENT, CLEAN, make_empty_figure, make_figure

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

NO_PURCHASES = "No clean purchase, so there is no revenue."
MAX_GROUPS = 15
"""Number of groups (countries or categories) that a chart and its table list; the other groups are summed."""

_BAR_WIDTH_MS = 26 * 86_400_000
_BAR_HEIGHT = 28


class TopGroups(NamedTuple):
    """The groups (countries or categories) with the most revenue, and the sums of all other groups.

    Args:
        top: Rows of the revenue table: the groups with the most revenue, the largest first.
        other_count: Number of other groups.
        other_revenue: Total revenue of the other groups.
        other_orders: Total number of orders of the other groups.
    """

    top: pd.DataFrame
    other_count: int
    other_revenue: float
    other_orders: int


def split_top_groups(revenue: pd.DataFrame) -> TopGroups:
    """Select the :data:`MAX_GROUPS` groups with the most revenue, and sum all other groups.

    If there is only one other group, it is selected too, because a row for the sum would save no space.

    Args:
        revenue: The first column has the names of the groups (text); further columns are ``revenue`` (float64) and
            ``orders`` (int64). The rows can have any order.
    """
    ordered = revenue.sort_values(["revenue", revenue.columns[0]], ascending=[False, True], ignore_index=True)
    top_count = len(ordered) if len(ordered) <= MAX_GROUPS + 1 else MAX_GROUPS
    others = ordered.iloc[top_count:]
    return TopGroups(ordered.iloc[:top_count], len(others), math.fsum(others["revenue"]), int(others["orders"].sum()))


def draw_groups(revenue: pd.DataFrame, title: str) -> "Figure":
    """Draw the groups with the most revenue as bars.

    The other groups have no bar, because it could be much longer than the rest; the axis title states their revenue.

    Args:
        revenue: ``revenue_by_country`` or ``revenue_by_category``.
        title: Title of the chart.
    """
    if revenue.empty:
        return make_empty_figure(NO_PURCHASES)
    groups = split_top_groups(revenue)
    labels = [format_label(str(name)) for name in groups.top.iloc[:, 0]]
    others = f"<br>{groups.other_count:,} others: {groups.other_revenue:,.2f} in total" if groups.other_count else ""
    positions = list(range(len(labels)))
    bars = {
        "type": "bar",
        "orientation": "h",
        "x": groups.top["revenue"].tolist(),
        "y": positions,
        "customdata": [[label, orders] for label, orders in zip(labels, groups.top["orders"].tolist(), strict=True)],
        "hovertemplate": "%{customdata[0]}<br>%{x:,.2f} from %{customdata[1]:,} purchases<extra></extra>",
        "marker": {"color": ACCENT},
    }
    layout = {
        "title": {"text": title},
        "height": 110 + _BAR_HEIGHT * len(labels),
        "xaxis": {"title": {"text": f"revenue{others}"}, "rangemode": "tozero", "nticks": 6},
        "yaxis": {"tickvals": positions, "ticktext": labels, "range": [len(labels) - 0.4, -0.6], "showgrid": False},
    }
    return make_figure([bars], layout)


def draw_months(revenue: pd.DataFrame) -> "Figure":
    """Draw ``revenue_by_month`` as bars; a month without purchases has no bar."""
    if revenue.empty:
        return make_empty_figure(NO_PURCHASES)
    bars = {
        "type": "bar",
        "x": [f"{month:%Y-%m-%d}" for month in revenue["month"]],
        "y": revenue["revenue"].tolist(),
        "offset": 0,
        "width": _BAR_WIDTH_MS,
        "customdata": revenue[["orders", "unique_customers"]].to_numpy().tolist(),
        "hovertemplate": "%{x|%B %Y}<br>%{y:,.2f} from %{customdata[0]:,} purchases<br>"
        "by %{customdata[1]:,} customers<extra></extra>",
        "marker": {"color": CLEAN},
    }
    layout = {
        "title": {"text": "Revenue by month"},
        "height": 420,
        "xaxis": {"type": "date", "showgrid": False, "tickformat": "%b\n%Y", "nticks": 14},
        "yaxis": {"title": {"text": "revenue"}, "rangemode": "tozero", "nticks": 6},
    }
    return make_figure([bars], layout)
