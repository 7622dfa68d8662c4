"""Protocols of chunks on a Dask cluster. A part is the input of one task: some records of a CSV, or a Parquet file."""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple, Protocol

from customer_analytics.core.chunks.protocol import Frame
from customer_analytics.datasets.dask.cluster import ClusterSettings


class KeyedChunk(NamedTuple):
    """A chunk with the key that sorts it among the chunks of all workers.

    Args:
        key: The sort key. Chunks of one part can have the same key; they keep their order.
        frame: The rows.
    """

    key: int
    frame: Frame


Finish = Callable[[Iterator[KeyedChunk]], Any]
"""The function of a task's last step: takes all chunks of a part and returns the result of the task."""


class Reader(Protocol):
    """The interface of an object that reads parts in a worker; it is sent to each worker once."""

    def read(self, part: Any, columns: Sequence[str] | None) -> Iterator[KeyedChunk]:  # noqa: ANN401  the reader's own
        """Yield the chunks of a part, ascending by key. Read only ``columns``; ``None`` reads all.

        No chunk has more than the ``chunk_rows`` that the reader was made with.
        """
        ...


class Source(Protocol):
    """The interface of a source of chunks: a list of parts, and the reader for them."""

    def reader(self) -> Reader:
        """Return the reader of the parts; all tasks share it."""
        ...

    def parts(self) -> Sequence[Any]:
        """Return the parts, one per task: each is a small value, or a delayed value of Dask."""
        ...

    def empty(self, columns: Sequence[str] | None) -> Frame:
        """Return a chunk that has these columns but no rows; ``None`` selects all columns."""
        ...


class ShuffleInput(Protocol):
    """The interface of the chunks that a shuffle regroups."""

    @property
    def cluster(self) -> ClusterSettings:
        """The settings of the cluster that computes the chunks."""
        ...

    def part_tasks(self, finish: Finish, name: str) -> list[Any]:
        """Return one delayed value of Dask per part: the result of ``finish``. ``name`` labels the tasks."""
        ...

    def empty(self) -> Frame:
        """Return a chunk with the same columns but without rows."""
        ...


def by_key(chunks: Iterator[KeyedChunk]) -> Iterator[tuple[int, Iterator[Frame]]]:
    """Group consecutive chunks with the same key, and yield each key with its frames."""
    for key, group in groupby(chunks, attrgetter("key")):
        yield key, (chunk.frame for chunk in group)
