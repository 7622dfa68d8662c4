"""Summaries of tables for the log."""

import datetime as dt
from itertools import pairwise

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_analytics.core.aggregation import table_summary
from customer_analytics.core.aggregation.table_summary import ColumnSummary, TableSummary, summarise_frame
from customer_analytics.core.arrow.frames import to_table

FRAME = pd.DataFrame(
    {
        "whole": pd.array([3, 1, None, 2], "Int64"),
        "amount": [0.5, 1.5, np.nan, 1.0],
        "label": pd.Categorical(["b", "a", "b", None]),
        "text": ["x", "y", "y", None],
        "timestamp": pd.to_datetime(["2024-01-02", "2024-01-01", None, "2024-01-03"]).astype("datetime64[us]"),
        "flag": [True, False, True, True],
    }
)


def lines_by_column(frame):
    return {line.split()[0]: line for line in summarise_frame(frame).splitlines()[1:]}


def test_a_summary_has_rows_nulls_distinct_values_minimum_and_maximum():
    lines = lines_by_column(FRAME)

    assert summarise_frame(FRAME).startswith("4 rows, ")
    assert all(
        "nulls 1" in lines[name] and "distinct" in lines[name]
        for name in ("whole", "amount", "label", "text", "timestamp")
    )
    assert all(figure in lines["whole"] for figure in ("distinct 3", "min 1", "mean 2", "max 3"))
    assert all(figure in lines["amount"] for figure in ("min 0.5", "mean 1", "max 1.5"))
    assert all(figure in lines["timestamp"] for figure in ("min 2024-01-01", "max 2024-01-03"))
    assert "distinct 2" in lines["label"]


@given(st.lists(st.integers(0, 4), max_size=4))
def test_summaries_of_slices_add_up_to_the_summary_of_the_table(cuts):
    table = to_table(FRAME)
    bounds = [0, *sorted(cuts), 4]
    empty, whole = TableSummary.of(table.schema.empty_table()), TableSummary.of(table)

    merged = sum((TableSummary.of(table.slice(start, stop - start)) for start, stop in pairwise(bounds)), empty)

    assert merged.rows == whole.rows
    assert merged.columns == whole.columns
    assert empty + whole == whole + empty == whole


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (pd.Categorical([3, 1, None]), "nulls 1  distinct 2  min 1  max 3"),
        (pd.Categorical([True, False]), "nulls 0  distinct 2"),
        (pd.array([True, None], "boolean"), "nulls 1  distinct 1"),
        (np.array([False, False]), "nulls 0  distinct 1"),
        (pd.Categorical([(1, 2), (3, 4)]), "nulls 0  distinct many  min -  max -"),
        (pd.to_datetime(["2024-01-02", None]).tz_localize("UTC"), "nulls 1  distinct 1"),
        (pd.array([None, dt.time(12)], dtype=pd.ArrowDtype(pa.time64("us"))), "nulls 1  distinct 1"),
        (pd.array([dt.date(2024, 1, 2)], dtype=pd.ArrowDtype(pa.date32())), "min 2024-01-02"),
        (pd.Series([[1], [2], None]), "nulls 1  distinct many  min -  max -"),
        (pd.Series([1, "a", None], dtype=object), "nulls 1  distinct many  min -  max -"),
        (pd.Series([None, None], dtype=object), "nulls 2  distinct 0"),
        (np.array([1j]), "nulls 0  distinct many"),
    ],
    ids=[
        "numbers",
        "flags",
        "true",
        "false",
        "tuples",
        "zoned",
        "times",
        "dates",
        "lists",
        "mixed",
        "nothing",
        "complex",
    ],
)
def test_a_column_of_any_dtype_is_summarised(column, expected):
    assert expected in lines_by_column(pd.DataFrame({"any": column}))["any"]


@given(st.lists(st.none() | st.integers(-(2**15), 2**15 - 1), max_size=20), st.integers(0, 20))
def test_distinct_int16_are_counted(numbers, start):
    summary = ColumnSummary.of(pa.array(numbers, pa.int16()).slice(min(start, len(numbers))))

    assert summary.distinct == {number for number in numbers[start:] if number is not None}


NUMBERS = {
    pa.int64(): st.integers(-(2**63), 2**63 - 1),
    pa.uint32(): st.integers(0, 2**32 - 1),
    pa.int16(): st.integers(-(2**15), 2**15 - 1),
    pa.float64(): st.floats(allow_nan=False, allow_infinity=False, width=32).map(float),
    pa.timestamp("us"): st.datetimes(),
}


@pytest.mark.parametrize("dtype", NUMBERS, ids=str)
@given(data=st.data())
def test_numbers_of_streamed_tables_have_the_extremes_and_the_sum_of_a_list(dtype, data):
    values = data.draw(st.lists(st.none() | NUMBERS[dtype], max_size=20))
    start = data.draw(st.integers(0, len(values)))
    known = [value for value in values[start:] if value is not None]

    summary = ColumnSummary.without_distinct(pa.array(values, dtype).slice(start))

    assert summary.nulls == len(values) - start - len(known)
    assert summary.distinct is None
    assert (summary.minimum, summary.maximum) == ((min(known), max(known)) if known else (None, None))
    if not pa.types.is_timestamp(dtype) and known:
        assert summary.total == pytest.approx(sum(map(float, known)), rel=1e-9, abs=1e-9 * max(map(abs, known)))


def test_more_distinct_values_than_the_limit_are_shown_as_many(monkeypatch):
    monkeypatch.setattr(table_summary, "MAX_DISTINCT", 2)

    lines = lines_by_column(FRAME)

    assert "distinct many" in lines["whole"]
    assert "distinct 2 " in f"{lines['label']} "


def test_merging_after_too_many_distinct_values_keeps_the_other_figures(monkeypatch):
    monkeypatch.setattr(table_summary, "MAX_DISTINCT", 2)
    table = to_table(FRAME[["whole", "flag"]])
    summary = TableSummary.of(table)

    assert "nulls 3  distinct many  min 1  mean 2  max 3" in str(summary + summary + summary)


@pytest.mark.parametrize("chunks", [[["a", "b", "c"]], [["a", "b"], ["b", "c"]], [["c"], ["b", "a"], ["a"]]])
def test_too_many_distinct_texts_still_have_minimum_and_maximum(monkeypatch, chunks):
    monkeypatch.setattr(table_summary, "MAX_DISTINCT", 2)

    summary = sum((ColumnSummary.of(pa.array(chunk).dictionary_encode()) for chunk in chunks), ColumnSummary())

    assert summary == ColumnSummary(0, None, "a", "c")


def test_a_frame_without_rows_has_a_summary():
    lines = lines_by_column(FRAME.iloc[:0])

    assert "nulls 0" in lines["amount"]
    assert "mean" not in lines["amount"]


@pytest.mark.parametrize("size", [24, 25])
def test_long_values_are_cut(size):
    label = pd.DataFrame({"label": pd.Categorical(["z" * size])})
    table = to_table(label, pa.schema([("label", pa.dictionary(pa.int32(), pa.string()))]))

    summary = TableSummary.of(table)

    assert ("…" in str(summary)) == (size > 24)


def test_text_in_a_summary_has_no_control_characters():
    label = pd.DataFrame({"label": pd.Categorical(["Voucher\npart", "\x1b[2Jcleared"])})
    table = to_table(label, pa.schema([("label", pa.dictionary(pa.int32(), pa.string()))]))

    summary = TableSummary.of(table)

    assert str(summary).splitlines()[1:] == [
        "  label              nulls 0  distinct 2  min \u241b[2Jcleared  max Voucher\u240apart"
    ]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([695.4019999999997, 0.96], "min 0.96  mean 348.2  max 695.402"),
        ([216_322.34, 5.81], "min 5.81  mean 108,164  max 216,322.34"),
        ([-9_000.0, -11_000.0], "min -11,000  mean -10,000  max -9,000"),
    ],
)
def test_figures_in_a_summary_have_no_exponent_and_no_rounding_noise(values, expected):
    assert summarise_frame(pd.DataFrame({"figure": values})).endswith(expected)
