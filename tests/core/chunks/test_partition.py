"""Hash partitioning: the same rows in the same order, spilled or not."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.making import table_rows

from customer_analytics.core.chunks import partition as partition_module
from customer_analytics.core.chunks.local import LocalChunks, LocalRuntime
from customer_analytics.core.chunks.partition import Partitioner, partition_chunk
from customer_analytics.core.chunks.spill import MemorySpill

PARTITIONS = st.lists(st.lists(st.integers(0, 6), max_size=8), max_size=6)


def mixed_frames(partitions):
    """A frame per list of partitions, with a column of each kind."""
    start, frames = 0, []
    for chunk_partitions in partitions:
        rows = np.arange(start, start + len(chunk_partitions))
        frames.append(
            pd.DataFrame(
                {
                    "partition": np.array(chunk_partitions, np.int64),
                    "row": rows,
                    "text": pd.Series([f"t{row}" if row % 3 else None for row in rows], dtype="string[pyarrow]"),
                    "label": pd.Categorical([f"c{row % 4}" if row % 5 else None for row in rows]),
                    "known": pd.array([row if row % 2 else None for row in rows], "Int16"),
                }
            )
        )
        start += len(chunk_partitions)
    return frames


def numeric_frames(partitions):
    """The same frames with numbers only, which are spilled as structured arrays."""
    return [
        frame.drop(columns=["text", "label", "known"]).assign(half=frame["row"] / 2)
        for frame in mixed_frames(partitions)
    ]


every_kind = pytest.mark.parametrize("make_frames", [mixed_frames, numeric_frames])


def partition_of(frame):
    return frame["partition"].to_numpy().astype(np.uint16)


def regrouped(frames, runtime=None, columns=None, coalesced_bytes=0):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(partition_module, "COALESCED_BYTES", coalesced_bytes)
        chunks = LocalChunks.of(frames, runtime).shuffle(partition_of)
        return [table_rows(frame) for frame in (chunks if columns is None else chunks.select(columns))]


def rows_by_partition(rows):
    return [[row for row in rows if row[0] == partition] for partition in sorted({row[0] for row in rows})]


@every_kind
@given(PARTITIONS)
def test_rows_of_a_partition_are_in_order_and_partitions_ascend(make_frames, partitions):
    frames = make_frames(partitions)
    rows = [row for frame in frames for row in table_rows(frame)]

    assert regrouped(frames) == rows_by_partition(rows)


@every_kind
@given(PARTITIONS, st.integers(0, 1000), st.integers(1, 400))
def test_small_neighbours_share_a_chunk_and_no_partition_is_split(
    make_frames, partitions, coalesced_bytes, buffered_bytes
):
    frames = make_frames(partitions)
    separate_chunks = regrouped(frames)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(partition_module, "BUFFERED_BYTES", buffered_bytes)
        patch.setattr(partition_module, "BUFFERED_TEXT_BYTES", buffered_bytes)
        joined_chunks = regrouped(frames, coalesced_bytes=coalesced_bytes)

    assert [rows for chunk in joined_chunks for rows in rows_by_partition(chunk)] == separate_chunks


def test_neighbours_share_a_chunk_up_to_a_size_and_a_large_partition_has_its_own():
    frames = numeric_frames([[0, 1, 1, 3, 3, 3, 3, 3, 4, 6]])  # 24 bytes a row

    chunks = regrouped(frames, coalesced_bytes=3 * 24)

    assert [[row[0] for row in chunk] for chunk in chunks] == [[0, 1, 1], [3] * 5, [4, 6]]


@every_kind
@given(PARTITIONS, st.integers(1, 400), st.sampled_from([1, 2]))
def test_spilled_rows_equal_rows_in_memory(make_frames, partitions, buffered_bytes, threads):
    frames = make_frames(partitions)
    in_memory = regrouped(frames)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(partition_module, "BUFFERED_BYTES", buffered_bytes)
        patch.setattr(partition_module, "BUFFERED_TEXT_BYTES", buffered_bytes)
        spilled = regrouped(frames, LocalRuntime(threads))

    assert spilled == in_memory


@pytest.mark.parametrize(("make_frames", "spill_count"), [(numeric_frames, 2), (mixed_frames, 0)])
def test_rows_with_text_are_buffered_longer_than_numbers(make_frames, spill_count, monkeypatch):
    frames = make_frames([[0, 1, 2]] * 5)
    size = partition_chunk(frames[0], partition_of(frames[0])).rows.nbytes
    monkeypatch.setattr(partition_module, "BUFFERED_BYTES", 2 * size)
    monkeypatch.setattr(partition_module, "BUFFERED_TEXT_BYTES", 50 * size)
    partitioner = Partitioner(MemorySpill())

    partitioner.add(partition_chunk(frame, partition_of(frame)) for frame in frames)

    assert len(partitioner.buffered) == 5 - 2 * spill_count
    assert (partitioner.spilled is None) == (spill_count == 0)


@every_kind
def test_partitions_can_be_read_again_and_by_column(make_frames):
    frames = make_frames([[1, 0, 1], [0, 0]])
    chunks = LocalChunks.of(frames).shuffle(partition_of)

    assert [table_rows(frame) for frame in chunks] == [table_rows(frame) for frame in chunks]
    assert regrouped(frames, columns=["row"]) == [[(1,), (3,), (4,)], [(0,), (2,)]]


def test_a_closed_memory_spill_is_empty():
    with MemorySpill() as spill:
        first, second = (spill.write(pa.py_buffer(text)) for text in (b"one", b"two!"))

        assert spill.read(second, 4).to_pybytes() == b"two!"
        assert spill.read(first, 3).to_pybytes() == b"one"
    with pytest.raises(LookupError):
        spill.read(first, 3)


@every_kind
def test_no_rows_make_no_partitions(make_frames):
    assert regrouped([]) == []
    assert regrouped(make_frames([[], []])) == []


def test_numbers_keep_their_dtypes():
    frame = pd.DataFrame({"key": np.array([2**64 - 1, 0], np.uint64), "row": [1, 2], "share": [0.5, np.nan]})

    (chunk,) = LocalChunks.of([frame]).shuffle(lambda rows: np.zeros(len(rows), np.uint16))

    pd.testing.assert_frame_equal(chunk, frame)


def test_numbers_of_another_dtype_are_rejected_before_they_are_spilled(monkeypatch):
    monkeypatch.setattr(partition_module, "BUFFERED_BYTES", 1)
    wide, narrow = numeric_frames([[0, 1], [1, 0]])

    with pytest.raises(TypeError, match=r"expected chunks of .*'row', '<i8'.*; found .*'row', '<i4'"):
        list(LocalChunks.of([wide, narrow.astype({"row": np.int32})]).shuffle(partition_of))
