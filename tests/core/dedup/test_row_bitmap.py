"""Sets of row numbers, and of rows of files."""

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from customer_analytics.core.dedup.row_bitmap import RowBitmap, RowBitmaps

ROW_NUMBERS = st.sets(st.one_of(st.integers(0, 300), st.integers(2**33, 2**33 + 50)), max_size=40)


@given(ROW_NUMBERS, st.integers(0, 300), st.integers(0, 300))
def test_numbers_within_bounds_are_those_of_a_set(numbers, bound, other_bound):
    start, stop = sorted((bound, other_bound))
    rows = RowBitmap.of(np.array(sorted(numbers, key=hash), np.int64))

    assert len(rows.numbers) == len(numbers)
    assert rows.within(start, stop).tolist() == sorted(number for number in numbers if start <= number < stop)


@given(ROW_NUMBERS, ROW_NUMBERS)
def test_merging_row_numbers_is_the_union(left, right):
    left_rows, right_rows = (RowBitmap.of(np.array(list(numbers), np.int64)) for numbers in (left, right))

    assert left_rows + right_rows == RowBitmap.of(np.array(list(left | right), np.int64))


FILE_ROWS = st.sets(st.tuples(st.sampled_from(["a.csv", "b.csv", "c.csv"]), st.integers(1, 30)), max_size=20)


def frame_of(file_rows, files=("c.csv", "a.csv", "b.csv")):
    ordered = sorted(file_rows)
    return pd.DataFrame(
        {
            "source_file": pd.Categorical([file for file, _ in ordered], categories=files),
            "source_row": np.array([row for _, row in ordered], np.int64),
        }
    )


@given(FILE_ROWS, FILE_ROWS)
def test_rows_of_a_frame_in_the_set_are_those_of_a_python_set(members, present):
    rows = RowBitmaps.of(frame_of(members, ("a.csv", "b.csv", "c.csv")))

    assert rows.contains_rows(frame_of(present)).tolist() == [row in members for row in sorted(present)]


@given(FILE_ROWS, FILE_ROWS)
def test_merging_rows_of_files_is_the_union(left, right):
    assert RowBitmaps.of(frame_of(left)) + RowBitmaps.of(frame_of(right)) == RowBitmaps.of(frame_of(left | right))
