"""Protocols (``typing``) of chunks on a Dask cluster. A part is a task's input: records of a CSV, or a Parquet file."""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple, Protocol

from customer_analytics.core.chunks.protocol import Frame
from customer_analytics.datasets.dask.cluster import ClusterSettings


class KeyedChunk(NamedTuple):
    """A chunk and its sort key: the chunks of all workers are sorted by their keys.

    Args:
        key: The sort key. If chunks of a part have the same key, they keep their order in the part.
        frame: The rows.
    """

    key: int
    frame: Frame


Finish = Callable[[Iterator[KeyedChunk]], Any]
"""The function of a task's last step: takes all chunks of a part and returns the result of the task."""


class Reader(Protocol):
    """The interface of an object that reads parts in a worker; it is sent to each worker once."""

    def read(self, part: Any, columns: Sequence[str] | None) -> Iterator[KeyedChunk]:  # noqa: ANN401  the reader's own
        """Read the given columns (``None``: all) and yield the chunks of a part in ascending order of their keys.

        If the reader has a setting ``chunk_rows``, no chunk has more rows than that.
        """
        ...


class Source(Protocol):
    """The interface of a source of chunks: it has a list of parts, and a reader that makes chunks from the parts."""

    def reader(self) -> Reader:
        """Return the reader of the parts; all tasks share it."""
        ...

    def parts(self) -> Sequence[Any]:
        """Return the inputs of the tasks, one per task: small values, or delayed values of Dask."""
        ...

    def empty(self, columns: Sequence[str] | None) -> Frame:
        """Return a chunk that has these columns but no rows; ``None`` selects all columns."""
        ...


class ShuffleInput(Protocol):
    """The interface of the input of a shuffle: a table in chunks, to be regrouped by partition."""

    @property
    def cluster(self) -> ClusterSettings:
        """The settings of the cluster that computes the chunks."""
        ...

    def part_tasks(self, finish: Finish, name: str) -> list[Any]:
        """Return one Dask delayed value per part: the result of ``finish(chunks)``. ``name`` labels the tasks."""
        ...

    def empty(self) -> Frame:
        """Return a chunk that has the columns of the table but no rows."""
        ...


def by_key(chunks: Iterator[KeyedChunk]) -> Iterator[tuple[int, Iterator[Frame]]]:
    """Group consecutive chunks with the same key, and yield each key with the frames of its chunks."""
    for key, group in groupby(chunks, attrgetter("key")):
        yield key, (chunk.frame for chunk in group)
