"""Distinct customers, against what pandas counts."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_analytics.core.aggregation import distinct_customers as customers
from customer_analytics.core.aggregation.distinct_customers import count_customers
from customer_analytics.core.aggregation.measures import RevenueGroups
from customer_analytics.core.arrow.frames import categorical
from customer_analytics.core.chunks.local import LocalChunks

COUNTRIES, CATEGORIES, MONTHS = ["AT", "DE", "FR"], ["a", "b", "c", "d", "e"], ["1969-12", "2024-01", "2024-02"]
ROWS = st.lists(
    st.tuples(
        st.sampled_from([1, 2, 3, 2**31, 2**40, 2**56, 2**57 - 1, 2**57, 10**18 - 1]),
        st.sampled_from(COUNTRIES),
        st.sampled_from(CATEGORIES),
        st.sampled_from(MONTHS),
    ),
    min_size=1,
    max_size=40,
)


def frame_of(rows):
    customer, country, category, month = zip(*rows, strict=True)
    return pd.DataFrame(
        {
            "customer_id": np.array(customer, np.int64),
            "product_category": categorical(np.array([CATEGORIES.index(one) for one in category]), CATEGORIES),
            "purchase_date": np.array(month, "datetime64[us]"),
            "country_code": categorical(np.array([COUNTRIES.index(one) for one in country]), COUNTRIES),
        }
    )


def vocabulary_of(rows):
    return RevenueGroups(*(tuple(sorted({row[place] for row in rows})) for place in (1, 2, 3)))


@pytest.mark.parametrize("narrow", [32, 0])
@given(ROWS)
def test_customers_are_those_that_pandas_counts_whatever_their_numbers(narrow, rows):
    revenue_groups = vocabulary_of(rows)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(customers, "_NARROW", narrow)
        counts = count_customers(LocalChunks.of([frame_of(rows)]), revenue_groups)

    table = pd.DataFrame(rows, columns=["customer", *revenue_groups._fields])
    for found, groups in (
        (counts.by_country, ["countries"]),
        (counts.by_category, ["categories"]),
        (counts.by_month, ["months"]),
        (counts.by_country_category, ["countries", "categories"]),
    ):
        every = pd.MultiIndex.from_product([getattr(revenue_groups, name) for name in groups])
        expected = table.groupby(groups)["customer"].nunique()
        expected.index = pd.MultiIndex.from_tuples(
            [one if isinstance(one, tuple) else (one,) for one in expected.index]
        )
        assert found.tolist() == expected.reindex(every, fill_value=0).tolist()
    assert counts.overall == table["customer"].nunique()
