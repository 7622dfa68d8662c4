"""``numeric_summary``, against NumPy on all rows."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tests.core.aggregation.purchases import clean_frame

from customer_analytics.core.aggregation.measures import Measures
from customer_analytics.core.aggregation.numeric_summary import summarise_numbers
from customer_analytics.core.aggregation.outliers import OutlierRules

RULES = OutlierRules(zscore=3.0, iqr_factor=1.5)


@given(st.lists(st.tuples(st.integers(0, 10**9), st.one_of(st.none(), st.integers(10, 120))), max_size=30))
def test_the_summary_is_that_of_all_rows(pairs):
    frame = clean_frame([units / 100 for units, _ in pairs], [age for _, age in pairs])

    summary = summarise_numbers(Measures.of(frame, 2), RULES, 2).set_index("column")

    columns = {"purchase_amount": [units / 100 for units, _ in pairs], "customer_age": [age for _, age in pairs if age]}
    for name, values in columns.items():
        row = summary.loc[name]
        assert row["count"] == len(values)
        assert row["nulls"] == len(pairs) - len(values)
        if values:
            assert (row["min"], row["max"]) == (min(values), max(values))
            for percent in (1, 5, 25, 50, 75, 95, 99):
                assert row[f"p{percent}"] == np.percentile(values, percent)
        else:
            assert row[["min", "max", "mean", "p50", "standard_deviation"]].isna().all()
            assert row[["outliers_zscore", "outliers_iqr"]].tolist() == [0, 0]
