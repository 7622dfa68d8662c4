"""Chunks on a Dask cluster: maps are tasks, folds are tree reductions, rows stay on the workers."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import add, attrgetter
from typing import Any, TypeVar

import numpy as np

from customer_analytics.core.chunks.protocol import Frame, P, Step
from customer_analytics.datasets.dask.cluster import ClusterSettings, connect
from customer_analytics.datasets.dask.protocol import Finish, KeyedChunk, Reader, Source
from customer_analytics.datasets.dask.shuffle import ShuffleSource
from customer_analytics.datasets.dask.tasks import compute, delayed_tasks

_FAN_IN = 8
"""Number of partial states that one task of a tree reduction merges."""

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class PartTask:
    """The work on each part: read it, apply the steps to its chunks, and finish.

    Args:
        reader: Reads the part.
        columns: The columns to read; ``None`` for all.
        steps: Functions that are applied to each chunk in order.
        finish: Makes the result of the task from the chunks.
    """

    reader: Reader
    columns: tuple[str, ...] | None
    steps: tuple[Step, ...]
    finish: Finish

    def run(self, part: Any) -> Any:  # noqa: ANN401  the reader's part; the result of ``finish``
        """Do the work on a part, in a worker."""
        return self.finish(self._chunks(part))

    def _chunks(self, part: Any) -> Iterator[KeyedChunk]:  # noqa: ANN401  the reader's part
        for key, frame in self.reader.read(part, self.columns):
            try:
                yield KeyedChunk(key, _apply_steps(self.steps, frame))
            except Exception as error:
                error.add_note(f"in chunk {key}")
                raise


@dataclass(frozen=True, slots=True)
class DaskChunks:
    """Chunks that the workers of a cluster make; implements :class:`~customer_analytics.core.chunks.protocol.Chunks`.

    Args:
        source: The parts of the chunks.
        cluster: The cluster.
        steps: Functions that are applied to each chunk in order.
        columns: The columns to read; ``None`` for all.
    """

    source: Source
    cluster: ClusterSettings
    steps: tuple[Step, ...] = ()
    columns: tuple[str, ...] | None = None

    def map(self, function: Callable[[Frame], Any]) -> "DaskChunks":
        """Return the chunks with ``function`` applied to each; nothing runs yet."""
        return replace(self, steps=(*self.steps, function))

    def select(self, columns: Sequence[str]) -> "DaskChunks":
        """Return the chunks with these columns only; before the first step, no other column is read."""
        names = list(columns)
        if self.steps:
            return self.map(lambda frame: frame[names])
        return replace(self, columns=tuple(names))

    def fold(self, measure: Callable[[Frame], P], identity: P) -> P:
        """Measure each chunk and merge the partial states in a tree of tasks; ``identity`` for no chunk."""

        def measure_part(chunks: Iterator[KeyedChunk]) -> P | None:
            return _merge(measure(chunk.frame) for chunk in chunks)

        states, level = self.part_tasks(measure_part, "measure"), 0
        while len(states) > 1:
            groups = [states[start : start + _FAN_IN] for start in range(0, len(states), _FAN_IN)]
            states = delayed_tasks(_merge, groups, f"merge-{level}")
            level += 1
        merged = compute(states, self.cluster)
        return identity if not merged or merged[0] is None else identity + merged[0]

    def shuffle(self, partition_of: Callable[[Frame], np.ndarray]) -> "DaskChunks":
        """Regroup rows with the shuffle of Dask DataFrame: one chunk per partition, in ascending order."""
        return DaskChunks(ShuffleSource(self, partition_of), self.cluster)

    def gather(self, finish: Callable[[Iterator[KeyedChunk]], R]) -> list[R]:
        """Run the chunks and return the result of ``finish`` for each part. Results are sent to the client."""
        return compute(self.part_tasks(finish, "write"), self.cluster)

    def __iter__(self) -> Iterator[Frame]:
        """Run the chunks and bring every row to this process, in order; only for small tables, never part of a run."""
        chunks = [chunk for part_chunks in self.gather(list) for chunk in part_chunks]
        yield from (chunk.frame for chunk in sorted(chunks, key=attrgetter("key")))

    def empty(self) -> Frame:
        """Return the result of the steps for a chunk without rows."""
        return _apply_steps(self.steps, self.source.empty(self.columns))

    def part_tasks(self, finish: Finish, name: str) -> list[Any]:
        """Return a delayed value per part: the result of ``finish``."""
        connect(self.cluster)
        task = PartTask(self.source.reader(), self.columns, self.steps, finish)
        return delayed_tasks(PartTask.run, self.source.parts(), name, shared=task)


def _apply_steps(steps: Sequence[Step], frame: Frame) -> Any:  # noqa: ANN401  the last step may return anything
    for step in steps:
        frame = step(frame)
    return frame


def _merge(states: Iterable[Any]) -> Any:  # noqa: ANN401  partial states
    """Merge partial states; ``None`` stands for a part without chunks."""
    known_states = [state for state in states if state is not None]
    return reduce(add, known_states) if known_states else None
