"""Small tables of a profile against plain Python."""

from collections import Counter
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_analytics.core.drift.profile.distributions import amount_distribution, purchases_by_window
from customer_analytics.core.drift.profile.purchase_profile import ProfileShape, PurchaseProfile
from customer_analytics.core.drift.profile.windows import Period
from customer_analytics.core.history.runs import tabulate_runs

SHAPE = ProfileShape(Period.MONTH, 2)


def purchases(amounts, dates=("2024-01-31",), ages=(30,), payments=("card",)):
    rows = len(amounts)

    def spread(values):
        return [values[row % len(values)] for row in range(rows)]

    return pd.DataFrame(
        {
            "purchase_date": pd.to_datetime(spread(dates)).astype("datetime64[us]"),
            "purchase_amount": np.array(amounts, np.float64),
            "customer_age": pd.array(spread(ages), "Int16"),
            "country_code": pd.Categorical(spread(["AT", None])),
            "product_category": pd.Categorical(["books"] * rows),
            "payment_type": pd.Categorical(spread(payments), categories=["card"]),
        }
    )


def profile(frame):
    return PurchaseProfile.of(frame, SHAPE)


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=60))
def test_every_amount_is_in_one_interval_and_the_sums_are_exact(cents):
    table = amount_distribution(profile(purchases([amount / 100 for amount in cents])))

    told = {
        row.low: (row.rows, row.revenue)
        for row in table.itertuples()
        if row.rows
    }  # fmt: skip
    expected = Counter()
    money = Counter()
    for amount in cents:
        (low,) = [row.low for row in table.itertuples() if round(row.low * 100) <= amount < round(row.high * 100)]
        expected[low] += 1
        money[low] += amount
    assert told == {low: (expected[low], money[low] / 100) for low in expected}
    assert table["exact"].all()


def test_intervals_are_round_and_without_gaps_and_zero_has_its_own():
    table = amount_distribution(profile(purchases([0, 9.99, 10, 12.5, 99.99])))

    assert table["low"].tolist() == [0.0, 8.0, 10.0, 12.5, 16.0, 20.0, 25.0, 31.5, 40.0, 50.0, 63.0, 80.0]
    assert table["high"].tolist()[1:-1] == table["low"].tolist()[2:]
    assert table["rows"].tolist() == [1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1]


def test_giants_are_counted():
    table = amount_distribution(profile(purchases([1.0, 7e12])))

    assert table["rows"].sum() == 2
    assert table["revenue"].iloc[-1] == 7e12


def test_no_purchase_makes_no_row():
    nothing = profile(purchases([]))

    assert amount_distribution(nothing).empty
    assert purchases_by_window(nothing).empty


def test_windows_hold_rows_revenue_and_what_is_missing():
    frame = purchases(
        [1.10, 2.20, 3.30, 4.40],
        dates=("2024-02-29", "2024-01-01", "2024-02-01"),
        ages=(None, 30),
        payments=("card", "card", None),
    )

    table = purchases_by_window(profile(frame))

    assert table["window"].tolist() == [pd.Timestamp("2024-01-01"), pd.Timestamp("2024-02-01")]
    assert table["rows"].tolist() == [1, 3]
    assert [Decimal(f"{revenue:.2f}") for revenue in table["revenue"]] == [Decimal("2.20"), Decimal("8.80")]
    assert table["missing_customer_age"].tolist() == [0, 2]
    assert table["missing_payment_type"].tolist() == [0, 1]
    assert table["missing_country_code"].tolist() == [1, 1]
    assert table["missing_product_category"].tolist() == [0, 0]


def metrics(rows, **more):
    return {"metrics": {"rows rows_in": rows, **more}}


def test_runs_are_tabulated_in_order_of_time_with_nulls_where_nothing_was_left():
    history = {
        "2024-01-03T00/run_metrics": lambda: pytest.fail("the newest run is given and not read again"),
        "2024-01-01T00/run_metrics": lambda: metrics(10, alarms=2),
        "2024-01-02T00/run_metrics": lambda: metrics(20),
    }

    table = tabulate_runs(metrics(30, elapsed_s=1.5), history)

    assert table["run"].tolist() == ["2024-01-01T00", "2024-01-02T00", "2024-01-03T00"]
    assert table["rows_in"].tolist() == [10, 20, 30]
    assert table["alarms"].isna().tolist() == [False, True, True]
    assert table["elapsed_s"].iloc[2] == 1.5
    assert {str(dtype) for name, dtype in table.dtypes.items() if name != "run"} == {"Float64"}
