"""``DaskChunks`` gives what ``LocalChunks`` gives, whatever happens to the workers."""

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
from customer_analytics.core.chunks import partition as exchange
from customer_analytics.core.chunks.local import LocalChunks
from customer_analytics.core.dedup.row_bitmap import RowBitmap
from customer_analytics.core.errors import InputError
from customer_analytics.datasets.dask.chunks import DaskChunks, Piece

ROWS = 900
PER_PART = 120
PER_CHUNK = 50


def table(rows=ROWS):
    numbers = np.arange(rows)
    return pd.DataFrame(
        {
            "number": numbers,
            "text": pd.array([None if one % 7 == 0 else f"t{one % 13}" for one in numbers], TEXT),
            "few": categorical(np.where(numbers % 5 == 0, -1, numbers % 3), ["a", "b", "c"]),
            "age": pd.array([None if one % 4 == 0 else one % 90 for one in numbers], "Int16"),
            "amount": np.where(numbers % 6 == 0, np.nan, numbers / 8),
            "moment": numbers.astype("datetime64[us]"),
            "odd": numbers % 2 == 1,
            "faults": numbers.astype(np.uint32),
        }
    )


@dataclass(frozen=True)
class Frames:
    """A table cut into parts, and parts into chunks; the workers have it from the start."""

    whole: pd.DataFrame

    def reader(self):
        return self

    def parts(self):
        return list(range(-(-len(self.whole) // PER_PART)))

    def pieces(self, part, columns):
        mine = self.whole.iloc[part * PER_PART : (part + 1) * PER_PART]
        for start in range(0, len(mine), PER_CHUNK):
            frame = mine.iloc[start : start + PER_CHUNK]
            yield Piece(part, frame if columns is None else frame[list(columns)])

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
    """The same on this machine, with a chunk for every bucket, as the cluster's are."""
    monkeypatch.setattr(exchange, "COALESCED_BYTES", 0)
    return LocalChunks.of(chunked(table()))


def odd_rows(frame):
    return frame[frame["odd"]]


def few_buckets(frame):
    return (frame["number"].to_numpy() * 7919 % 11).astype(np.uint16)


def many_buckets(frame):
    return (frame["number"].to_numpy() % 700 * 90).astype(np.uint16)


def in_rows(chunks):
    return [row for chunk in chunks for row in table_rows(chunk)]


def test_maps_and_selections_give_the_rows_in_order(far, near):
    for chunks in (far, near):
        assert in_rows(chunks.select(["number", "text", "odd"]).map(odd_rows)) == in_rows(
            near.map(odd_rows).select(["number", "text", "odd"])
        )


def test_frames_keep_the_number_of_each_row_in_the_whole_table(far):
    assert [one for frame in far for one in frame.index] == list(range(ROWS))


@pytest.mark.parametrize(
    ("measure", "zero"),
    [(len, 0), (lambda frame: RowBitmap.of(frame["number"].to_numpy()), RowBitmap())],
)
def test_a_fold_adds_all_partials_once(far, near, measure, zero):
    assert far.fold(measure, zero) == near.fold(measure, zero)
    assert far.map(odd_rows).fold(measure, zero) == near.map(odd_rows).fold(measure, zero)


def test_a_fold_over_nothing_is_zero(settings):
    assert DaskChunks(Frames(table(0)), settings).fold(len, 0) == 0


@pytest.mark.parametrize("partition_of", [few_buckets, many_buckets])
def test_a_shuffle_gives_a_chunk_per_bucket_ascending_and_keeps_the_order_in_each(far, near, partition_of):
    shuffled = far.shuffle(partition_of)

    assert rows_of(shuffled) == rows_of(near.shuffle(partition_of))
    assert shuffled.fold(len, 0) == ROWS


def test_a_shuffle_gives_the_dtypes_that_a_local_one_gives(far, near):
    (mine, *_), (theirs, *_) = far.shuffle(few_buckets), near.shuffle(few_buckets)

    assert mine.dtypes.to_dict() == theirs.dtypes.to_dict()


def test_a_shuffle_can_follow_a_shuffle(far, near):
    def twice(chunks):
        once = chunks.map(odd_rows).shuffle(few_buckets).select(["number", "text", "few"]).map(reversed_rows)
        return once.shuffle(many_buckets)

    assert rows_of(twice(far)) == rows_of(twice(near))


def reversed_rows(frame):
    return frame.iloc[::-1]


def test_a_shuffle_of_no_rows_has_no_chunk(settings, far):
    assert list(DaskChunks(Frames(table(0)), settings).shuffle(few_buckets)) == []
    assert list(far.map(no_rows).shuffle(few_buckets)) == []


def no_rows(frame):
    return frame.iloc[:0]


def test_no_row_of_a_fold_comes_to_this_process(far):
    seen = far.map(odd_rows).fold(workers_of, Processes())

    assert len(seen) == 2
    assert os.getpid() not in seen


class Processes(set):
    def __add__(self, other):
        return Processes(self | other)

    def __radd__(self, other):
        return Processes(self | other)


def test_an_error_in_a_worker_comes_as_it_was_raised_and_names_its_chunk(far):
    with pytest.raises(InputError, match=r"a.csv, record 7: expected text; found a stone") as caught:
        far.map(stumbling).fold(len, 0)

    assert caught.value.__notes__ == ["in chunk 3"]


def stumbling(frame):
    if 400 in frame["number"].to_numpy():
        raise InputError("a.csv, record 7", "text", "a stone", "none")
    return frame


@dataclass(frozen=True)
class Deadly:
    """A step whose worker dies by SIGKILL the first time it comes to a certain row."""

    marker: Path
    number: int

    def __call__(self, frame):
        if self.number in frame["number"].to_numpy() and not self.marker.exists():
            self.marker.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return frame


def test_a_worker_killed_in_the_middle_of_a_fold_changes_nothing(far, near, tmp_path):
    deadly = Deadly(tmp_path / "died", 500)

    found = far.map(deadly).fold(lambda frame: RowBitmap.of(frame["number"].to_numpy()), RowBitmap())

    assert deadly.marker.exists()
    assert found == near.fold(lambda frame: RowBitmap.of(frame["number"].to_numpy()), RowBitmap())


@pytest.mark.parametrize("stage", ["before", "after"])
def test_a_worker_killed_in_the_middle_of_a_shuffle_changes_nothing(far, near, tmp_path, stage):
    deadly = Deadly(tmp_path / "died", 800)
    before, after = (deadly, same) if stage == "before" else (same, deadly)

    found = far.map(before).shuffle(few_buckets).map(after)

    assert rows_of(found) == rows_of(near.shuffle(few_buckets))
    assert deadly.marker.exists()


def same(frame):
    return frame


def test_a_worker_that_joins_late_takes_part(cluster, settings):
    before = cluster.living()
    cluster.add_worker()

    seen = DaskChunks(Frames(table(4 * ROWS)), settings).map(slowly).fold(workers_of, Processes())

    assert len(seen) == before + 1


def workers_of(_frame):
    return Processes({os.getpid()})


def slowly(frame):
    time.sleep(0.1)
    return frame
