"""Regrouping rows: spilled or not, the same rows in the same order."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.making import table_rows

from customer_analytics.core import exchange
from customer_analytics.core.chunks import LocalChunks, Workshop

BUCKETS = st.lists(st.lists(st.integers(0, 6), max_size=8), max_size=6)


def frames_of(buckets):
    start, frames = 0, []
    for chunk in buckets:
        rows = np.arange(start, start + len(chunk))
        frames.append(
            pd.DataFrame(
                {
                    "bucket": np.array(chunk, np.int64),
                    "row": rows,
                    "text": pd.Series([f"t{row}" if row % 3 else None for row in rows], dtype="string[pyarrow]"),
                    "label": pd.Categorical([f"c{row % 4}" if row % 5 else None for row in rows]),
                    "known": pd.array([row if row % 2 else None for row in rows], "Int16"),
                }
            )
        )
        start += len(chunk)
    return frames


def bucket_of(frame):
    return frame["bucket"].to_numpy().astype(np.uint16)


def regrouped(frames, workshop=None, columns=None):
    chunks = LocalChunks.of(frames, workshop).shuffle(bucket_of)
    return [table_rows(frame) for frame in (chunks if columns is None else chunks.select(columns))]


@given(BUCKETS)
def test_each_bucket_holds_its_rows_in_order_and_buckets_ascend(buckets):
    frames = frames_of(buckets)
    rows = [row for frame in frames for row in table_rows(frame)]

    found = regrouped(frames)

    present = sorted({row[0] for row in rows})
    assert found == [[row for row in rows if row[0] == bucket] for bucket in present]


@given(BUCKETS, st.integers(1, 400), st.sampled_from([1, 2]))
def test_what_is_spilled_comes_back_the_same(buckets, gathered_bytes, threads):
    frames = frames_of(buckets)
    in_memory = regrouped(frames)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exchange, "GATHERED_BYTES", gathered_bytes)
        spilled = regrouped(frames, Workshop(threads))

    assert spilled == in_memory


def test_a_bucket_can_be_read_again_and_column_by_column():
    frames = frames_of([[1, 0, 1], [0, 0]])
    chunks = LocalChunks.of(frames).shuffle(bucket_of)

    assert [table_rows(frame) for frame in chunks] == [table_rows(frame) for frame in chunks]
    assert regrouped(frames, columns=["row"]) == [[(1,), (3,), (4,)], [(0,), (2,)]]


def test_a_memory_spill_forgets_everything_when_it_closes():
    with exchange.MemorySpill() as spill:
        first, second = (spill.write(_buffer(text)) for text in (b"one", b"two!"))

        assert spill.read(second, 4).to_pybytes() == b"two!"
        assert spill.read(first, 3).to_pybytes() == b"one"
    with pytest.raises(KeyError):
        spill.read(first, 3)


def test_no_rows_are_no_buckets():
    assert regrouped([]) == []
    assert regrouped(frames_of([[], []])) == []


def _buffer(data):
    return pa.py_buffer(data)
