"""``DaskChunks`` gives the results of ``LocalChunks``, also when workers are killed."""

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.making import table_rows

from customer_analytics.core.arrow.frames import TEXT, categorical
from customer_analytics.core.chunks import partition
from customer_analytics.core.chunks.local import LocalChunks
from customer_analytics.core.dedup.row_bitmap import RowBitmap
from customer_analytics.core.errors import InputError
from customer_analytics.datasets.dask.chunks import DaskChunks
from customer_analytics.datasets.dask.protocol import KeyedChunk

ROWS = 900
PER_PART = 120
PER_CHUNK = 50


def table(rows=ROWS):
    numbers = np.arange(rows)
    return pd.DataFrame(
        {
            "number": numbers,
            "text": pd.array([None if number % 7 == 0 else f"t{number % 13}" for number in numbers], TEXT),
            "category": categorical(np.where(numbers % 5 == 0, -1, numbers % 3), ["a", "b", "c"]),
            "age": pd.array([None if number % 4 == 0 else number % 90 for number in numbers], "Int16"),
            "amount": np.where(numbers % 6 == 0, np.nan, numbers / 8),
            "timestamp": numbers.astype("datetime64[us]"),
            "odd": numbers % 2 == 1,
            "faults": numbers.astype(np.uint32),
        }
    )


@dataclass(frozen=True)
class Frames:
    """Source and reader of a table in memory, cut into parts, which are cut into chunks."""

    whole: pd.DataFrame

    def reader(self):
        return self

    def parts(self):
        return list(range(-(-len(self.whole) // PER_PART)))

    def read(self, part, columns):
        rows = self.whole.iloc[part * PER_PART : (part + 1) * PER_PART]
        for start in range(0, len(rows), PER_CHUNK):
            frame = rows.iloc[start : start + PER_CHUNK]
            yield KeyedChunk(part, frame if columns is None else frame[list(columns)])

    def empty(self, columns):
        return (self.whole if columns is None else self.whole[list(columns)]).iloc[:0]


def chunked(frame):
    return [frame.iloc[start : start + PER_CHUNK] for start in range(0, len(frame), PER_CHUNK)]


def rows_of(chunks):
    return [(table_rows(chunk), list(chunk.columns)) for chunk in chunks]


@pytest.fixture
def far(settings):
    return DaskChunks(Frames(table()), settings)


@pytest.fixture
def near(monkeypatch):
    """The same table in local chunks, with one chunk per partition after a shuffle, as on the cluster."""
    monkeypatch.setattr(partition, "COALESCED_BYTES", 0)
    return LocalChunks.of(chunked(table()))


def odd_rows(frame):
    return frame[frame["odd"]]


def few_partitions(frame):
    return (frame["number"].to_numpy() * 7919 % 11).astype(np.uint16)


def many_partitions(frame):
    return (frame["number"].to_numpy() % 700 * 90).astype(np.uint16)


def in_rows(chunks):
    return [row for chunk in chunks for row in table_rows(chunk)]


def test_maps_and_selections_keep_the_order_of_rows(far, near):
    for chunks in (far, near):
        assert in_rows(chunks.select(["number", "text", "odd"]).map(odd_rows)) == in_rows(
            near.map(odd_rows).select(["number", "text", "odd"])
        )


def test_frames_keep_the_number_of_each_row_in_the_whole_table(far):
    assert [number for frame in far for number in frame.index] == list(range(ROWS))


@pytest.mark.parametrize(
    ("measure", "identity"),
    [(len, 0), (lambda frame: RowBitmap.of(frame["number"].to_numpy()), RowBitmap())],
)
def test_a_fold_merges_each_partial_state_once(far, near, measure, identity):
    assert far.fold(measure, identity) == near.fold(measure, identity)
    assert far.map(odd_rows).fold(measure, identity) == near.map(odd_rows).fold(measure, identity)


def test_a_fold_over_no_chunks_is_the_identity(settings):
    assert DaskChunks(Frames(table(0)), settings).fold(len, 0) == 0


@pytest.mark.parametrize("partition_of", [few_partitions, many_partitions])
def test_a_shuffle_gives_one_chunk_per_partition_in_order_and_keeps_the_order_of_rows(far, near, partition_of):
    shuffled = far.shuffle(partition_of)

    assert rows_of(shuffled) == rows_of(near.shuffle(partition_of))
    assert shuffled.fold(len, 0) == ROWS


def test_a_shuffle_gives_the_dtypes_of_a_local_shuffle(far, near):
    (far_chunk, *_), (near_chunk, *_) = far.shuffle(few_partitions), near.shuffle(few_partitions)

    assert far_chunk.dtypes.to_dict() == near_chunk.dtypes.to_dict()


def test_a_shuffle_can_follow_a_shuffle(far, near):
    def shuffle_twice(chunks):
        once = chunks.map(odd_rows).shuffle(few_partitions).select(["number", "text", "category"]).map(reversed_rows)
        return once.shuffle(many_partitions)

    assert rows_of(shuffle_twice(far)) == rows_of(shuffle_twice(near))


def reversed_rows(frame):
    return frame.iloc[::-1]


def test_a_shuffle_of_no_rows_has_no_chunks(settings, far):
    assert list(DaskChunks(Frames(table(0)), settings).shuffle(few_partitions)) == []
    assert list(far.map(no_rows).shuffle(few_partitions)) == []


def no_rows(frame):
    return frame.iloc[:0]


def test_a_fold_measures_its_chunks_in_the_workers(far):
    pids = far.map(odd_rows).fold(worker_pids, Pids())

    assert pids
    assert os.getpid() not in pids


class Pids(set):
    def __add__(self, other):
        return Pids(self | other)

    def __radd__(self, other):
        return Pids(self | other)


def test_an_error_in_a_worker_is_raised_unchanged_and_names_its_chunk(far):
    with pytest.raises(InputError, match=r"a.csv, record 7: expected text; found a number") as caught:
        far.map(fail_at_row_400).fold(len, 0)

    assert caught.value.__notes__ == ["in chunk 3"]


def fail_at_row_400(frame):
    if 400 in frame["number"].to_numpy():
        raise InputError("a.csv, record 7", "text", "a number", "none")
    return frame


@dataclass(frozen=True)
class KillOnce:
    """A step that kills its worker with SIGKILL the first time it sees a certain row."""

    marker: Path
    number: int

    def __call__(self, frame):
        if self.number in frame["number"].to_numpy() and not self.marker.exists():
            self.marker.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return frame


def test_a_fold_survives_the_death_of_a_worker(far, near, tmp_path):
    kill_once = KillOnce(tmp_path / "died", 500)

    far_rows = far.map(kill_once).fold(lambda frame: RowBitmap.of(frame["number"].to_numpy()), RowBitmap())

    assert kill_once.marker.exists()
    assert far_rows == near.fold(lambda frame: RowBitmap.of(frame["number"].to_numpy()), RowBitmap())


@pytest.mark.parametrize("stage", ["before", "after"])
def test_a_shuffle_survives_the_death_of_a_worker(far, near, tmp_path, stage):
    kill_once = KillOnce(tmp_path / "died", 800)
    before, after = (kill_once, same) if stage == "before" else (same, kill_once)

    shuffled = far.map(before).shuffle(few_partitions).map(after)

    assert rows_of(shuffled) == rows_of(near.shuffle(few_partitions))
    assert kill_once.marker.exists()


def same(frame):
    return frame


def test_a_worker_that_joins_late_gets_tasks(cluster, settings):
    before = cluster.running_workers()
    cluster.add_worker()

    pids = DaskChunks(Frames(table(4 * ROWS)), settings).map(slowly).fold(worker_pids, Pids())

    assert len(pids) == before + 1


def worker_pids(_frame):
    return Pids({os.getpid()})


def slowly(frame):
    time.sleep(0.1)
    return frame
