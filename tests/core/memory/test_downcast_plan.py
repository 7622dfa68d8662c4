"""The downcast plan of whole tables, values that plain pandas reads incorrectly, and the report about them."""

import json
import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from tests.hostile import csv_texts, many_purchases, plain_csv, purchase
from tests.making import raw_chunks, typed_chunks
from tests.oracle import COLUMNS

from customer_analytics.core.chunks.local import LocalChunks
from customer_analytics.core.memory import conversions, downcast_plan
from customer_analytics.core.memory import memory_report as report
from customer_analytics.core.memory.calculations import select_comparable_rows, time_calculations
from customer_analytics.core.memory.chunk_memory import first_typed_chunk, profile_memory
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
    return {option.dtype: option for option in plan_column(column, decimals)}


def option_of(table, column, verdict):
    (option,) = [option for option in table.options if (option.column, option.verdict) == (column, verdict)]
    return option


@given(csv_texts(most=8))
def test_the_adopted_types_change_no_value_of_any_table(text):
    for table in profile(text).tables:
        adopted_options = [option for option in table.options if option.verdict is DowncastVerdict.ADOPTED]

        assert [option.column for option in adopted_options] == list(table.adopted.deep_bytes)
        assert sum(option.changed for option in adopted_options) == 0
        assert table.smallest_total_bytes <= table.adopted.total_bytes


def test_downcasting_saves_most_of_the_memory_of_plain_pandas():
    raw, typed = profile(plain_csv(many_purchases(5000, seed=3, nasty_share=0.01))).tables

    assert report.saved_share(raw.plain.total_bytes, raw.adopted.total_bytes) > 0.7
    assert report.saved_share(typed.plain.total_bytes, typed.adopted.total_bytes) > 0.7
    assert raw.other_columns_bytes > 0


def test_a_shared_text_counts_once_per_row_in_deep_bytes_and_once_in_distinct_bytes():
    text = "a" * 100
    frame = pd.DataFrame({"text": [text] * 3, "number": [1, 2, 3]})

    footprint = Footprint.of(frame)

    assert footprint.deep_bytes == {"text": 3 * (8 + sys.getsizeof(text)), "number": 24}
    assert footprint.distinct_bytes == {"text": 3 * 8 + sys.getsizeof(text), "number": 24}
    assert footprint.getsizeof_bytes >= footprint.total_bytes
    assert "memory usage:" in footprint.info


def test_the_reason_names_values_that_plain_pandas_reads_as_missing_such_as_namibia():
    text = plain_csv([purchase(number, country_code="NA" if number < 3 else "DE") for number in range(9)])

    raw, _ = profile(text).tables

    plain = option_of(raw, "country_code", DowncastVerdict.PLAIN)
    assert plain.changed == 3
    assert "3 values as missing, such as 'NA'" in plain.reason


def test_a_number_that_plain_pandas_reads_differently_is_counted():
    chunk = pd.DataFrame({"purchase_amount": [0.1, 1.1e-300 / 3, 5e-324, np.nan]})
    plain_amounts = read_plainly(chunk)["purchase_amount"].to_numpy()

    table = measure_table("any", chunk, ("purchase_amount",), 2)

    altered = int((plain_amounts[:3] != chunk["purchase_amount"].to_numpy()[:3]).sum())
    assert option_of(table, "purchase_amount", DowncastVerdict.PLAIN).changed == altered


def test_money_is_never_float32_even_if_no_value_changes():
    options = by_dtype(pd.Series([0.25, 0.5, 1024.0], name="purchase_amount"))

    assert options["float32"].changed == 0
    assert options["float32"].verdict is DowncastVerdict.REJECTED
    assert "money is never float32" in options["float32"].reason


def test_the_reason_of_a_rejection_shows_a_changed_value():
    options = by_dtype(pd.Series([0.5, 42.47], name="purchase_amount"))

    assert options["float32"].reason == "changes 1 of 2 values: 42.47 becomes 42.470001220703125"


def test_a_narrower_lossless_type_is_possible_and_its_reason_comes_from_the_contract():
    options = by_dtype(pd.Series(pd.array([1, 2, None], "Int64"), name="customer_id"))

    assert options["Int64"].verdict is DowncastVerdict.ADOPTED
    assert options["Int32"].verdict is DowncastVerdict.POSSIBLE
    assert "18 digits" in options["Int32"].reason


def test_a_type_that_saves_no_memory_is_rejected():
    days = pd.Series(np.array(["2024-01-31", "2024-02-29"], "datetime64[us]"), name="purchase_date")

    option = by_dtype(days)["datetime64[s]"]

    assert option.verdict is DowncastVerdict.REJECTED
    assert option.reason == "saves no memory: 16 bytes instead of 16"


def test_changed_values_of_an_adopted_type_are_counted(monkeypatch):
    def convert_null_to_zero(column):
        conversion = conversions.convert_by_objects(column)
        return conversion._replace(restored=conversion.restored.fill_null(0))

    monkeypatch.setattr(downcast_plan, "convert_by_objects", convert_null_to_zero)

    options = by_dtype(pd.Series(pd.array([1, None], "Int64"), name="customer_id"))

    assert options["Int64"].changed == 1
    assert "null becomes 0" in options["Int64"].reason


def report_of(text):
    """The table, the summary after a conversion to JSON and back, and the figures for a file."""
    memory_profile = profile(text)
    rows = select_comparable_rows(first_typed_chunk(typed_chunks(text)), 2)
    speeds = time_calculations(rows, 1)
    summary = report.summarise_memory(memory_profile, speeds, TRIALS, SETTINGS)
    figures = (
        charts.draw_columns(memory_profile),
        charts.draw_speeds(speeds),
        charts.draw_trials(TRIALS, SETTINGS),
    )
    return report.tabulate_options(memory_profile), json.loads(json.dumps(summary, allow_nan=False)), figures


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


def test_the_report_has_a_row_per_column_and_type_and_messages():
    table, summary, (columns, _, sizes) = report_of(plain_csv(many_purchases(300, seed=5)))

    assert not table.duplicated(["table", "column", "dtype", "verdict"]).any()
    assert set(table["verdict"]) == {"plain", "adopted", "possible", "rejected"}
    assert (table["bytes_per_row"] == table["deep_bytes"] / 300).all()
    messages = " ".join(summary["in_words"])
    for message in (
        "raw_purchases: a chunk of 300 rows",
        "float32 is rejected",
        "(0 correct digits)",
        "equal results",
        "CHUNK_ROWS for",
    ):
        assert message in messages
    assert summary["chunk_rows"]["recommended"] == 10
    assert [trace.name for trace in columns.data] == [name for name, _ in charts._SERIES.values()]
    assert list(sizes.data[0].y) == [100.0]


def test_a_file_without_valid_amounts_has_a_report():
    _, summary, _ = report_of(plain_csv([purchase(number, purchase_amount="1.7e308") for number in range(3)]))

    assert (summary["float32"]["amounts"], summary["float32"]["sum_error_major_units"]) == (0, 0.0)
    assert summary["calculations"][0]["rows"] == 0


def test_profiling_does_not_change_the_tables(twice):
    text = plain_csv([purchase(number, product_category="a\rb", customer_age="") for number in range(9)])

    twice(lambda raw, typed: profile_memory(raw, typed, 2), raw_chunks(text), typed_chunks(text))


def test_the_adopted_size_is_measured_before_the_conversion_to_arrow():
    raw, _ = profile(plain_csv([purchase(number, payment_type=f"\u20ac{number}") for number in range(9)])).tables

    adopted_bytes = {
        option.column: option.deep_bytes for option in raw.options if option.verdict is DowncastVerdict.ADOPTED
    }

    assert adopted_bytes == raw.adopted.deep_bytes


def test_without_chunks_the_tables_have_no_rows():
    memory_profile = profile_memory(LocalChunks.of([]), LocalChunks.of([]), 2)

    assert [table.adopted.rows for table in memory_profile.tables] == [0, 0]


def test_without_a_completed_trial_the_chart_contains_a_message():
    failed = Trial(10, 100, 0, whole=False, outcome=TrialOutcome.FAILED)

    assert "No trial of a chunk size was completed." in charts.draw_trials([failed], SETTINGS).to_json()
