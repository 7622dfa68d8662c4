"""Regrouping rows: spilled or not, the same rows in the same order."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.making import table_rows

from customer_analytics.core.chunks import partition as exchange
from customer_analytics.core.chunks.local import LocalChunks, LocalRuntime
from customer_analytics.core.chunks.partition import Partitioner, address
from customer_analytics.core.chunks.spill import MemorySpill

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


def numbers_of(buckets):
    """The same frames with their numbers alone, which travel another way."""
    return [
        frame.drop(columns=["text", "label", "known"]).assign(half=frame["row"] / 2) for frame in frames_of(buckets)
    ]


every_kind = pytest.mark.parametrize("make", [frames_of, numbers_of])


def partition_of(frame):
    return frame["bucket"].to_numpy().astype(np.uint16)


def regrouped(frames, runtime=None, columns=None, together_bytes=0):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exchange, "COALESCED_BYTES", together_bytes)
        chunks = LocalChunks.of(frames, runtime).shuffle(partition_of)
        return [table_rows(frame) for frame in (chunks if columns is None else chunks.select(columns))]


def by_bucket(rows):
    return [[row for row in rows if row[0] == bucket] for bucket in sorted({row[0] for row in rows})]


@every_kind
@given(BUCKETS)
def test_each_bucket_holds_its_rows_in_order_and_buckets_ascend(make, buckets):
    frames = make(buckets)
    rows = [row for frame in frames for row in table_rows(frame)]

    assert regrouped(frames) == by_bucket(rows)


@every_kind
@given(BUCKETS, st.integers(0, 1000), st.integers(1, 400))
def test_small_neighbours_are_taken_together_and_no_bucket_is_torn(make, buckets, together_bytes, gathered_bytes):
    frames = make(buckets)
    alone = regrouped(frames)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exchange, "BUFFERED_BYTES", gathered_bytes)
        patch.setattr(exchange, "BUFFERED_TEXT_BYTES", gathered_bytes)
        together = regrouped(frames, together_bytes=together_bytes)

    assert [bucket for chunk in together for bucket in by_bucket(chunk)] == alone


def test_neighbours_are_together_up_to_a_size_and_a_large_bucket_is_alone():
    frames = numbers_of([[0, 1, 1, 3, 3, 3, 3, 3, 4, 6]])  # 24 bytes a row

    together = regrouped(frames, together_bytes=3 * 24)

    assert [[row[0] for row in chunk] for chunk in together] == [[0, 1, 1], [3] * 5, [4, 6]]


@every_kind
@given(BUCKETS, st.integers(1, 400), st.sampled_from([1, 2]))
def test_what_is_spilled_comes_back_the_same(make, buckets, gathered_bytes, threads):
    frames = make(buckets)
    in_memory = regrouped(frames)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exchange, "BUFFERED_BYTES", gathered_bytes)
        patch.setattr(exchange, "BUFFERED_TEXT_BYTES", gathered_bytes)
        spilled = regrouped(frames, LocalRuntime(threads))

    assert spilled == in_memory


@pytest.mark.parametrize(("make", "spilled"), [(numbers_of, 2), (frames_of, 0)])
def test_rows_with_text_are_gathered_longer_than_numbers(make, spilled, monkeypatch):
    frames = make([[0, 1, 2]] * 5)
    size = address(frames[0], partition_of(frames[0])).rows.nbytes
    monkeypatch.setattr(exchange, "BUFFERED_BYTES", 2 * size)
    monkeypatch.setattr(exchange, "BUFFERED_TEXT_BYTES", 50 * size)
    found = Partitioner(MemorySpill())

    found.put(address(frame, partition_of(frame)) for frame in frames)

    assert len(found.gathered) == 5 - 2 * spilled
    assert (found.shelf is None) == (spilled == 0)


@every_kind
def test_a_bucket_can_be_read_again_and_column_by_column(make):
    frames = make([[1, 0, 1], [0, 0]])
    chunks = LocalChunks.of(frames).shuffle(partition_of)

    assert [table_rows(frame) for frame in chunks] == [table_rows(frame) for frame in chunks]
    assert regrouped(frames, columns=["row"]) == [[(1,), (3,), (4,)], [(0,), (2,)]]


def test_a_memory_spill_forgets_everything_when_it_closes():
    with exchange.MemorySpill() as spill:
        first, second = (spill.write(_buffer(text)) for text in (b"one", b"two!"))

        assert spill.read(second, 4).to_pybytes() == b"two!"
        assert spill.read(first, 3).to_pybytes() == b"one"
    with pytest.raises(LookupError):
        spill.read(first, 3)


@every_kind
def test_no_rows_are_no_buckets(make):
    assert regrouped([]) == []
    assert regrouped(make([[], []])) == []


def test_numbers_keep_their_dtypes():
    frame = pd.DataFrame({"key": np.array([2**64 - 1, 0], np.uint64), "row": [1, 2], "share": [0.5, np.nan]})

    found = list(LocalChunks.of([frame]).shuffle(lambda rows: np.zeros(len(rows), np.uint16)))

    assert len(found) == 1
    pd.testing.assert_frame_equal(found[0], frame)


def _buffer(data):
    return pa.py_buffer(data)


def test_numbers_of_another_dtype_are_refused_before_they_are_spilled(monkeypatch):
    monkeypatch.setattr(exchange, "BUFFERED_BYTES", 1)
    wide, narrow = numbers_of([[0, 1], [1, 0]])

    with pytest.raises(TypeError, match=r"expected chunks of .*'row', '<i8'.*; found .*'row', '<i4'"):
        list(LocalChunks.of([wide, narrow.astype({"row": np.int32})]).shuffle(partition_of))
