"""Exact counts of distinct customers per country, category and month.

Rows are partitioned by a hash of the customer id. All rows of a customer are in one partition, so that the counts of
the partitions can be added.
"""

from dataclasses import dataclass, fields
from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd

from customer_analytics.core.aggregation._kernels import count_customers_by_group, partition_of_customers
from customer_analytics.core.aggregation.measures import UNNAMED_GROUP, RevenueGroups
from customer_analytics.core.aggregation.months import months_of
from customer_analytics.core.arrow.frames import codes_of
from customer_analytics.core.chunks.protocol import Chunks
from customer_analytics.core.contract.columns import Column

_COUNTED_COLUMNS = (Column.CUSTOMER_ID, Column.PRODUCT_CATEGORY, Column.PURCHASE_DATE, Column.COUNTRY_CODE)
_GROUP = "group"

_NARROW_BITS = 32
"""A group that needs at most this many bits is spilled as uint32, a longer one as uint64."""

_KEY_BITS = 63
"""Number of bits that a non-negative int64 can use."""


@dataclass(frozen=True, slots=True, eq=False)
class CustomerCounts:
    """Number of distinct customers per country, per category, per pair of both, per month, and overall.

    The arrays (int64) are in the order of the names in :class:`RevenueGroups`; pairs are ordered by country, then by
    category. Use ``+`` only if no customer is in both operands: such a customer would be counted twice.
    """

    by_country: np.ndarray
    by_category: np.ndarray
    by_country_category: np.ndarray
    by_month: np.ndarray
    overall: int

    @classmethod
    def none(cls, revenue_groups: RevenueGroups) -> "CustomerCounts":
        """Return counts of 0 for all groups; adding them to other counts changes nothing."""
        countries, categories, months = map(len, revenue_groups)
        zeros = [np.zeros(size, np.int64) for size in (countries, categories, countries * categories, months)]
        return cls(zeros[0], zeros[1], zeros[2], zeros[3], 0)

    def __add__(self, other: "CustomerCounts") -> "CustomerCounts":
        return CustomerCounts(*(getattr(self, field.name) + getattr(other, field.name) for field in fields(self)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CustomerCounts) and all(
            np.array_equal(getattr(self, field.name), getattr(other, field.name)) for field in fields(self)
        )

    __hash__ = None  # type: ignore[assignment]


def count_customers(clean: Chunks, revenue_groups: RevenueGroups) -> CustomerCounts:
    """Count the distinct customers per country, per category, per pair of both, per month, and in the whole table.

    Args:
        clean: Chunks of :data:`~customer_analytics.core.contract.schemas.CLEAN`.
        revenue_groups: All countries, categories and months that occur in ``clean``.
    """
    if not revenue_groups.months:
        return CustomerCounts.none(revenue_groups)
    customer_groups = clean.select(_COUNTED_COLUMNS).map(partial(_pack_groups, revenue_groups=revenue_groups))
    count = partial(_count_in_partition, revenue_groups=revenue_groups)
    return customer_groups.shuffle(_partition_of_rows).fold(count, CustomerCounts.none(revenue_groups))


class _GroupBits(NamedTuple):
    """Number of bits of each code (country, category, month) in the integer that packs all three codes."""

    country: int
    category: int
    month: int

    @classmethod
    def of(cls, revenue_groups: RevenueGroups) -> "_GroupBits":
        return cls(*(max(len(names) - 1, 0).bit_length() for names in revenue_groups))


def _pack_groups(clean: pd.DataFrame, revenue_groups: RevenueGroups) -> pd.DataFrame:
    """Return two columns: customer id; and group, an integer that contains the codes of country, category and month."""
    bits = _GroupBits.of(revenue_groups)
    dtype = np.dtype(np.uint32 if sum(bits) <= _NARROW_BITS else np.uint64)
    months = np.array(revenue_groups.months, "datetime64[M]").astype(np.int64)
    month_codes = np.zeros(int(months[-1] - months[0]) + 1, dtype)
    month_codes[months - months[0]] = np.arange(len(months))
    group = month_codes[months_of(clean[Column.PURCHASE_DATE].to_numpy()) - months[0]]
    group |= _shifted_codes(clean[Column.PRODUCT_CATEGORY], revenue_groups.categories, dtype, bits.month)
    group |= _shifted_codes(clean[Column.COUNTRY_CODE], revenue_groups.countries, dtype, bits.month + bits.category)
    return pd.DataFrame({Column.CUSTOMER_ID: clean[Column.CUSTOMER_ID].to_numpy(), _GROUP: group}, copy=False)


def _shifted_codes(column: pd.Series, names: tuple[str, ...], dtype: np.dtype, shift: int) -> np.ndarray:
    """Return for each row of ``column`` the index of its text in ``names``, shifted left by ``shift`` bits."""
    code_of_name = {name: code for code, name in enumerate(names)}
    chunk_codes, chunk_names = codes_of(column)
    shifted = np.array([code_of_name.get(name, 0) << shift for name in (*chunk_names, UNNAMED_GROUP)], dtype)
    return shifted[chunk_codes]  # the code of a null is -1, the last entry


def _partition_of_rows(customer_groups: pd.DataFrame) -> np.ndarray:
    return partition_of_customers(customer_groups[Column.CUSTOMER_ID].to_numpy())


def _count_in_partition(customer_groups: pd.DataFrame, revenue_groups: RevenueGroups) -> CustomerCounts:
    bits = _GroupBits.of(revenue_groups)
    countries, categories, months = map(len, revenue_groups)
    customers, groups = customer_groups[Column.CUSTOMER_ID].to_numpy(), customer_groups[_GROUP].to_numpy(np.int64)
    keys = _sort_by_customer(customers, groups, sum(bits))
    count = partial(count_customers_by_group, keys >> sum(bits))
    month_codes = _extract_bits(keys, bits.month, 0)
    category_codes = _extract_bits(keys, bits.category, bits.month)
    country_codes = _extract_bits(keys, bits.country, bits.month + bits.category)
    return CustomerCounts(
        count(country_codes, countries),
        count(category_codes, categories),
        count(country_codes * categories + category_codes, countries * categories),
        count(month_codes, months),
        int(count(np.zeros_like(keys), 1)[0]),
    )


def _sort_by_customer(customers: np.ndarray, groups: np.ndarray, group_bits: int) -> np.ndarray:
    """Return one integer per row, sorted: its lowest ``group_bits`` bits are the group, its higher bits the customer.

    One array of integers sorts faster than two columns. If an id is too large for this, ranks replace all ids.
    """
    if int(customers.max(initial=0)) >> (_KEY_BITS - group_bits):
        customers = np.unique(customers, return_inverse=True)[1] + 1
    return np.sort((customers << group_bits) | groups)


def _extract_bits(keys: np.ndarray, bits: int, shift: int) -> np.ndarray:
    return (keys >> shift) & ((1 << bits) - 1)
