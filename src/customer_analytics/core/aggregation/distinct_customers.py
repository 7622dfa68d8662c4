"""Distinct customers per group, exact: every customer's rows meet in one bucket, where groups count those they meet."""

from dataclasses import dataclass, fields
from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd

from customer_analytics.core.aggregation.measures import UNNAMED_GROUP, RevenueGroups
from customer_analytics.core.aggregation.months import months_of
from customer_analytics.core.arrow.frames import codes_of
from customer_analytics.core.chunks.hashing import mix
from customer_analytics.core.chunks.protocol import Chunks
from customer_analytics.core.compiled import compiled
from customer_analytics.core.contract.columns import Column

_COUNTED = (Column.CUSTOMER_ID, Column.PRODUCT_CATEGORY, Column.PURCHASE_DATE, Column.COUNTRY_CODE)
_GROUP = "group"
_NARROW, _KEY_BITS = 32, 63
"""Bits of the smaller integer that a row's group is spilled as, and those of an int64 that is not below 0."""


@dataclass(frozen=True, slots=True, eq=False)
class CustomerCounts:
    """Distinct customers by country, by category, by both (country-major) and by month, and in all.

    Each is int64, one figure per group of the revenue_groups. Adding holds for rows whose customers differ, which is how
    the buckets of a shuffle are.
    """

    by_country: np.ndarray
    by_category: np.ndarray
    by_country_category: np.ndarray
    by_month: np.ndarray
    overall: int

    @classmethod
    def none(cls, revenue_groups: RevenueGroups) -> "CustomerCounts":
        """The counts of no rows."""
        countries, categories, months = map(len, revenue_groups)
        zeros = [np.zeros(size, np.int64) for size in (countries, categories, countries * categories, months)]
        return cls(zeros[0], zeros[1], zeros[2], zeros[3], 0)

    def __add__(self, other: "CustomerCounts") -> "CustomerCounts":
        return CustomerCounts(
            self.by_country + other.by_country,
            self.by_category + other.by_category,
            self.by_country_category + other.by_country_category,
            self.by_month + other.by_month,
            self.overall + other.overall,
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CustomerCounts) and all(
            np.array_equal(getattr(self, one.name), getattr(other, one.name)) for one in fields(self)
        )

    __hash__ = None  # type: ignore[assignment]


def count_customers(clean: Chunks, revenue_groups: RevenueGroups) -> CustomerCounts:
    """Distinct customers of each group over the whole table.

    Args:
        clean: Chunks of :data:`~customer_analytics.core.contract.schemas.CLEAN`.
        revenue_groups: Every group that occurs in them.
    """
    if not revenue_groups.months:
        return CustomerCounts.none(revenue_groups)
    coded = clean.select(_COUNTED).map(partial(_coded, revenue_groups=revenue_groups))
    measure = partial(_distinct_in_bucket, revenue_groups=revenue_groups)
    return coded.shuffle(_bucket_of_customer).fold(measure, CustomerCounts.none(revenue_groups))


class _Bits(NamedTuple):
    """How many bits hold a row's country, category and month, each as its place in the revenue_groups."""

    country: int
    category: int
    month: int

    @classmethod
    def of(cls, revenue_groups: RevenueGroups) -> "_Bits":
        return cls(*(max(len(names) - 1, 0).bit_length() for names in revenue_groups))


def _coded(clean: pd.DataFrame, revenue_groups: RevenueGroups) -> pd.DataFrame:
    """Each row's customer, and its group as one integer: country, category and month, the highest bits first."""
    bits = _Bits.of(revenue_groups)
    kind = np.dtype(np.uint32 if sum(bits) <= _NARROW else np.uint64)
    months = months_of(clean[Column.PURCHASE_DATE].to_numpy())
    occurring = np.array(revenue_groups.months, "datetime64[M]").astype(np.int64)
    month = np.zeros(int(occurring[-1] - occurring[0]) + 1, kind)
    month[occurring - occurring[0]] = np.arange(len(occurring))
    group = month[months - occurring[0]]
    group |= _places(clean[Column.PRODUCT_CATEGORY], revenue_groups.categories, kind, bits.month)
    group |= _places(clean[Column.COUNTRY_CODE], revenue_groups.countries, kind, bits.month + bits.category)
    return pd.DataFrame({Column.CUSTOMER_ID: clean[Column.CUSTOMER_ID].to_numpy(), _GROUP: group}, copy=False)


def _places(column: pd.Series, names: tuple[str, ...], kind: np.dtype, behind: int) -> np.ndarray:
    """The place of each row's name, with room for so many bits ``behind`` it."""
    place_of = {name: place for place, name in enumerate(names)}
    codes, categories = codes_of(column)
    table = np.array([place_of.get(name, 0) << behind for name in (*categories, UNNAMED_GROUP)], kind)
    return table[codes]


def _bucket_of_customer(frame: pd.DataFrame) -> np.ndarray:
    return _buckets(frame[Column.CUSTOMER_ID].to_numpy())


def _distinct_in_bucket(bucket: pd.DataFrame, revenue_groups: RevenueGroups) -> CustomerCounts:
    bits, sizes = _Bits.of(revenue_groups), tuple(map(len, revenue_groups))
    keys = _by_customer(bucket[Column.CUSTOMER_ID].to_numpy(), bucket[_GROUP].to_numpy(np.int64), sum(bits))
    counts = partial(_customers_per_group, keys >> sum(bits))
    month = _part(keys, bits.month, 0)
    category = _part(keys, bits.category, bits.month)
    country = _part(keys, bits.country, bits.month + bits.category)
    return CustomerCounts(
        counts(country, sizes[0]),
        counts(category, sizes[1]),
        counts(country * sizes[1] + category, sizes[0] * sizes[1]),
        counts(month, sizes[2]),
        int(counts(np.zeros_like(keys), 1)[0]),
    )


def _by_customer(customers: np.ndarray, groups: np.ndarray, group_bits: int) -> np.ndarray:
    """Rows sorted by customer, each as one integer whose lowest bits are its group: NumPy sorts such in half the time.

    Customers whose numbers leave no room for the group are numbered anew, from 1.
    """
    if int(customers.max(initial=0)) >> (_KEY_BITS - group_bits):
        customers = np.unique(customers, return_inverse=True)[1] + 1
    return np.sort((customers << group_bits) | groups)


def _part(keys: np.ndarray, bits: int, behind: int) -> np.ndarray:
    """So many bits of each key, those behind them cut off."""
    return (keys >> behind) & ((1 << bits) - 1)


@compiled
def _buckets(customers: np.ndarray) -> np.ndarray:
    """The highest byte of each customer's mixed number, so that any numbering fills 256 buckets evenly."""
    buckets = np.empty(len(customers), np.uint16)
    for row in range(len(customers)):
        buckets[row] = mix(np.uint64(customers[row])) >> np.uint64(56)
    return buckets


@compiled
def _customers_per_group(customers: np.ndarray, groups: np.ndarray, count: int) -> np.ndarray:
    """Distinct customers of each group: where rows are sorted by customer, a group counts each when it meets him first.

    Args:
        customers: int64, above 0.
        groups: The group of each row, from 0.
        count: Number of groups.
    """
    latest, counts = np.zeros(count, np.int64), np.zeros(count, np.int64)
    for row in range(len(customers)):
        group = groups[row]
        counts[group] += latest[group] != customers[row]
        latest[group] = customers[row]
    return counts
