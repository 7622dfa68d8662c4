"""Laws of taking rows of a frame, judged by pandas' own ``take``."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_analytics.core.arrow.frames import TEXT, categorical
from customer_analytics.core.arrow.take import take_columns

TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)
ROWS = st.lists(
    st.tuples(TEXTS, st.none() | st.integers(0, 99), st.none() | st.sampled_from(["DE", "FR"]), st.floats()),
    max_size=30,
)


def frame_of(rows: list[tuple[str, int | None, str | None, float]], first: int = 0) -> pd.DataFrame:
    texts, numbers, countries, amounts = zip(*rows, strict=True) if rows else ((), (), (), ())
    codes = np.array([-1 if country is None else ["FR", "DE"].index(country) for country in countries], np.int8)
    return pd.DataFrame(
        {
            "text": pd.array(texts, dtype=TEXT),
            "number": pd.array(numbers, dtype="Int16"),
            "country": categorical(codes, ["FR", "DE"]),
            "amount": np.array(amounts, np.float64),
            "timestamp": np.array(amounts, np.float64).view("datetime64[us]"),
            "row": np.arange(len(rows), dtype=np.int64),
        },
        index=pd.RangeIndex(first, first + len(rows)),
    )


@given(ROWS, st.data())
def test_rows_are_those_that_pandas_takes(rows: list[tuple[str, int | None, str | None, float]], data: st.DataObject):
    frame = frame_of(rows, first=7)
    start = data.draw(st.integers(0, len(rows)))
    rows_from_start = frame.iloc[start:]
    wanted = np.array(
        data.draw(st.lists(st.integers(0, len(rows_from_start) - 1)) if len(rows_from_start) else st.just([])), np.int64
    )
    taken = pd.DataFrame(take_columns(rows_from_start, wanted, frame.columns), copy=False)
    pd.testing.assert_frame_equal(taken, rows_from_start.take(wanted).reset_index(drop=True))


def test_columns_come_in_the_order_that_was_asked_for():
    frame = frame_of([("a", 1, "DE", 0.5), ("b", None, None, 1.5)])
    assert list(take_columns(frame, np.array([1]), ["amount", "text"])) == ["amount", "text"]


@pytest.mark.parametrize("row", [0, 2])
def test_texts_are_taken_past_nulls(row: int):
    column = pd.DataFrame({"text": pd.arrays.ArrowExtensionArray(pa.array(["a", None, "b"]))})
    assert list(take_columns(column, np.array([row]), ["text"])["text"]) == [column["text"][row]]
