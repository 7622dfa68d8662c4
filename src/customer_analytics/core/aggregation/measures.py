"""What one pass over the clean table measures."""

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import pandas as pd

from customer_analytics.core.aggregation._kernels import ranked
from customer_analytics.core.aggregation.months import months_of
from customer_analytics.core.aggregation.totals import Group, Totals
from customer_analytics.core.aggregation.value_counts import ValueCounts
from customer_analytics.core.arrow.frames import codes_of
from customer_analytics.core.contract.columns import Column
from customer_analytics.core.money.minor_units import MinorUnits

MEASURED_COLUMNS = (
    Column.PRODUCT_CATEGORY,
    Column.PURCHASE_AMOUNT,
    Column.PURCHASE_DATE,
    Column.COUNTRY_CODE,
    Column.CUSTOMER_AGE,
)
"""The columns that :meth:`Measures.of` reads."""

UNNAMED_GROUP = ""
"""The group of rows whose country or category is null, where the contract lets it be."""


class RevenueGroups(NamedTuple):
    """The groups that occur, each kind in ascending order; a place in it is a group's code."""

    countries: tuple[str, ...]
    categories: tuple[str, ...]
    months: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Measures:
    """Totals and value counts of clean purchases.

    Args:
        by_country_category: (country, category) → orders and revenue.
        by_month: (``YYYY-MM``,) → orders and revenue.
        amounts: Amounts in minor units.
        ages: Ages in years.
        rows: Rows measured.
    """

    by_country_category: Totals = field(default_factory=Totals)
    by_month: Totals = field(default_factory=Totals)
    amounts: ValueCounts = field(default_factory=ValueCounts)
    ages: ValueCounts = field(default_factory=ValueCounts)
    rows: int = 0

    @classmethod
    def of(cls, clean: pd.DataFrame, decimals: int) -> "Measures":
        """The measures of a chunk.

        Args:
            clean: The columns :data:`MEASURED_COLUMNS` of :data:`~customer_analytics.core.contract.schemas.CLEAN`.
            decimals: Digits of the minor unit.
        """
        money = MinorUnits.of(clean[Column.PURCHASE_AMOUNT].to_numpy(), decimals)
        ages = clean[Column.CUSTOMER_AGE].array
        places, pairs = _country_categories(clean)
        months, names = _months(clean)
        return cls(
            Totals.of(money, places, pairs),
            Totals.of(money, months, names),
            ValueCounts.of(money.units),
            ValueCounts.of(ages[~ages.isna()].to_numpy(np.int64)),
            len(clean),
        )

    def __add__(self, other: "Measures") -> "Measures":
        return Measures(
            self.by_country_category + other.by_country_category,
            self.by_month + other.by_month,
            self.amounts + other.amounts,
            self.ages + other.ages,
            self.rows + other.rows,
        )

    def revenue_groups(self) -> RevenueGroups:
        """The groups that occur."""
        pairs = self.by_country_category
        return RevenueGroups(pairs.names(0), pairs.names(1), self.by_month.names(0))


def _country_categories(clean: pd.DataFrame) -> tuple[np.ndarray, tuple[Group, ...]]:
    country, names = codes_of(clean[Column.COUNTRY_CODE])
    category, labels = codes_of(clean[Column.PRODUCT_CATEGORY])
    countries, categories = (UNNAMED_GROUP, *names), (UNNAMED_GROUP, *labels)
    rows = (country.astype(np.int64) + 1) * len(categories)
    return rows + (category + np.int64(1)), (countries, categories)


def _months(clean: pd.DataFrame) -> tuple[np.ndarray, tuple[Group, ...]]:
    occurring, places = ranked(months_of(clean[Column.PURCHASE_DATE].to_numpy()))
    return places, (tuple(map(str, occurring.astype("datetime64[M]"))),)
