"""Text columns by their bytes."""

from itertools import pairwise

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st
from tests.oracle import WHITE

from customer_analytics.core.arrow.text import (
    byte_lengths,
    offsets_and_bytes,
    scatter_text,
    strip,
    take_text,
    with_nulls,
)

TEXTS = st.lists(st.text(WHITE + "a\u00e9\u00a0\u2003\x1c", max_size=6), max_size=10)


@given(TEXTS, TEXTS)
def test_stripping_takes_ascii_white_space_from_both_ends(skipped, texts):
    array = pa.array([*skipped, *texts], pa.string()).slice(len(skipped))

    assert strip(array).to_pylist() == [text.strip(WHITE) for text in texts]


@given(TEXTS, TEXTS)
def test_lengths_and_layout_of_a_slice_are_those_of_its_rows(skipped, texts):
    array = pa.array([*skipped, *texts], pa.string()).slice(len(skipped))
    encoded = [text.encode() for text in texts]

    offsets, codes = offsets_and_bytes(array)

    assert byte_lengths(array).tolist() == [len(text) for text in encoded]
    assert [codes[a:b].tobytes() for a, b in pairwise(offsets)] == encoded


@given(TEXTS, TEXTS)
def test_nulls_can_be_put_into_a_slice(skipped, texts):
    array = pa.array([*skipped, *texts], pa.string()).slice(len(skipped))
    null = np.array([not text for text in texts], bool)

    assert with_nulls(array, null).to_pylist() == [text or None for text in texts]


def test_a_text_without_rows_may_have_empty_buffers():
    array = pa.StringArray.from_buffers(0, pa.py_buffer(b""), pa.py_buffer(b""))

    assert byte_lengths(array).tolist() == []
    assert strip(array).to_pylist() == []


@given(TEXTS, TEXTS, st.data())
def test_texts_are_spread_over_rows_in_their_order(skipped, texts, data):
    array = pa.array([*skipped, *texts], pa.string()).slice(len(skipped))
    gaps = data.draw(st.lists(st.integers(0, 2), min_size=len(texts) + 1, max_size=len(texts) + 1))
    expected = [None] * gaps[0]
    for text, gap in zip(texts, gaps[1:], strict=True):
        expected += [text, *[None] * gap]

    scattered = scatter_text(array, np.array([text is not None for text in expected], bool))

    assert scattered.to_pylist() == expected
    scattered.validate(full=True)


@given(TEXTS, TEXTS, st.data())
def test_rows_are_taken_in_any_order_and_more_than_once(skipped, texts, data):
    array = pa.array([*skipped, *texts, None], pa.string()).slice(len(skipped))
    rows = data.draw(st.lists(st.integers(0, len(texts) - 1), max_size=12)) if texts else []
    distinct_rows = sorted(set(rows))

    for wanted in (rows, distinct_rows):
        taken = take_text(array, np.array(wanted, np.int64))
        assert taken.to_pylist() == [texts[row] for row in wanted]
        taken.validate(full=True)
