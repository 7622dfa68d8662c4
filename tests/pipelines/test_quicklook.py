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

PARSED_COLUMNS = ("purchase_amount", "country_code")


def expected(text):
    """Return the revenue of rows with a valid country and amount, duplicates included, and the number of other rows."""
    rows = oracle.judge_file(text)
    valid = [
        row
        for row in rows
        if not any(reason == "structure" or reason.endswith(PARSED_COLUMNS) for reason in row.reasons)
    ]
    totals = oracle.revenue(valid, lambda row: row["country_code"])
    largest_first = sorted(totals.items(), key=lambda group: (-group[1][0], group[0]))
    return [
        *((country, minor / 100, orders) for country, (minor, orders, _) in largest_first),
        (None, None, len(rows) - len(valid)),
    ]


@given(csv_texts(most=10), st.integers(1, 10))
def test_revenue_per_country_equals_that_of_the_oracle_for_any_text_and_chunk_size(text, chunk_rows):
    assert table_rows(total_revenue(raw_chunks(text, chunk_rows=chunk_rows), Contract())) == expected(text)


def test_orders_add_up_to_the_rows_of_the_file(twice):
    text = plain_csv(many_purchases(1000, seed=8)) + "ragged\n"

    table = twice(total_revenue, raw_chunks(text, chunk_rows=99), Contract())

    assert table["orders"].sum() == 1001
    assert table_rows(table) == expected(text)


@pytest.mark.parametrize("amount", ["0.01", "999999999999.99", "1e12"])
def test_amounts_of_any_valid_size_are_summed(amount):
    text = plain_csv([purchase(number, purchase_amount=amount) for number in range(2)])

    table = total_revenue(raw_chunks(text), Contract())

    assert table["revenue"][0] == 2 * float(amount)


def test_an_amount_beyond_the_maximum_is_invalid():
    text = plain_csv([purchase(1, purchase_amount="1000000000000.01"), purchase(2, purchase_amount="1")])

    assert (
        table_rows(total_revenue(raw_chunks(text), Contract())) == expected(text) == [("DE", 1.0, 1), (None, None, 1)]
    )


def test_without_records_there_is_only_the_row_of_invalid_records():
    assert table_rows(total_revenue(raw_chunks(plain_csv([])), Contract())) == [(None, None, 0)]


def test_the_pipeline_connects_the_names_of_the_catalog():
    pipeline = create_pipeline()

    assert pipeline.inputs() == {"raw_purchases", "params:contract"}
    assert pipeline.outputs() == {"quicklook_revenue"}
