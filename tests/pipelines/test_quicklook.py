"""The ``quicklook`` pipeline against plain Python."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import oracle
from tests.hostile import csv_texts, many_purchases, plain_csv, purchase
from tests.making import raw_chunks, table_rows

from customer_analytics.core.contract.settings import Contract
from customer_analytics.pipelines.quicklook import create_pipeline
from customer_analytics.pipelines.quicklook.nodes import total_revenue

LOOKED_AT = ("purchase_amount", "country_code")


def expected(text):
    """Revenue of rows whose country and amount are valid, repeats included; the rest counted at the end."""
    rows = oracle.judge_file(text)
    valid = [
        row for row in rows if not any(reason == "structure" or reason.endswith(LOOKED_AT) for reason in row.reasons)
    ]
    totals = oracle.revenue(valid, lambda row: row["country_code"])
    ranked = sorted(totals.items(), key=lambda one: (-one[1][0], one[0]))
    return [
        *((country, minor / 100, orders) for country, (minor, orders, _) in ranked),
        (None, None, len(rows) - len(valid)),
    ]


@given(csv_texts(most=10), st.integers(1, 10))
def test_revenue_per_country_is_the_oracles_for_any_text_and_cut(text, chunk_rows):
    assert table_rows(total_revenue(raw_chunks(text, chunk_rows=chunk_rows), Contract())) == expected(text)


def test_orders_add_up_to_the_rows_of_the_file(twice):
    text = plain_csv(many_purchases(1000, seed=8)) + "ragged\n"

    table = twice(total_revenue, raw_chunks(text, chunk_rows=99), Contract())

    assert table["orders"].sum() == 1001
    assert table_rows(table) == expected(text)


@pytest.mark.parametrize("amount", ["1e22", "1.7e308"])
def test_amounts_of_any_size_are_added_up(amount):
    text = plain_csv([purchase(number, purchase_amount=amount) for number in range(2)])

    table = total_revenue(raw_chunks(text), Contract())

    assert table["revenue"][0] == 2 * float(amount)


def test_no_rows_leave_only_the_row_of_what_was_left_out():
    assert table_rows(total_revenue(raw_chunks(plain_csv([])), Contract())) == [(None, None, 0)]


def test_the_pipeline_connects_the_names_of_the_catalog():
    pipeline = create_pipeline()

    assert pipeline.inputs() == {"raw_purchases", "params:contract"}
    assert pipeline.outputs() == {"quicklook_revenue"}
