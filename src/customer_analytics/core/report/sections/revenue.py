"""What the clean purchases are worth: by month, country, category and size."""

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from customer_analytics.core.contract.columns import Column
from customer_analytics.core.report import formatting as words
from customer_analytics.core.report.charts.revenue import NO_PURCHASES, Ranked, ranked
from customer_analytics.core.report.content import Block, Section, Table, name, records
from customer_analytics.core.report.facts import Facts

_SHOWN = 12
_FIGURES = {
    "mean": "mean",
    "standard_deviation": "standard deviation",
    "min": "least",
    "p1": "1 % are at most",
    "p5": "5 % are at most",
    "p25": "25 % are at most",
    "p50": "half are at most (median)",
    "p75": "75 % are at most",
    "p95": "95 % are at most",
    "p99": "99 % are at most",
    "max": "greatest",
}


def tell_revenue(facts: Facts) -> Section:
    """Revenue by month, country and category."""
    if facts.revenue_by_country.empty:
        return Section("revenue", "What it is worth", NO_PURCHASES)
    countries, categories = len(facts.revenue_by_country), len(facts.revenue_by_category)
    lead = (
        f"{words.minor_money(facts.ledger['money_minor_units']['clean'], facts.decimals)} from "
        f"{words.plural(facts.ledger['clean'], 'clean purchase')} in {words.plural(countries, 'country', 'countries')} "
        f"and {words.plural(categories, 'category', 'categories')}, "
        f"in the currency of the file. Customers are counted exactly, each once per row of a table."
    )
    blocks = (
        _months(facts),
        _names(facts, facts.revenue_by_country, "country", "countries"),
        _names(facts, facts.revenue_by_category, "category", "categories"),
    )
    return Section("revenue", "What it is worth", lead, blocks)


def _months(facts: Facts) -> Block:
    months = facts.revenue_by_month.iloc[::-1]
    whole = math.fsum(months["revenue"])
    rows = tuple(_row(f"{one['month']:%Y-%m}", one, whole, facts.decimals) for one in records(months))
    table, more = Table("Revenue by month, the newest first", _head("month"), rows).cut(_SHOWN)
    return Block("By month", "revenue_by_month_chart", table, more)


def _names(facts: Facts, revenue: pd.DataFrame, one: str, many: str) -> Block:
    cut = ranked(revenue)
    whole = math.fsum(revenue["revenue"])
    column = revenue.columns[0]
    rows = tuple(_row(name(row[column]), row, whole, facts.decimals) for row in records(cut.top))
    said = f"All revenue is from one {one}: {name(cut.top.iloc[0, 0])}." if len(revenue) == 1 else ""
    note = ""
    if cut.others:
        rows += (_others(cut, whole, facts.decimals),)
        note = (
            f"The {len(cut.top)} {many} that earn most of {len(revenue):,}; `revenue_by_{one}` has all. "
            "Customers of several groups cannot be summed, so the others have no figure."
        )
    table = Table(f"Revenue by {one}", _head(one), rows, note=note)
    return Block(f"By {one}", f"revenue_by_{one}_chart", table, words=(said,) if said else ())


def _head(what: str) -> tuple[str, ...]:
    return (what, "revenue", "share", "purchases", "customers")


def _row(shown: str, row: Mapping[str, Any], whole: float, decimals: int) -> tuple[str, ...]:
    return (
        shown,
        words.money(row["revenue"], decimals),
        words.share(row["revenue"], whole),
        words.count(row["orders"]),
        words.count(row["unique_customers"]),
    )


def _others(cut: Ranked, whole: float, decimals: int) -> tuple[str, ...]:
    return (
        f"{cut.others:,} others",
        words.money(cut.revenue, decimals),
        words.share(cut.revenue, whole),
        words.count(cut.orders),
        words.NOTHING,
    )


def tell_amounts(facts: Facts) -> Section:
    """How large purchases are."""
    summary = facts.numeric_summary
    described = summary.loc[summary["column"] == Column.PURCHASE_AMOUNT].iloc[0]
    if not described["count"]:
        return Section("amounts", "How large purchases are", "No clean purchase, so there is no amount.")
    rows = tuple((said, words.money(described[figure], facts.decimals)) for figure, said in _FIGURES.items())
    counted = (
        ("outliers by z-score", words.count(described["outliers_zscore"])),
        ("outliers by interquartile range", words.count(described["outliers_iqr"])),
    )
    table = Table("The purchase amount", ("figure", "amount"), rows + counted)
    lead = (
        f"Half of all purchases are worth {words.money(described['p50'], facts.decimals)} or less, one in a hundred "
        f"more than {words.money(described['p99'], facts.decimals)}. Every figure is that of all rows, not of a sample."
    )
    distribution = facts.amount_distribution
    absent = "`amount_distribution` is missing: `kedro run --pipelines drift,history,reporting` makes it."
    more = None if distribution is None else _intervals(distribution, facts.decimals)
    block = Block("Distribution", "amount_distribution_chart", table, more, absent=absent if more is None else "")
    return Section("amounts", "How large purchases are", lead, (block,))


def _intervals(distribution: pd.DataFrame, decimals: int) -> Table:
    purchases = int(distribution["rows"].sum())
    rows = tuple(
        (
            f"{words.money(one['low'], decimals)} to below {words.money(one['high'], decimals)}",
            words.count(one["rows"]),
            words.share(one["rows"], purchases),
            words.money(one["revenue"], decimals),
        )
        for one in records(distribution)
    )
    note = "" if distribution["exact"].all() else "Too many distinct amounts to count each: intervals are approximate."
    return Table("Purchases by amount", ("amount", "purchases", "share", "revenue"), rows, note=note)
