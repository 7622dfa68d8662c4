"""Chunks: lazy, in order, re-iterable, with a few in flight."""

import threading
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pytest

from customer_analytics.core.chunks import partition as exchange
from customer_analytics.core.chunks.local import LocalChunks, LocalRuntime, Task

FRAMES = [pd.DataFrame({"a": range(start, start + 3), "b": 0}) for start in (0, 3, 6, 9, 12, 15)]
every_pool = pytest.mark.parametrize("threads", [1, 2, 4])


def chunks_of(threads, watch=None):
    runtime = LocalRuntime(threads) if watch is None else LocalRuntime(threads, watch=watch)
    return LocalChunks.of(FRAMES, runtime)


@every_pool
def test_frames_come_in_order_and_can_be_read_again(threads):
    chunks = chunks_of(threads).map(lambda frame: frame.assign(c=frame["a"] * 2))

    for _ in range(2):
        assert [frame["c"].tolist() for frame in chunks] == [[2 * one for one in frame["a"]] for frame in FRAMES]


def test_the_index_counts_rows_over_the_whole_sequence():
    assert [frame.index.tolist() for frame in LocalChunks.of([FRAMES[0], FRAMES[0]])] == [[0, 1, 2], [3, 4, 5]]


def test_mapping_runs_nothing_until_it_is_read():
    seen = []
    chunks = chunks_of(1).map(lambda frame: seen.append(len(frame)) or frame)

    assert seen == []
    assert len(list(chunks)) == len(seen) == 6


def test_steps_are_applied_first_one_first():
    chunks = chunks_of(1).map(lambda frame: frame["a"].sum()).map(lambda total: total * 10)

    assert list(chunks) == [30, 120, 210, 300, 390, 480]


@pytest.mark.parametrize("steps", [(), (lambda frame: frame,)])
def test_columns_are_selected_before_or_after_a_step(steps):
    chunks = chunks_of(1)
    for step in steps:
        chunks = chunks.map(step)

    assert [list(frame.columns) for frame in chunks.select(["b"])] == [["b"]] * 6


@every_pool
def test_a_fold_adds_the_measures_to_zero(threads):
    assert chunks_of(threads).fold(lambda frame: int(frame["a"].sum()), 0) == sum(range(18))
    assert LocalChunks.of([]).fold(len, 0) == 0


@every_pool
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
    """Nine empty chunks; remembers those that were begun."""

    begun: list[int] = field(default_factory=list)

    def total(self):
        return 0

    def tasks(self, _columns):
        return nullcontext(map(self.task, range(9)))

    def task(self, place):
        self.begun.append(place)
        return Task(pd.DataFrame, 0)


@pytest.mark.parametrize("ahead", [0, 2])
def test_chunks_are_begun_ahead_of_the_first_that_is_taken(ahead):
    source = CountedSource()

    next(LocalChunks(source, LocalRuntime(threads=2)).results(ahead))

    assert source.begun == list(range(2 + 1 + ahead))


@every_pool
def test_a_watcher_is_told_of_every_chunk(threads):
    told = []

    @contextmanager
    def watch(total):
        told.append(total)
        yield lambda rows, size: told.append((rows, size))

    list(chunks_of(threads, watch))

    assert told == [18, *[(3, 3)] * 6]


@every_pool
def test_a_shuffle_gives_buckets_in_order_with_rows_in_order(threads, monkeypatch):
    monkeypatch.setattr(exchange, "COALESCED_BYTES", 0)
    shuffled = chunks_of(threads).shuffle(lambda frame: (frame["a"].to_numpy() % 4).astype(np.uint16))

    for _ in range(2):
        assert [frame["a"].tolist() for frame in shuffled] == [list(range(start, 18, 4)) for start in range(4)]
