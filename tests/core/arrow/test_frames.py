"""Frames and Arrow tables are two views of the same rows."""

from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.hostile import many_purchases, plain_csv
from tests.making import table_rows, typed_chunks

from customer_analytics.core.arrow.frames import (
    TEXT,
    arrow_array,
    categorical,
    codes_of,
    text_array,
    to_frame,
    to_table,
)
from customer_analytics.core.contract.schemas import TABLES, TYPED
from customer_analytics.core.csv_reader.reader import empty_raw

FRAME = pd.DataFrame(
    {
        "text": pd.array(["a", None, ""], TEXT),
        "label": pd.Categorical(["x", None, "x"], categories=["y", "x"]),
        "number": np.array([1, 2, 3]),
        "small": pd.array([1, None, 3], "Int16"),
        "amount": [1.5, np.nan, 0.0],
        "timestamp": np.array(["2024-01-01", "NaT", "0001-01-01"], "datetime64[us]"),
        "flag": [True, False, True],
        "object": ["a", None, "b"],
    }
)


def test_a_frame_survives_the_way_through_arrow():
    restored = to_frame(to_table(FRAME), 7)

    assert table_rows(restored) == table_rows(FRAME)
    assert restored.index.tolist() == [7, 8, 9]
    unchanged = ["text", "number", "small", "amount", "timestamp", "flag"]
    assert restored[unchanged].dtypes.to_dict() == FRAME[unchanged].dtypes.to_dict()


def test_a_nan_is_a_null_and_a_number_that_cannot_be_null_says_so():
    table = to_table(FRAME)

    assert [column.null_count for column in table.columns] == [1, 1, 0, 1, 1, 1, 0, 1]
    assert [field.nullable for field in table.schema] == [True, True, False, True, True, True, False, True]


@pytest.mark.parametrize("start", [0, 5])
def test_the_typed_table_survives_its_own_schema(start):
    frame = next(iter(typed_chunks(plain_csv(many_purchases(200)))))

    restored = to_frame(to_table(frame, TYPED), start)

    assert table_rows(restored) == table_rows(frame)
    assert to_table(restored, TYPED).equals(to_table(frame, TYPED))


@pytest.mark.parametrize("name", TABLES)
def test_every_table_can_be_empty(name):
    frame = to_frame(TABLES[name].empty_table())

    assert list(frame.columns) == TABLES[name].names
    assert to_table(frame, TABLES[name]).num_rows == 0


VALUES_BY_TYPE = {
    pa.int64(): st.integers(-(2**63), 2**63 - 1),
    pa.int16(): st.integers(-(2**15), 2**15 - 1),
    pa.float64(): st.floats(allow_nan=False),
    pa.timestamp("us"): st.datetimes(),
}


@pytest.mark.parametrize("arrow_type", VALUES_BY_TYPE, ids=str)
@given(data=st.data())
def test_a_slice_of_a_column_with_nulls_is_that_slice_in_pandas(arrow_type, data):
    values = data.draw(st.lists(st.none() | VALUES_BY_TYPE[arrow_type], max_size=20))
    start, stop = sorted(data.draw(st.tuples(st.integers(0, len(values)), st.integers(0, len(values)))))

    column = to_frame(pa.table({"column": pa.array(values, arrow_type)}).slice(start, stop - start))["column"]

    assert [None if pd.isna(value) else value for value in column] == values[start:stop]


@pytest.mark.parametrize("arrow_type", [pa.float64(), pa.timestamp("us")], ids=str)
def test_nulls_in_memory_that_is_not_to_be_written_are_nulls_too(arrow_type):
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, pa.schema([pa.field("column", arrow_type)])) as stream:
        stream.write_table(pa.table({"column": pa.array([7, None, 0], pa.int64()).cast(arrow_type)}))
    table = pa.ipc.open_stream(sink.getvalue().to_pybytes()).read_all()
    assert not table["column"].chunk(0).buffers()[1].is_mutable

    assert to_frame(table)["column"].isna().tolist() == [False, True, False]


TIMESTAMPS = VALUES_BY_TYPE[pa.timestamp("us")]
DAYS = st.dates(min_value=date(1678, 1, 1), max_value=date(2262, 1, 1))
COLUMNS = [
    ("Int64", pa.int64(), st.none() | VALUES_BY_TYPE[pa.int64()]),
    ("Int16", pa.int16(), st.none() | VALUES_BY_TYPE[pa.int16()]),
    ("float64", pa.float64(), st.none() | VALUES_BY_TYPE[pa.float64()]),
    ("datetime64[us]", pa.timestamp("us"), st.none() | TIMESTAMPS),
    ("bool", pa.bool_(), st.booleans()),
    ("boolean", pa.bool_(), st.none() | st.booleans()),
    ("uint32", pa.uint32(), st.integers(0, 2**32 - 1)),
    ("int64[pyarrow]", pa.int64(), st.none() | VALUES_BY_TYPE[pa.int64()]),
    ("bool[pyarrow]", pa.bool_(), st.none() | st.booleans()),
    ("date32[pyarrow]", pa.date32(), st.none() | DAYS),
    ("datetime64[ms]", pa.date32(), st.none() | DAYS),
    ("time64[us][pyarrow]", pa.time64("us"), st.none() | st.times()),
]


@pytest.mark.parametrize(
    ("dtype", "arrow_type", "values"), COLUMNS, ids=lambda param: param if isinstance(param, str) else ""
)
@given(data=st.data(), step=st.sampled_from([1, 2, -1]))
def test_values_go_to_arrow_as_arrow_itself_would_take_them(dtype, arrow_type, values, data, step):
    column = pd.Series(data.draw(st.lists(values, max_size=20)), dtype=dtype)[::step]

    array = arrow_array(column, arrow_type)

    array.validate(full=True)
    assert array.equals(pa.array(column, arrow_type, from_pandas=True))
    assert array.null_count == column.isna().sum()


def test_a_number_of_another_type_is_cast_or_raises():
    assert arrow_array(pd.Series([1, 2]), pa.int16()).equals(pa.array([1, 2], pa.int16()))
    with pytest.raises(pa.ArrowInvalid):
        arrow_array(pd.Series([1 << 40]), pa.int16())


def test_an_integer_that_cannot_be_null_is_none():
    column = pa.array([1 << 53, None])
    required = pa.schema([pa.field("column", pa.int64(), nullable=False)])

    with pytest.raises(pa.ArrowInvalid):
        to_frame(pa.Table.from_arrays([column], schema=required))


def test_raw_purchases_can_be_empty():
    assert len(empty_raw()) == 0
    assert empty_raw()["customer_id"].dtype == TEXT


@given(st.lists(st.one_of(st.none(), st.text(max_size=5)), max_size=8))
@example(["", "\0", None])
def test_text_goes_to_arrow_and_back(texts):
    array = pa.array(texts, pa.string())
    column = pd.Series(pd.arrays.ArrowExtensionArray(array))

    assert text_array(column).to_pylist() == texts
    names = list(
        dict.fromkeys(text for text in texts if text is not None)
    )  # pandas takes "\0" for "" when it finds them
    codes = np.array([names.index(text) if text is not None else -1 for text in texts], np.int32)
    assert text_array(pd.Series(categorical(codes, names))).to_pylist() == texts


def test_a_category_columns_codes_and_categories_are_its_own():
    codes, names = codes_of(pd.Series(pd.Categorical(["DE", None, "FR", "DE"])))

    assert codes.tolist() == [0, -1, 1, 0]
    assert list(names) == ["DE", "FR"]
