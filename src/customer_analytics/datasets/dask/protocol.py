"""Protocols of chunks on a Dask cluster. A part is the input of one task: some records of a CSV, or a Parquet file."""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple, Protocol

from customer_analytics.core.chunks.protocol import Frame
from customer_analytics.datasets.dask.cluster import ClusterSettings


class KeyedChunk(NamedTuple):
    """A chunk in a worker.

    Args:
        key: Sort key; chunks of one part may share it, and then keep their order.
        frame: The rows.
    """

    key: int
    frame: Frame


Finish = Callable[[Iterator[KeyedChunk]], Any]
"""The last step of a task: takes all chunks of a part and returns the result of the task."""


class Reader(Protocol):
    """Reads parts in a worker; it is sent to each worker once."""

    def read(self, part: Any, columns: Sequence[str] | None) -> Iterator[KeyedChunk]:  # noqa: ANN401  the reader's own
        """Read the chunks of a part, ascending by key, each at most ``chunk_rows`` long; ``None`` reads all columns."""
        ...


class Source(Protocol):
    """A reader and its parts."""

    def reader(self) -> Reader:
        """Return the reader, which all tasks share."""
        ...

    def parts(self) -> Sequence[Any]:
        """Return the input of each task: a small value, or a delayed value of Dask."""
        ...

    def empty(self, columns: Sequence[str] | None) -> Frame:
        """Return a chunk without rows; ``None`` selects all columns."""
        ...


class ShuffleInput(Protocol):
    """The chunks that a shuffle reads."""

    @property
    def cluster(self) -> ClusterSettings:
        """The cluster that makes them."""
        ...

    def part_tasks(self, finish: Finish, name: str) -> list[Any]:
        """Return a delayed value per part: the result of ``finish``."""
        ...

    def empty(self) -> Frame:
        """Return a chunk without rows."""
        ...


def by_key(chunks: Iterator[KeyedChunk]) -> Iterator[tuple[int, Iterator[Frame]]]:
    """Group consecutive chunks of equal key."""
    for key, group in groupby(chunks, attrgetter("key")):
        yield key, (chunk.frame for chunk in group)
