"""Tables in chunks on one machine. Threads compute several chunks at once; the results keep the chunks' order."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, NamedTuple, Protocol

import numpy as np
import pandas as pd

from customer_analytics.core.chunks.partition import Partitioner, partition_chunk, select_columns
from customer_analytics.core.chunks.protocol import Frame, P, Step
from customer_analytics.core.chunks.spill import MemorySpill, Spill

_EXTRA_IN_FLIGHT = 1
"""Number of additional chunks to start if results are small, so that threads work while the caller merges a result."""


class Task(NamedTuple):
    """The work for one chunk: ``run()`` returns the chunk, and ``size`` is how much it adds to the progress."""

    run: Callable[[], Any]
    size: int


class Source(Protocol):
    """A source of chunks: it reads or computes the same chunks each time that they are needed."""

    def total(self) -> int:
        """Return the total size of all tasks in rows, bytes or another unit, for progress; 0 if it is unknown."""

    def tasks(self, columns: Sequence[str] | None) -> AbstractContextManager[Iterator[Task]]:
        """Return a context manager that provides an iterator with one task per chunk, in order.

        Args:
            columns: Names of the columns to read; ``None`` for all.
        """


ProgressCallback = Callable[[int, int], None]
"""A function that is called after each chunk with its number of rows and the size of its task."""


def no_progress(_total: int) -> AbstractContextManager[ProgressCallback]:
    """Return a context manager whose ``with`` target is a progress callback that does nothing."""
    return nullcontext(lambda _rows, _size: None)


@dataclass(frozen=True, slots=True)
class LocalRuntime:
    """Settings for computing chunks on one machine: threads, spill and progress. No result depends on them.

    Args:
        threads: Number of chunks that are computed at the same time.
        open_spill: Function that opens the temporary storage of a shuffle.
        open_progress: Function from the source's total size to a context manager that provides the progress callback.
    """

    threads: int = 1
    open_spill: Callable[[], AbstractContextManager[Spill]] = MemorySpill
    open_progress: Callable[[int], AbstractContextManager[ProgressCallback]] = no_progress


@dataclass(frozen=True, slots=True)
class LocalChunks:
    """A table in chunks on one machine; implements :class:`~customer_analytics.core.chunks.protocol.Chunks`.

    Args:
        source: Reads or computes the chunks.
        runtime: Threads, spill and progress.
        steps: Functions that are applied to each chunk, one after the other.
        columns: Names of the columns to read from the source; ``None`` for all.
    """

    source: Source
    runtime: LocalRuntime = LocalRuntime()
    steps: tuple[Step, ...] = ()
    columns: tuple[str, ...] | None = None

    @classmethod
    def of(cls, frames: Iterable[Frame], runtime: LocalRuntime | None = None) -> "LocalChunks":
        """Return a table with one chunk per frame; each row's index is its row number in the whole table."""
        start, indexed_frames = 0, []
        for frame in frames:
            indexed_frames.append(frame.set_axis(pd.RangeIndex(start, start + len(frame))))
            start += len(frame)
        return cls(_FrameSource(tuple(indexed_frames)), runtime or LocalRuntime())

    def map(self, function: Callable[[Frame], Any]) -> "LocalChunks":
        """Return a table with the results of ``function`` for each chunk, computed when the table is iterated."""
        return replace(self, steps=(*self.steps, function))

    def select(self, columns: Sequence[str]) -> "LocalChunks":
        """Return the table with these columns only; others are not read, unless :meth:`map` was called before."""
        names = list(columns)
        if self.steps:
            return self.map(lambda frame: frame[names])
        return replace(self, columns=tuple(names))

    def fold(self, measure: Callable[[Frame], P], identity: P) -> P:
        """Compute the partial state of each chunk and merge these states; ``identity`` if there is no chunk."""
        total = identity
        for state in self.map(measure).results(_EXTRA_IN_FLIGHT):
            total = total + state
        return total

    def shuffle(self, partition_of: Callable[[Frame], np.ndarray]) -> "LocalChunks":
        """Return a table with all rows of a partition in one chunk; each iteration regroups the rows again."""
        return LocalChunks(_ShuffleSource(self, partition_of), self.runtime)

    def __iter__(self) -> Iterator[Any]:
        """Compute the chunks and yield them in order."""
        return self.results()

    def results(self, extra_in_flight: int = 0) -> Iterator[Any]:
        """Apply all steps to each chunk and yield the results in the order of the chunks.

        Args:
            extra_in_flight: With several threads, one chunk per thread plus one are in progress; this number is added.
        """
        with self.runtime.open_progress(self.source.total()) as report_progress:
            for result, rows, size in self._run(extra_in_flight):
                report_progress(rows, size)
                yield result

    def _run(self, extra_in_flight: int) -> Iterator[tuple[Any, int, int]]:
        with self.source.tasks(self.columns) as tasks:
            if self.runtime.threads == 1:
                yield from (self._work(index, task) for index, task in enumerate(tasks))
            else:
                yield from self._run_in_threads(tasks, extra_in_flight)

    def _run_in_threads(self, tasks: Iterator[Task], extra_in_flight: int) -> Iterator[tuple[Any, int, int]]:
        with ThreadPoolExecutor(self.runtime.threads) as pool:
            pending: deque[Future[tuple[Any, int, int]]] = deque()
            try:
                for index, task in enumerate(tasks):
                    pending.append(pool.submit(self._work, index, task))
                    if len(pending) > self.runtime.threads + extra_in_flight:
                        yield pending.popleft().result()
                while pending:
                    yield pending.popleft().result()
            finally:
                for future in pending:
                    future.cancel()

    def _work(self, index: int, task: Task) -> tuple[Any, int, int]:
        """Return the chunk after all steps, its row count before them, and the task's size; errors name ``index``."""
        try:
            chunk = task.run()
            rows = len(chunk)
            for step in self.steps:
                chunk = step(chunk)
        except Exception as error:
            error.add_note(f"in chunk {index}")
            raise
        return chunk, rows, task.size


@dataclass(frozen=True, slots=True)
class _FrameSource:
    frames: tuple[Frame, ...]

    def total(self) -> int:
        return sum(map(len, self.frames))

    def tasks(self, columns: Sequence[str] | None) -> AbstractContextManager[Iterator[Task]]:
        return nullcontext(Task(partial(select_columns, frame, columns), len(frame)) for frame in self.frames)


@dataclass(frozen=True, slots=True)
class _ShuffleSource:
    """The rows of ``parent`` as chunks, regrouped by partition. Each iteration computes ``parent`` again."""

    parent: LocalChunks
    partition_of: Callable[[Frame], np.ndarray]

    def total(self) -> int:
        return 0

    @contextmanager
    def tasks(self, columns: Sequence[str] | None) -> Iterator[Iterator[Task]]:
        with self.parent.runtime.open_spill() as spill:
            partitioner = Partitioner(spill)
            partitioned = self.parent.map(lambda frame: partition_chunk(frame, self.partition_of(frame)))
            partitioner.add(partitioned.results(_EXTRA_IN_FLIGHT))
            yield (
                Task(partial(partitioner.read, partitions, columns), 0) for partitions in partitioner.partition_ranges()
            )
