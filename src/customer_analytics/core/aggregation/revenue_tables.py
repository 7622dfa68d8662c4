"""The revenue tables, one function per table. All tables have the same columns of figures."""

from collections.abc import Mapping
from fractions import Fraction
from itertools import product

import numpy as np
import pandas as pd

from customer_analytics.core.aggregation.distinct_customers import CustomerCounts
from customer_analytics.core.aggregation.measures import Measures
from customer_analytics.core.aggregation.totals import Totals
from customer_analytics.core.contract.columns import Column
from customer_analytics.core.money.minor_units import as_float

_FIGURES = {"revenue": "float64", "orders": "int64", "average_basket": "float64", "unique_customers": "int64"}


def revenue_by_country(measures: Measures, customers: CustomerCounts, decimals: int) -> pd.DataFrame:
    """Return a table with revenue, orders and customers of each country that has a purchase.

    Returns:
        ``country_code`` (text, ascending); ``revenue`` (float64); ``orders`` (int64); ``average_basket``, the revenue
        per order (float64); ``unique_customers`` (int64). Floats are in major units and nearest to the exact figures.
        No nulls.
    """
    columns = {Column.COUNTRY_CODE.value: measures.revenue_groups().countries}
    return _tabulate(columns, measures.by_country_category.roll_up(0), customers.by_country, decimals)


def revenue_by_category(measures: Measures, customers: CustomerCounts, decimals: int) -> pd.DataFrame:
    """Return a table like :func:`revenue_by_country`, but with one row per ``product_category``."""
    columns = {Column.PRODUCT_CATEGORY.value: measures.revenue_groups().categories}
    return _tabulate(columns, measures.by_country_category.roll_up(1), customers.by_category, decimals)


def revenue_by_country_category(measures: Measures, customers: CustomerCounts, decimals: int) -> pd.DataFrame:
    """Return a table like :func:`revenue_by_country`, but with one row per country and category."""
    countries, categories, _ = measures.revenue_groups()
    columns = {Column.COUNTRY_CODE.value: countries, Column.PRODUCT_CATEGORY.value: categories}
    return _tabulate(columns, measures.by_country_category, customers.by_country_category, decimals)


def revenue_by_month(measures: Measures, customers: CustomerCounts, decimals: int) -> pd.DataFrame:
    """Return a table like :func:`revenue_by_country`, but with one row per calendar month.

    ``month`` is the first day of the month (datetime64[us]).
    """
    columns = {"month": measures.revenue_groups().months}
    table = _tabulate(columns, measures.by_month, customers.by_month, decimals)
    return table.assign(month=table["month"].to_numpy("datetime64[M]").astype("datetime64[us]"))


def _tabulate(
    columns: Mapping[str, tuple[str, ...]], totals: Totals, customer_counts: np.ndarray, decimals: int
) -> pd.DataFrame:
    """Return one row per group that occurs; ``columns`` maps the name of each group column to its distinct values."""
    customers_by_group = dict(zip(product(*columns.values()), customer_counts.tolist(), strict=True))
    scale = 10**decimals
    rows = [
        (
            *group,
            as_float(Fraction(total.minor_units, scale)),
            total.orders,
            as_float(Fraction(total.minor_units, scale * total.orders)),
            customers_by_group[group],
        )
        for group, total in sorted(totals.groups.items())
    ]
    return pd.DataFrame(rows, columns=[*columns, *_FIGURES]).astype(_FIGURES)
