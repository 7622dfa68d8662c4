"""Distinct customers per group, exact: every customer's rows meet in one bucket, where pairs are sorted and counted."""

from dataclasses import dataclass, fields
from functools import partial

import numpy as np
import pandas as pd

from customer_analytics.core.chunks import Chunks
from customer_analytics.core.contract import Column
from customer_analytics.core.keys import bucket_of_keys, mix
from customer_analytics.core.measures import UNKNOWN, Vocabulary

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
    first = np.datetime64(vocabulary.months[0], "M").astype(np.int64)
    months = clean[Column.PURCHASE_DATE].to_numpy().astype("datetime64[M]").astype(np.int64) - first
    present = np.array(vocabulary.months, "datetime64[M]").astype(np.int64) - first
    place = np.zeros(int(present[-1]) + 1, np.int32)
    place[present] = np.arange(len(present))
    columns = {
        Column.CUSTOMER_ID: clean[Column.CUSTOMER_ID].to_numpy(),
        Column.COUNTRY_CODE: _places(clean[Column.COUNTRY_CODE], vocabulary.countries).astype(np.int16),
        Column.PRODUCT_CATEGORY: _places(clean[Column.PRODUCT_CATEGORY], vocabulary.categories),
        _MONTH: place[months],
    }
    return pd.DataFrame(columns, copy=False)


def _places(column: pd.Series, names: tuple[str, ...]) -> np.ndarray:
    place_of = {name: place for place, name in enumerate(names)}
    table = np.array([place_of.get(name, 0) for name in (*column.cat.categories, UNKNOWN)], np.int32)
    return table[column.cat.codes.to_numpy()]


def _bucket_of_customer(frame: pd.DataFrame) -> np.ndarray:
    return bucket_of_keys(mix(frame[Column.CUSTOMER_ID].to_numpy().astype(np.uint64)))


def _distinct_in_bucket(bucket: pd.DataFrame, vocabulary: Vocabulary) -> CustomerCounts:
    customers, distinct = pd.factorize(bucket[Column.CUSTOMER_ID].to_numpy())
    countries, categories, months = map(len, vocabulary)
    country, category = bucket[Column.COUNTRY_CODE].to_numpy(), bucket[Column.PRODUCT_CATEGORY].to_numpy()
    pairs = country.astype(np.int64) * categories + category
    return CustomerCounts(
        _customers_per_group(customers, country, countries),
        _customers_per_group(customers, category, categories),
        _customers_per_group(customers, pairs, countries * categories),
        _customers_per_group(customers, bucket[_MONTH].to_numpy(), months),
        len(distinct),
    )


def _customers_per_group(customers: np.ndarray, groups: np.ndarray, count: int) -> np.ndarray:
    pairs = np.sort(customers.astype(np.int64) * count + groups)
    distinct = pairs[np.diff(pairs, prepend=-1) != 0]
    return np.bincount(distinct % count, minlength=count)
