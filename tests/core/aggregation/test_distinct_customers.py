"""Distinct customers, against pandas."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_analytics.core.aggregation import distinct_customers
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
    customers, countries, categories, months = zip(*rows, strict=True)
    return pd.DataFrame(
        {
            "customer_id": np.array(customers, np.int64),
            "product_category": categorical(np.array([CATEGORIES.index(name) for name in categories]), CATEGORIES),
            "purchase_date": np.array(months, "datetime64[us]"),
            "country_code": categorical(np.array([COUNTRIES.index(name) for name in countries]), COUNTRIES),
        }
    )


def revenue_groups_of(rows):
    return RevenueGroups(*(tuple(sorted({row[column] for row in rows})) for column in (1, 2, 3)))


@pytest.mark.parametrize("narrow_bits", [32, 0], ids=["uint32 groups", "uint64 groups"])
@given(ROWS)
def test_customers_are_those_that_pandas_counts_for_any_ids(narrow_bits, rows):
    revenue_groups = revenue_groups_of(rows)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(distinct_customers, "_NARROW_BITS", narrow_bits)
        counts = count_customers(LocalChunks.of([frame_of(rows)]), revenue_groups)

    table = pd.DataFrame(rows, columns=["customer", *revenue_groups._fields])
    for group_counts, groups in (
        (counts.by_country, ["countries"]),
        (counts.by_category, ["categories"]),
        (counts.by_month, ["months"]),
        (counts.by_country_category, ["countries", "categories"]),
    ):
        all_groups = pd.MultiIndex.from_product([getattr(revenue_groups, name) for name in groups])
        expected = table.groupby(groups)["customer"].nunique()
        expected.index = pd.MultiIndex.from_tuples(
            [group if isinstance(group, tuple) else (group,) for group in expected.index]
        )
        assert group_counts.tolist() == expected.reindex(all_groups, fill_value=0).tolist()
    assert counts.overall == table["customer"].nunique()
