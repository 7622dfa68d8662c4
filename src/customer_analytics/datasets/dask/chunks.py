"""A table in chunks on a Dask cluster: tasks compute chunks and merge partial states; the rows stay on the workers."""

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
    """The work of one Dask task: read one part of a table, apply the steps to the chunks, and return one result.

    Args:
        reader: Object that reads the part.
        columns: The columns to read; ``None`` for all.
        steps: Functions that are applied to each chunk, one after the other.
        finish: Function that makes the result of the task from all chunks of the part.
    """

    reader: Reader
    columns: tuple[str, ...] | None
    steps: tuple[Step, ...]
    finish: Finish

    def run(self, part: Any) -> Any:  # noqa: ANN401  the reader's part; the result of ``finish``
        """Read one part, apply the steps to its chunks, and return the result of ``finish``; runs in a worker."""
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
    """A table in chunks on a Dask cluster; implements :class:`~customer_analytics.core.chunks.protocol.Chunks`.

    Args:
        source: The source of the chunks.
        cluster: The cluster to use.
        steps: Functions that are applied to each chunk, one after the other.
        columns: The columns to read; ``None`` for all.
    """

    source: Source
    cluster: ClusterSettings
    steps: tuple[Step, ...] = ()
    columns: tuple[str, ...] | None = None

    def map(self, function: Callable[[Frame], Any]) -> "DaskChunks":
        """Return the table with ``function`` applied to each chunk; nothing is computed yet."""
        return replace(self, steps=(*self.steps, function))

    def select(self, columns: Sequence[str]) -> "DaskChunks":
        """Return the table with only these columns. If :meth:`map` was not called before, no other column is read."""
        names = list(columns)
        if self.steps:
            return self.map(lambda frame: frame[names])
        return replace(self, columns=tuple(names))

    def fold(self, measure: Callable[[Frame], P], identity: P) -> P:
        """Compute the partial state ``measure(chunk)`` of each chunk and merge all states in a tree of tasks.

        Returns:
            The merged state; ``identity`` if there is no chunk.
        """

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
        """Regroup the rows into one chunk per partition, ascending; ``partition_of`` returns each row's partition."""
        return DaskChunks(ShuffleSource(self, partition_of), self.cluster)

    def gather(self, finish: Callable[[Iterator[KeyedChunk]], R]) -> list[R]:
        """Call ``finish`` in the workers, once per part, with all chunks of the part. Return one result per part."""
        return compute(self.part_tasks(finish, "write"), self.cluster)

    def __iter__(self) -> Iterator[Frame]:
        """Compute the chunks and yield them in order. All rows come to this process: use it for small tables only."""
        chunks = [chunk for part_chunks in self.gather(list) for chunk in part_chunks]
        yield from (chunk.frame for chunk in sorted(chunks, key=attrgetter("key")))

    def empty(self) -> Frame:
        """Apply all steps to a chunk without rows, and return the resulting chunk."""
        return _apply_steps(self.steps, self.source.empty(self.columns))

    def part_tasks(self, finish: Finish, name: str) -> list[Any]:
        """Return one Dask delayed value per part: the result of ``finish(chunks)``. ``name`` labels the tasks."""
        connect(self.cluster)
        task = PartTask(self.source.reader(), self.columns, self.steps, finish)
        return delayed_tasks(PartTask.run, self.source.parts(), name, shared=task)


def _apply_steps(steps: Sequence[Step], frame: Frame) -> Any:  # noqa: ANN401  the last step may return anything
    for step in steps:
        frame = step(frame)
    return frame


def _merge(states: Iterable[Any]) -> Any:  # noqa: ANN401  partial states
    """Merge partial states; skip ``None``, which marks a part without chunks. Return ``None`` if all are ``None``."""
    known_states = [state for state in states if state is not None]
    return reduce(add, known_states) if known_states else None
