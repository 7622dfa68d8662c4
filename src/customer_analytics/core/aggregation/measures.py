"""Totals and value counts of the clean purchases, computed in one pass over the chunks."""

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import pandas as pd

from customer_analytics.core.aggregation._kernels import rank_codes
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
"""The name that stands for a null country or category; the contract can allow such nulls."""


class RevenueGroups(NamedTuple):
    """Names of the countries, categories and months that occur, in ascending order; the index of a name is its code."""

    countries: tuple[str, ...]
    categories: tuple[str, ...]
    months: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Measures:
    """Measures of clean purchases. ``Measures()`` holds no row; adding it to another object changes nothing.

    Args:
        by_country_category: Orders and revenue per pair of country and category.
        by_month: Orders and revenue per month; the name of a month is ``YYYY-MM``.
        amounts: How often each amount (in minor units) occurs.
        ages: How often each age (in years) occurs; nulls are not counted.
        rows: Number of rows.
    """

    by_country_category: Totals = field(default_factory=Totals)
    by_month: Totals = field(default_factory=Totals)
    amounts: ValueCounts = field(default_factory=ValueCounts)
    ages: ValueCounts = field(default_factory=ValueCounts)
    rows: int = 0

    @classmethod
    def of(cls, clean: pd.DataFrame, decimals: int) -> "Measures":
        """Compute the measures of a chunk.

        Args:
            clean: The columns :data:`MEASURED_COLUMNS` of :data:`~customer_analytics.core.contract.schemas.CLEAN`.
            decimals: Decimal places of the minor unit.
        """
        money = MinorUnits.of(clean[Column.PURCHASE_AMOUNT].to_numpy(), decimals)
        ages = clean[Column.CUSTOMER_AGE].array
        return cls(
            Totals.of(money, *_country_category_codes(clean)),
            Totals.of(money, *_month_codes(clean)),
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
        """Return the countries, categories and months that occur."""
        totals = self.by_country_category
        return RevenueGroups(totals.names(0), totals.names(1), self.by_month.names(0))


def _country_category_codes(clean: pd.DataFrame) -> tuple[np.ndarray, tuple[Group, ...]]:
    """Return the pair's code per row, and the names of countries and categories, as :meth:`Totals.of` needs them."""
    country_codes, countries = codes_of(clean[Column.COUNTRY_CODE])
    category_codes, categories = codes_of(clean[Column.PRODUCT_CATEGORY])
    axes = (UNNAMED_GROUP, *countries), (UNNAMED_GROUP, *categories)  # the code of a null is -1
    return (country_codes.astype(np.int64) + 1) * len(axes[1]) + (category_codes + np.int64(1)), axes


def _month_codes(clean: pd.DataFrame) -> tuple[np.ndarray, tuple[Group, ...]]:
    """Return the month's code per row, and the names of the months, as :meth:`Totals.of` needs them."""
    months, codes = rank_codes(months_of(clean[Column.PURCHASE_DATE].to_numpy()))
    return codes, (tuple(map(str, months.astype("datetime64[M]"))),)
