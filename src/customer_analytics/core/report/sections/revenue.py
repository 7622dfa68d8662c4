"""Build the report's section about revenue by month, country and category."""

import math
from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from customer_analytics.core.report import formatting
from customer_analytics.core.report.charts.revenue import NO_PURCHASES, split_top_groups
from customer_analytics.core.report.content import Block, Section, Table, TableRow
from customer_analytics.core.report.facts import Facts

_FIGURES = ("revenue", "share", "purchases", "customers")


def revenue_section(facts: Facts) -> Section:
    """Build the report's section about revenue by month, country and category."""
    if facts.revenue_by_country.empty:
        return Section("revenue", "Revenue", NO_PURCHASES)
    countries, categories = len(facts.revenue_by_country), len(facts.revenue_by_category)
    lead = (
        f"{formatting.minor_money(facts.ledger['money_minor_units']['clean'], facts.decimals)} from "
        f"{formatting.plural(facts.ledger['clean'], 'clean purchase')} in "
        f"{formatting.plural(countries, 'country', 'countries')} "
        f"and {formatting.plural(categories, 'category', 'categories')}, in the currency of the file. "
        "Customer counts are exact: each row of a table counts a customer once."
    )
    blocks = (
        _months_block(facts),
        _groups_block(facts, facts.revenue_by_country, "country", "countries"),
        _groups_block(facts, facts.revenue_by_category, "category", "categories"),
    )
    return Section("revenue", "Revenue", lead, blocks)


def _months_block(facts: Facts) -> Block:
    total_revenue = math.fsum(facts.revenue_by_month["revenue"])
    newest_first = facts.revenue_by_month.iloc[::-1].to_dict("records")
    rows = tuple(_group_row(f"{group['month']:%Y-%m}", group, total_revenue, facts.decimals) for group in newest_first)
    table = Table("Revenue by month, newest first", ("month", *_FIGURES), rows)
    return Block("By month", "revenue_by_month_chart", *table.fold())


def _groups_block(facts: Facts, revenue: pd.DataFrame, singular: str, plural: str) -> Block:
    groups = split_top_groups(revenue)
    total_revenue = math.fsum(revenue["revenue"])
    name_column = revenue.columns[0]
    rows = tuple(
        _group_row(formatting.name(group[name_column]), group, total_revenue, facts.decimals)
        for group in groups.top.to_dict("records")
    )
    paragraphs: tuple[str, ...] = ()
    if len(revenue) == 1:
        paragraphs = (f"All revenue comes from one {singular}: {formatting.name(groups.top.iloc[0, 0])}.",)
    note = ""
    if groups.other_count:
        others: Mapping[Hashable, Any] = {
            "revenue": groups.other_revenue,
            "orders": groups.other_orders,
            "unique_customers": math.nan,
        }
        rows += (_group_row(f"{groups.other_count:,} others", others, total_revenue, facts.decimals),)
        note = (
            f"The {len(groups.top)} of {len(revenue):,} {plural} with the most revenue; "
            f"`revenue_by_{singular}` has all. "
            f"A customer can buy in several {plural}, so the others have no customer count."
        )
    table = Table(f"Revenue by {singular}", (singular, *_FIGURES), rows, note=note)
    return Block(f"By {singular}", f"revenue_by_{singular}_chart", table, paragraphs=paragraphs)


def _group_row(label: str, group: Mapping[Hashable, Any], total_revenue: float, decimals: int) -> TableRow:
    return (
        label,
        formatting.money(group["revenue"], decimals),
        formatting.share(group["revenue"], total_revenue),
        formatting.count(group["orders"]),
        formatting.count(group["unique_customers"]),
    )
