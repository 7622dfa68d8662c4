"""The revenue tables: each slice computed apart, all of one shape."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

import numpy as np
import pandas as pd

from customer_analytics.core.aggregation.distinct_customers import CustomerCounts
from customer_analytics.core.aggregation.measures import Measures
from customer_analytics.core.aggregation.totals import Group, Totals
from customer_analytics.core.contract.columns import Column
from customer_analytics.core.money.minor_units import as_float

_FIGURES = ["revenue", "orders", "average_basket", "unique_customers"]


def revenue_by_country(measures: Measures, customers: CustomerCounts, decimals: int) -> pd.DataFrame:
    """Revenue per country.

    Returns:
        ``country_code`` (text, ascending), ``revenue`` and ``average_basket`` (float64, major units, the floats nearest
        to the exact figures), ``orders`` and ``unique_customers`` (int64); no null, no row for no purchase.
    """
    names = measures.revenue_groups().countries
    counts = _by_group([(name,) for name in names], customers.by_country)
    return _table([Column.COUNTRY_CODE], measures.by_country_category.rolled_up(0), counts, decimals)


def revenue_by_category(measures: Measures, customers: CustomerCounts, decimals: int) -> pd.DataFrame:
    """Revenue per ``product_category``; the figures of :func:`revenue_by_country`."""
    names = measures.revenue_groups().categories
    counts = _by_group([(name,) for name in names], customers.by_category)
    return _table([Column.PRODUCT_CATEGORY], measures.by_country_category.rolled_up(1), counts, decimals)


def revenue_by_country_category(measures: Measures, customers: CustomerCounts, decimals: int) -> pd.DataFrame:
    """Revenue per ``country_code`` and ``product_category``; the figures of :func:`revenue_by_country`."""
    countries, categories, _ = measures.revenue_groups()
    pairs = [(country, category) for country in countries for category in categories]
    counts = _by_group(pairs, customers.by_country_category)
    columns = [Column.COUNTRY_CODE, Column.PRODUCT_CATEGORY]
    return _table(columns, measures.by_country_category, counts, decimals)


def revenue_by_month(measures: Measures, customers: CustomerCounts, decimals: int) -> pd.DataFrame:
    """Revenue per calendar ``month`` (datetime64[us], its first day); the figures of :func:`revenue_by_country`."""
    names = measures.revenue_groups().months
    counts = _by_group([(name,) for name in names], customers.by_month)
    table = _table(["month"], measures.by_month, counts, decimals)
    return table.assign(month=table["month"].to_numpy("datetime64[M]").astype("datetime64[us]"))


def _by_group(groups: Sequence[Group], counts: np.ndarray) -> dict[Group, int]:
    return dict(zip(groups, counts.tolist(), strict=True))


def _table(columns: Sequence[str], totals: Totals, customers: Mapping[Group, int], decimals: int) -> pd.DataFrame:
    scale = 10**decimals
    rows = [
        (
            *group,
            as_float(Fraction(total.minor, scale)),
            total.orders,
            as_float(Fraction(total.minor, scale * total.orders)),
            customers[group],
        )
        for group, total in sorted(totals.groups.items())
    ]
    kinds = dict(zip(_FIGURES, ("float64", "int64", "float64", "int64"), strict=True))
    return pd.DataFrame(rows, columns=[*map(str, columns), *_FIGURES]).astype(kinds)
