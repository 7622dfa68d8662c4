"""Sets of row numbers and of places."""

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from customer_analytics.core.dedup.row_bitmap import RowBitmap, RowBitmaps

NUMBERS = st.sets(st.one_of(st.integers(0, 300), st.integers(2**33, 2**33 + 50)), max_size=40)


@given(NUMBERS, st.integers(0, 300), st.integers(0, 300))
def test_numbers_within_bounds_are_those_of_a_set(numbers, one, other):
    start, stop = sorted((one, other))
    rows = RowBitmap.of(np.array(sorted(numbers, key=hash), np.int64))

    assert len(rows) == len(numbers)
    assert rows.within(start, stop).tolist() == sorted(n for n in numbers if start <= n < stop)


@given(NUMBERS, NUMBERS)
def test_adding_is_the_union(one, other):
    first, second = (RowBitmap.of(np.array(list(numbers), np.int64)) for numbers in (one, other))

    assert first + second == RowBitmap.of(np.array(list(one | other), np.int64))


PLACES = st.sets(st.tuples(st.sampled_from(["a.csv", "b.csv", "c.csv"]), st.integers(1, 30)), max_size=20)


def frame_of(places, files=("c.csv", "a.csv", "b.csv")):
    ranked = sorted(places)
    return pd.DataFrame(
        {
            "source_file": pd.Categorical([file for file, _ in ranked], categories=files),
            "source_row": np.array([row for _, row in ranked], np.int64),
        }
    )


@given(PLACES, PLACES)
def test_places_among_a_frames_rows_are_those_of_a_set(marked, present):
    frame = frame_of(present)

    found = RowBitmaps.of(frame_of(marked, ("a.csv", "b.csv", "c.csv"))).among(frame)

    assert found.tolist() == [place in marked for place in sorted(present)]


@given(PLACES, PLACES)
def test_adding_places_is_the_union(one, other):
    assert RowBitmaps.of(frame_of(one)) + RowBitmaps.of(frame_of(other)) == RowBitmaps.of(frame_of(one | other))
