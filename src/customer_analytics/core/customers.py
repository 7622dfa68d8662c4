"""Distinct customers per group, exact: every customer's rows meet in one bucket, where groups count those they meet."""

from dataclasses import dataclass, fields
from functools import partial

import numpy as np
import pandas as pd

from customer_analytics.core.chunks import Chunks
from customer_analytics.core.compiled import compiled
from customer_analytics.core.contract import Column
from customer_analytics.core.frames import codes_of
from customer_analytics.core.keys import mix
from customer_analytics.core.measures import UNKNOWN, Vocabulary
from customer_analytics.core.months import months_of

_COUNTED = (Column.CUSTOMER_ID, Column.PRODUCT_CATEGORY, Column.PURCHASE_DATE, Column.COUNTRY_CODE)
_MONTH = "month"


@dataclass(frozen=True, slots=True, eq=False)
class CustomerCounts:
    """Distinct customers by country, by category, by both (country-major) and by month, and in all.

    Each is int64, one figure per group of the vocabulary. Adding holds for rows whose customers differ, which is how
    the buckets of a shuffle are.
    """

    by_country: np.ndarray
    by_category: np.ndarray
    by_country_category: np.ndarray
    by_month: np.ndarray
    overall: int

    @classmethod
    def none(cls, vocabulary: Vocabulary) -> "CustomerCounts":
        """The counts of no rows."""
        countries, categories, months = map(len, vocabulary)
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


def count_customers(clean: Chunks, vocabulary: Vocabulary) -> CustomerCounts:
    """Distinct customers of each group over the whole table.

    Args:
        clean: Chunks of :data:`~customer_analytics.core.tables.CLEAN`.
        vocabulary: Every group that occurs in them.
    """
    if not vocabulary.months:
        return CustomerCounts.none(vocabulary)
    coded = clean.select(_COUNTED).map(partial(_coded, vocabulary=vocabulary))
    measure = partial(_distinct_in_bucket, vocabulary=vocabulary)
    return coded.shuffle(_bucket_of_customer).fold(measure, CustomerCounts.none(vocabulary))


def _coded(clean: pd.DataFrame, vocabulary: Vocabulary) -> pd.DataFrame:
    months = months_of(clean[Column.PURCHASE_DATE].to_numpy())
    occurring = np.array(vocabulary.months, "datetime64[M]").astype(np.int64)
    place = np.zeros(int(occurring[-1] - occurring[0]) + 1, _narrowest(len(occurring)))
    place[occurring - occurring[0]] = np.arange(len(occurring))
    columns = {
        Column.CUSTOMER_ID: clean[Column.CUSTOMER_ID].to_numpy(),
        Column.COUNTRY_CODE: _places(clean[Column.COUNTRY_CODE], vocabulary.countries),
        Column.PRODUCT_CATEGORY: _places(clean[Column.PRODUCT_CATEGORY], vocabulary.categories),
        _MONTH: place[months - occurring[0]],
    }
    return pd.DataFrame(columns, copy=False)


def _places(column: pd.Series, names: tuple[str, ...]) -> np.ndarray:
    place_of = {name: place for place, name in enumerate(names)}
    codes, categories = codes_of(column)
    table = np.array([place_of.get(name, 0) for name in (*categories, UNKNOWN)], _narrowest(len(names)))
    return table[codes]


def _narrowest(count: int) -> np.dtype:
    """The smallest dtype for so many places: every byte of a row is spilled and read again."""
    return np.min_scalar_type(count)


def _bucket_of_customer(frame: pd.DataFrame) -> np.ndarray:
    return _buckets(frame[Column.CUSTOMER_ID].to_numpy())


def _distinct_in_bucket(bucket: pd.DataFrame, vocabulary: Vocabulary) -> CustomerCounts:
    countries, categories, months = map(len, vocabulary)
    country, category, month = (
        bucket[name].to_numpy(np.int32) for name in (Column.COUNTRY_CODE, Column.PRODUCT_CATEGORY, _MONTH)
    )
    customers = bucket[Column.CUSTOMER_ID].to_numpy()
    order = np.argsort(customers)
    counts = partial(_customers_per_group, customers[order])
    return CustomerCounts(
        counts(country[order], countries),
        counts(category[order], categories),
        counts((country * categories + category)[order], countries * categories),
        counts(month[order], months),
        int(counts(np.zeros(len(order), np.int32), 1)[0]),
    )


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
