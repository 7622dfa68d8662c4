"""The downcast plan of whole tables, what plain pandas reads and misreads, and the report of both."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from tests.hostile import csv_texts, many_purchases, plain_csv, purchase
from tests.making import raw_chunks, typed_chunks
from tests.oracle import COLUMNS

from customer_analytics.core.chunks.local import LocalChunks
from customer_analytics.core.memory import conversions
from customer_analytics.core.memory import downcast_plan as holdings
from customer_analytics.core.memory import memory_report as report
from customer_analytics.core.memory.calculations import comparable_rows, time_calculations
from customer_analytics.core.memory.chunk_memory import first_typed, profile_memory
from customer_analytics.core.memory.chunk_size_trials import Trial, TrialOutcome
from customer_analytics.core.memory.downcast_plan import DowncastVerdict, measure_table, plan_column
from customer_analytics.core.memory.footprint import Footprint, read_plainly
from customer_analytics.core.memory.settings import MemorySettings
from customer_analytics.core.report.charts import memory as charts

SETTINGS = MemorySettings(
    memory_budget_mb=500, chunk_rows=[10], trial_rows=100, trial_limit_s=60, time_tolerance=0.1, repeats=1
)
TRIALS = (Trial(10, 100, 3, whole=True, outcome=TrialOutcome.DONE, elapsed_s=1.0, peak_bytes=10**8),)


def profile(text):
    return profile_memory(raw_chunks(text), typed_chunks(text), 2)


def by_dtype(column, decimals=2):
    return {one.dtype: one for one in plan_column(column, decimals)}


def holding(table, column, verdict):
    (one,) = [one for one in table.holdings if (one.column, one.verdict) == (column, verdict)]
    return one


@given(csv_texts(most=8))
def test_every_value_of_any_table_comes_back_from_the_type_it_is_held_in(text):
    for table in profile(text).tables:
        kept = [one for one in table.holdings if one.verdict is DowncastVerdict.ADOPTED]

        assert [one.column for one in kept] == list(table.held.deep_bytes)
        assert sum(one.changed for one in kept) == 0
        assert table.smallest_total <= table.held.total


def test_downcasting_saves_most_of_what_plain_pandas_takes():
    raw, typed = profile(plain_csv(many_purchases(5000, seed=3, nasty_share=0.01))).tables

    assert report.saved(raw.plain.total, raw.held.total) > 0.7
    assert report.saved(typed.plain.total, typed.held.total) > 0.7
    assert raw.beside_bytes > 0


def test_deep_bytes_are_those_of_pandas_and_of_its_parts():
    frame = pd.DataFrame({"text": ["a" * 100] * 3, "number": [1, 2, 3]})

    found = Footprint.of(frame)

    assert found.deep_bytes == {"text": 3 * (8 + 49 + 100), "number": 24}
    assert found.distinct_bytes == {"text": 3 * 8 + 49 + 100, "number": 24}
    assert found.getsizeof_bytes >= found.total
    assert "memory usage:" in found.info


def test_plain_pandas_takes_namibia_for_missing_and_the_report_says_so():
    text = plain_csv([purchase(number, country_code="NA" if number < 3 else "DE") for number in range(9)])

    raw, _ = profile(text).tables

    plain = holding(raw, "country_code", DowncastVerdict.PLAIN)
    assert plain.changed == 3
    assert "3 values for missing, such as 'NA'" in plain.reason


def test_a_number_that_plain_pandas_reads_differently_is_counted():
    chunk = pd.DataFrame({"purchase_amount": [0.1, 1.1e-300 / 3, 5e-324, np.nan]})
    read = read_plainly(chunk)["purchase_amount"].to_numpy()

    table = measure_table("any", chunk, ("purchase_amount",), 2)

    differing = int((read[:3] != chunk["purchase_amount"].to_numpy()[:3]).sum())
    assert holding(table, "purchase_amount", DowncastVerdict.PLAIN).changed == differing


def test_money_is_never_float32_even_where_a_chunk_would_survive_it():
    found = by_dtype(pd.Series([0.25, 0.5, 1024.0], name="purchase_amount"))

    assert found["float32"].changed == 0
    assert found["float32"].verdict is DowncastVerdict.QUARANTINED
    assert "money is never float32" in found["float32"].reason


def test_a_refusal_shows_a_value_that_does_not_come_back():
    found = by_dtype(pd.Series([0.5, 42.47], name="purchase_amount"))

    assert found["float32"].reason == "1 of 2 values do not come back: 42.47 becomes 42.470001220703125"


def test_a_narrower_type_that_all_values_survive_is_possible_and_the_contract_says_why_it_is_not_adopted():
    found = by_dtype(pd.Series(pd.array([1, 2, None], "Int64"), name="customer_id"))

    assert found["Int64"].verdict is DowncastVerdict.ADOPTED
    assert found["Int32"].verdict is DowncastVerdict.POSSIBLE
    assert "18 digits" in found["Int32"].reason


def test_a_type_that_saves_nothing_is_refused():
    days = pd.Series(np.array(["2024-01-31", "2024-02-29"], "datetime64[us]"), name="purchase_date")

    found = by_dtype(days)["datetime64[s]"]

    assert found.verdict is DowncastVerdict.QUARANTINED
    assert found.reason == "saves nothing: 16 bytes against 16"


def test_a_column_whose_values_do_not_come_back_is_not_passed_over(monkeypatch):
    def careless(column):
        honest = conversions.by_objects(column)
        return honest._replace(back=honest.back.fill_null(0))

    monkeypatch.setattr(holdings, "by_objects", careless)

    found = by_dtype(pd.Series(pd.array([1, None], "Int64"), name="customer_id"))

    assert found["Int64"].changed == 1
    assert "null becomes 0" in found["Int64"].reason


def report_of(text):
    """Everything that is made of a file, the summary as a reader of its JSON gets it."""
    found = profile(text)
    rows = comparable_rows(first_typed(typed_chunks(text)), 2)
    speeds = time_calculations(rows, 1)
    summary = report.summarise_memory(found, speeds, TRIALS, SETTINGS)
    figures = (
        charts.draw_columns(found),
        charts.draw_speeds(speeds),
        charts.draw_trials(TRIALS, SETTINGS),
    )
    return report.tabulate_holdings(found), json.loads(json.dumps(summary, allow_nan=False)), figures


NULLS = plain_csv([purchase(number, customer_age="", payment_type="") for number in range(5)])
FILES = {"no rows": plain_csv([]), "one row": plain_csv([purchase()]), "null columns": NULLS}


@pytest.mark.parametrize("name", FILES)
def test_the_smallest_files_have_a_report(name):
    table, summary, figures = report_of(FILES[name])

    rows = FILES[name].count("\n") - 1
    assert summary["tables"]["raw_purchases"]["rows"] == rows
    assert (summary["tables"]["raw_purchases"]["saved_share"] is None) == (rows == 0)
    assert set(table["column"]) >= set(COLUMNS)
    assert [bool(figure.data) for figure in figures] == [rows > 0, rows > 0, True]
    assert all(figure.data or figure.layout.annotations for figure in figures)


def test_the_report_has_a_row_per_column_and_way_and_says_what_was_found():
    table, summary, (columns, _, sizes) = report_of(plain_csv(many_purchases(300, seed=5)))

    assert not table.duplicated(["table", "column", "dtype", "verdict"]).any()
    assert set(table["verdict"]) == {"plain", "adopted", "possible", "refused"}
    assert (table["bytes_per_row"] == table["deep_bytes"] / 300).all()
    told = " ".join(summary["in_words"])
    for words in (
        "raw_purchases: a chunk of 300 rows",
        "float32: refused",
        "(0 digits right)",
        "equal answers",
        "CHUNK_ROWS for",
    ):
        assert words in told
    assert summary["chunk_rows"]["recommended"] == 10
    assert [trace.name for trace in columns.data] == [name for name, _ in charts._WAYS.values()]
    assert list(sizes.data[0].y) == [100.0]


def test_amounts_of_any_size_have_a_report():
    _, summary, _ = report_of(plain_csv([purchase(number, purchase_amount="1.7e308") for number in range(3)]))

    assert summary["float32"]["sum_off_major_units"] is None
    assert summary["calculations"][0]["rows"] == 0


def test_tables_are_left_as_they_were(twice):
    text = plain_csv([purchase(number, product_category="a\rb", customer_age="") for number in range(9)])

    twice(lambda raw, typed: profile_memory(raw, typed, 2), raw_chunks(text), typed_chunks(text))


def test_what_is_held_is_measured_before_it_is_looked_at():
    raw, _ = profile(plain_csv([purchase(number, payment_type=f"\u20ac{number}") for number in range(9)])).tables

    held = {one.column: one.deep_bytes for one in raw.holdings if one.verdict is DowncastVerdict.ADOPTED}

    assert held == raw.held.deep_bytes


def test_chunks_that_are_none_are_a_table_of_no_rows():
    found = profile_memory(LocalChunks.of([]), LocalChunks.of([]), 2)

    assert [table.held.rows for table in found.tables] == [0, 0]


def test_without_a_completed_trial_the_chart_says_so():
    failed = Trial(10, 100, 0, whole=False, outcome=TrialOutcome.FAILED)

    assert "No run with any size of chunk was completed." in charts.draw_trials([failed], SETTINGS).to_json()
