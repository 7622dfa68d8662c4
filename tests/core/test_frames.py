"""Frames and Arrow tables are two views of the same rows."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.hostile import many_purchases, plain_csv
from tests.making import table_rows, typed_chunks

from customer_analytics.core.blocks import empty_raw
from customer_analytics.core.frames import TEXT, arrow_array, categorical, codes_of, text_array, to_frame, to_table
from customer_analytics.core.tables import TABLES, TYPED

FRAME = pd.DataFrame(
    {
        "text": pd.array(["a", None, ""], TEXT),
        "label": pd.Categorical(["x", None, "x"], categories=["y", "x"]),
        "number": np.array([1, 2, 3]),
        "small": pd.array([1, None, 3], "Int16"),
        "amount": [1.5, np.nan, 0.0],
        "moment": np.array(["2024-01-01", "NaT", "0001-01-01"], "datetime64[us]"),
        "flag": [True, False, True],
        "object": ["a", None, "b"],
    }
)


def test_a_frame_survives_the_way_through_arrow():
    back = to_frame(to_table(FRAME), 7)

    assert table_rows(back) == table_rows(FRAME)
    assert back.index.tolist() == [7, 8, 9]
    kept = ["text", "number", "small", "amount", "moment", "flag"]
    assert back[kept].dtypes.to_dict() == FRAME[kept].dtypes.to_dict()


def test_a_nan_is_a_null_and_a_number_that_cannot_be_null_says_so():
    table = to_table(FRAME)

    assert [column.null_count for column in table.columns] == [1, 1, 0, 1, 1, 1, 0, 1]
    assert [one.nullable for one in table.schema] == [True, True, False, True, True, True, False, True]


@pytest.mark.parametrize("start", [0, 5])
def test_the_typed_table_survives_its_own_schema(start):
    frame = next(iter(typed_chunks(plain_csv(many_purchases(200)))))

    back = to_frame(to_table(frame, TYPED), start)

    assert table_rows(back) == table_rows(frame)
    assert to_table(back, TYPED).equals(to_table(frame, TYPED))


@pytest.mark.parametrize("name", TABLES)
def test_every_table_can_be_empty(name):
    frame = to_frame(TABLES[name].empty_table())

    assert list(frame.columns) == TABLES[name].names
    assert to_table(frame, TABLES[name]).num_rows == 0


KINDS = {
    pa.int64(): st.integers(-(2**63), 2**63 - 1),
    pa.int16(): st.integers(-(2**15), 2**15 - 1),
    pa.float64(): st.floats(allow_nan=False),
    pa.timestamp("us"): st.datetimes(),
}


@pytest.mark.parametrize("kind", KINDS, ids=str)
@given(data=st.data())
def test_a_slice_of_a_column_with_nulls_is_that_slice_in_pandas(kind, data):
    values = data.draw(st.lists(st.none() | KINDS[kind], max_size=20))
    start, stop = sorted(data.draw(st.tuples(st.integers(0, len(values)), st.integers(0, len(values)))))

    column = to_frame(pa.table({"column": pa.array(values, kind)}).slice(start, stop - start))["column"]

    assert [None if pd.isna(one) else one for one in column] == values[start:stop]


COLUMNS = {
    pa.int64(): ("Int64", KINDS[pa.int64()]),
    pa.int16(): ("Int16", KINDS[pa.int16()]),
    pa.float64(): ("float64", KINDS[pa.float64()]),
    pa.timestamp("us"): ("datetime64[us]", KINDS[pa.timestamp("us")]),
    pa.bool_(): ("bool", st.booleans()),
    pa.uint32(): ("uint32", st.integers(0, 2**32 - 1)),
}


@pytest.mark.parametrize("kind", COLUMNS, ids=str)
@given(data=st.data(), step=st.sampled_from([1, 2, -1]))
def test_numbers_go_to_arrow_as_arrow_itself_would_take_them(kind, data, step):
    dtype, values = COLUMNS[kind]
    nullable = dtype not in {"bool", "uint32"}
    drawn = data.draw(st.lists(st.none() | values if nullable else values, max_size=20))
    column = pd.Series(drawn, dtype=dtype)[::step]

    array = arrow_array(column, kind)

    array.validate(full=True)
    assert array.equals(pa.array(column, kind, from_pandas=True))
    assert array.null_count == column.isna().sum()


def test_a_number_of_another_type_is_cast_or_refused():
    assert arrow_array(pd.Series([1, 2]), pa.int16()).equals(pa.array([1, 2], pa.int16()))
    with pytest.raises(pa.ArrowInvalid):
        arrow_array(pd.Series([1 << 40]), pa.int16())


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
