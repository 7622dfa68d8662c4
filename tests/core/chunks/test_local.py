"""Local chunks: lazy, in order, re-iterable, with a few in flight."""

import threading
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pytest

from customer_analytics.core.chunks import partition
from customer_analytics.core.chunks.local import LocalChunks, LocalRuntime, Task

FRAMES = [pd.DataFrame({"a": range(start, start + 3), "b": 0}) for start in (0, 3, 6, 9, 12, 15)]
every_thread_count = pytest.mark.parametrize("threads", [1, 2, 4])


def chunks_of(threads, **runtime):
    return LocalChunks.of(FRAMES, LocalRuntime(threads, **runtime))


@every_thread_count
def test_frames_are_in_order_and_can_be_read_again(threads):
    chunks = chunks_of(threads).map(lambda frame: frame.assign(c=frame["a"] * 2))

    for _ in range(2):
        assert [frame["c"].tolist() for frame in chunks] == [[2 * value for value in frame["a"]] for frame in FRAMES]


def test_the_index_is_the_row_number_in_the_whole_sequence():
    assert [frame.index.tolist() for frame in LocalChunks.of([FRAMES[0], FRAMES[0]])] == [[0, 1, 2], [3, 4, 5]]


def test_mapped_functions_run_only_when_the_chunks_are_read():
    row_counts = []
    chunks = chunks_of(1).map(lambda frame: row_counts.append(len(frame)) or frame)

    assert row_counts == []
    assert len(list(chunks)) == len(row_counts) == 6


def test_steps_are_applied_in_the_order_of_the_calls():
    chunks = chunks_of(1).map(lambda frame: frame["a"].sum()).map(lambda total: total * 10)

    assert list(chunks) == [30, 120, 210, 300, 390, 480]


@pytest.mark.parametrize("steps", [(), (lambda frame: frame,)])
def test_columns_are_selected_before_or_after_a_step(steps):
    chunks = chunks_of(1)
    for step in steps:
        chunks = chunks.map(step)

    assert [list(frame.columns) for frame in chunks.select(["b"])] == [["b"]] * 6


@every_thread_count
def test_a_fold_adds_the_measures_to_the_identity(threads):
    assert chunks_of(threads).fold(lambda frame: int(frame["a"].sum()), 0) == sum(range(18))
    assert LocalChunks.of([]).fold(len, 0) == 0


@every_thread_count
def test_an_error_of_a_step_names_its_chunk(threads):
    def explode(frame):
        if frame["a"].iloc[0] == 6:
            raise ValueError("seven is odd")
        return frame

    with pytest.raises(ValueError, match="seven is odd") as caught:
        list(chunks_of(threads).map(explode))

    assert caught.value.__notes__ == ["in chunk 2"]


def test_only_a_few_chunks_are_in_flight():
    started, release = [], threading.Event()

    def wait(frame):
        started.append(frame["a"].iloc[0])
        release.wait(5)
        return frame

    reader = iter(chunks_of(2).map(wait))
    release.set()
    next(reader)

    assert len(started) <= 4
    reader.close()


@dataclass
class CountedSource:
    """Nine empty chunks; records which were started."""

    started: list[int] = field(default_factory=list)

    def total(self):
        return 0

    def tasks(self, _columns):
        return nullcontext(map(self.start, range(9)))

    def start(self, index):
        self.started.append(index)
        return Task(pd.DataFrame, 0)


@pytest.mark.parametrize("extra_in_flight", [0, 2])
def test_the_first_result_starts_one_chunk_per_thread_one_more_and_the_extra_ones(extra_in_flight):
    source = CountedSource()

    next(LocalChunks(source, LocalRuntime(threads=2)).results(extra_in_flight))

    assert source.started == list(range(2 + 1 + extra_in_flight))


@every_thread_count
def test_every_chunk_is_reported_as_progress(threads):
    reports = []

    @contextmanager
    def open_progress(total):
        reports.append(total)
        yield lambda rows, size: reports.append((rows, size))

    list(chunks_of(threads, open_progress=open_progress))

    assert reports == [18, *[(3, 3)] * 6]


@every_thread_count
def test_a_shuffle_yields_partitions_in_order_with_rows_in_order(threads, monkeypatch):
    monkeypatch.setattr(partition, "COALESCED_BYTES", 0)
    shuffled = chunks_of(threads).shuffle(lambda frame: (frame["a"].to_numpy() % 4).astype(np.uint16))

    for _ in range(2):
        assert [frame["a"].tolist() for frame in shuffled] == [list(range(start, 18, 4)) for start in range(4)]
