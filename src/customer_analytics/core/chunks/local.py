"""Chunks on this machine: a bounded pool of threads, results in order, a few chunks in flight."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, NamedTuple, Protocol

import numpy as np
import pandas as pd

from customer_analytics.core.chunks.partition import PartitionedChunk, Partitioner, address
from customer_analytics.core.chunks.protocol import Frame, P, Step
from customer_analytics.core.chunks.spill import MemorySpill, Spill

_AHEAD_WHERE_SMALL = 1
"""Chunks begun ahead where results are small: threads that end together then all go on while one result is added."""


class Task(NamedTuple):
    """One chunk still to be made: ``run`` makes it in a worker, ``size`` is its share of the source's total."""

    run: Callable[[], Any]
    size: int


class Source(Protocol):
    """Where chunks come from."""

    def total(self) -> int:
        """The sum of the sizes of all tasks, in the source's own unit; 0 when it cannot be known."""
        ...

    def tasks(self, columns: Sequence[str] | None) -> AbstractContextManager[Iterator[Task]]:
        """The chunks in order, cheap to enumerate, good until the context ends; ``columns`` limits what is read."""
        ...


ProgressCallback = Callable[[int, int], None]
"""Is told how far a run has come: so many more rows are done, of a chunk of such a size."""


def no_progress(_total: int) -> AbstractContextManager[ProgressCallback]:
    """A watcher that does not look."""
    return nullcontext(lambda _rows, _size: None)


@dataclass(frozen=True, slots=True)
class LocalRuntime:
    """How local chunks are worked on; no answer depends on it.

    Args:
        threads: Chunks worked on at once.
        spill: Opens the room where a shuffle puts rows that do not fit in memory.
        watch: Opens a watcher for a run over a source of the given total size.
    """

    threads: int = 1
    spill: Callable[[], AbstractContextManager[Spill]] = MemorySpill
    watch: Callable[[int], AbstractContextManager[ProgressCallback]] = no_progress


@dataclass(frozen=True, slots=True)
class LocalChunks:
    """Chunks on this machine: a bounded pool of threads, results in order, a few chunks in flight.

    Args:
        source: Where the chunks come from.
        runtime: Threads, spill and progress.
        steps: Functions applied to each chunk, first one first.
        columns: The only columns to read; ``None`` for all.
    """

    source: Source
    runtime: LocalRuntime = LocalRuntime()
    steps: tuple[Step, ...] = ()
    columns: tuple[str, ...] | None = None

    @classmethod
    def of(cls, frames: Iterable[Frame], runtime: LocalRuntime | None = None) -> "LocalChunks":
        """Chunks of frames at hand, re-indexed by row number over the whole sequence."""
        return cls(_FrameSource.of(frames), runtime or LocalRuntime())

    def map(self, function: Callable[[Frame], Any]) -> "LocalChunks":
        """See :class:`Chunks`."""
        return replace(self, steps=(*self.steps, function))

    def select(self, columns: Sequence[str]) -> "LocalChunks":
        """See :class:`Chunks`."""
        wanted = list(columns)
        if self.steps:
            return self.map(lambda frame: frame[wanted])
        return replace(self, columns=tuple(wanted))

    def fold(self, measure: Callable[[Frame], P], zero: P) -> P:
        """See :class:`Chunks`."""
        total = zero
        for more in self.map(measure).results(_AHEAD_WHERE_SMALL):
            total = total + more
        return total

    def shuffle(self, partition_of: Callable[[Frame], np.ndarray]) -> "LocalChunks":
        """See :class:`Chunks`."""
        return LocalChunks(_ShuffleSource(self, partition_of), self.runtime)

    def __iter__(self) -> Iterator[Any]:
        """See :class:`Chunks`."""
        return self.results()

    def results(self, ahead: int = 0) -> Iterator[Any]:
        """Run and yield what the last step makes of each chunk, in order.

        Args:
            ahead: Chunks in flight besides one for each thread and one that waits for a thread.
        """
        with self.runtime.watch(self.source.total()) as watch:
            for result, rows, size in self._run(ahead):
                watch(rows, size)
                yield result

    def _run(self, ahead: int) -> Iterator[tuple[Any, int, int]]:
        with self.source.tasks(self.columns) as tasks:
            if self.runtime.threads == 1:
                yield from (self._work(place, task) for place, task in enumerate(tasks))
            else:
                yield from self._run_in_threads(tasks, ahead)

    def _run_in_threads(self, tasks: Iterator[Task], ahead: int) -> Iterator[tuple[Any, int, int]]:
        with ThreadPoolExecutor(self.runtime.threads) as pool:
            pending: deque[Future[tuple[Any, int, int]]] = deque()
            try:
                for place, task in enumerate(tasks):
                    pending.append(pool.submit(self._work, place, task))
                    if len(pending) > self.runtime.threads + ahead:
                        yield pending.popleft().result()
                while pending:
                    yield pending.popleft().result()
            finally:
                for future in pending:
                    future.cancel()

    def _work(self, place: int, task: Task) -> tuple[Any, int, int]:
        try:
            chunk = task.run()
            rows = len(chunk)
            for step in self.steps:
                chunk = step(chunk)
        except Exception as error:
            error.add_note(f"in chunk {place}")
            raise
        return chunk, rows, task.size


@dataclass(frozen=True, slots=True)
class _FrameSource:
    frames: tuple[Frame, ...]

    @classmethod
    def of(cls, frames: Iterable[Frame]) -> "_FrameSource":
        start, indexed = 0, []
        for frame in frames:
            indexed.append(frame.set_axis(pd.RangeIndex(start, start + len(frame))))
            start += len(frame)
        return cls(tuple(indexed))

    def total(self) -> int:
        return sum(map(len, self.frames))

    def tasks(self, columns: Sequence[str] | None) -> AbstractContextManager[Iterator[Task]]:
        kept = [frame if columns is None else frame[list(columns)] for frame in self.frames]
        return nullcontext(Task(partial(_same, frame), len(frame)) for frame in kept)


@dataclass(frozen=True, slots=True)
class _ShuffleSource:
    """The rows of a parent regrouped by bucket; the parent runs once for every reading."""

    parent: LocalChunks
    partition_of: Callable[[Frame], np.ndarray]

    def total(self) -> int:
        return 0

    @contextmanager
    def tasks(self, columns: Sequence[str] | None) -> Iterator[Iterator[Task]]:
        with self.parent.runtime.spill() as spill:
            exchange = Partitioner(spill)
            exchange.put(self.parent.map(self._address).results(_AHEAD_WHERE_SMALL))
            yield (Task(partial(exchange.take, buckets, columns), 0) for buckets in exchange.buckets())

    def _address(self, frame: Frame) -> PartitionedChunk:
        return address(frame, self.partition_of(frame))


def _same(frame: Frame) -> Frame:
    return frame
