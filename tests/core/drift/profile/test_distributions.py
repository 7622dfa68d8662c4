"""Tables computed from a profile, against plain Python."""

from collections import Counter
from decimal import Decimal

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from customer_analytics.core.drift.profile.distributions import amount_distribution, purchases_by_window
from customer_analytics.core.drift.profile.purchase_profile import ProfileShape, PurchaseProfile
from customer_analytics.core.drift.profile.windows import Period

SHAPE = ProfileShape(Period.MONTH, 2)


def purchases(amounts, dates=("2024-01-31",), ages=(30,), payments=("card",)):
    """Return one purchase per amount; the other columns repeat their values."""
    rows = len(amounts)

    def repeat(values):
        return [values[row % len(values)] for row in range(rows)]

    return pd.DataFrame(
        {
            "purchase_date": pd.to_datetime(repeat(dates)).astype("datetime64[us]"),
            "purchase_amount": np.array(amounts, np.float64),
            "customer_age": pd.array(repeat(ages), "Int16"),
            "country_code": pd.Categorical(repeat(["AT", None])),
            "product_category": pd.Categorical(["books"] * rows),
            "payment_type": pd.Categorical(repeat(payments), categories=["card"]),
        }
    )


def profile(frame):
    return PurchaseProfile.of(frame, SHAPE)


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=60))
def test_every_amount_is_in_one_interval_and_the_sums_are_exact(cents):
    table = amount_distribution(profile(purchases([amount / 100 for amount in cents])))

    rows_and_revenue = {row.low: (row.rows, row.revenue) for row in table.itertuples() if row.rows}
    expected_rows, expected_cents = Counter(), Counter()
    for amount in cents:
        (low,) = [row.low for row in table.itertuples() if round(row.low * 100) <= amount < round(row.high * 100)]
        expected_rows[low] += 1
        expected_cents[low] += amount
    assert rows_and_revenue == {low: (expected_rows[low], expected_cents[low] / 100) for low in expected_rows}
    assert table["exact"].all()


def test_intervals_have_round_edges_and_no_gaps_and_zero_has_its_own_interval():
    table = amount_distribution(profile(purchases([0, 9.99, 10, 12.5, 99.99])))

    assert table["low"].tolist() == [0.0, 8.0, 10.0, 12.5, 16.0, 20.0, 25.0, 31.5, 40.0, 50.0, 63.0, 80.0]
    assert table["high"].tolist()[1:-1] == table["low"].tolist()[2:]
    assert table["rows"].tolist() == [1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1]


def test_large_amounts_are_counted():
    table = amount_distribution(profile(purchases([1.0, 7e12])))

    assert table["rows"].sum() == 2
    assert table["revenue"].iloc[-1] == 7e12


def test_tables_of_no_purchases_are_empty():
    no_purchases = profile(purchases([]))

    assert amount_distribution(no_purchases).empty
    assert purchases_by_window(no_purchases).empty


def test_windows_have_rows_revenue_and_missing_values():
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
