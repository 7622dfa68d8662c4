"""Chunks on a Dask cluster: maps are tasks, folds are tree reductions, rows stay on the workers."""

import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from itertools import groupby
from operator import add, attrgetter
from typing import Any, NamedTuple, Protocol, TypeVar

import numpy as np

from customer_analytics.core.chunks.protocol import Frame, P, Step
from customer_analytics.datasets.dask.cluster import ClusterSettings, connect, one_clear_error

_FAN_IN = 8
"""Partials added by one task of a tree reduction."""

R = TypeVar("R")


class Piece(NamedTuple):
    """A chunk in a worker, and its place in the order of all chunks."""

    key: int
    frame: Frame


class Reader(Protocol):
    """Makes the chunks of one part after another, in a worker; it travels there once."""

    def pieces(self, part: Any, columns: Sequence[str] | None) -> Iterator[Piece]:  # noqa: ANN401  the reader's own
        """The chunks of a part, ascending by key, each at most ``chunk_rows`` long."""
        ...


class Source(Protocol):
    """Where chunks come from: a reader, and the parts that tasks are made of."""

    def reader(self) -> Reader:
        """What every task needs."""
        ...

    def parts(self) -> Sequence[Any]:
        """What one task needs: a small value, or one that Dask still has to make."""
        ...

    def empty(self, columns: Sequence[str] | None) -> Frame:
        """A chunk without rows."""
        ...


@dataclass(frozen=True, slots=True)
class Work:
    """What is done to each part."""

    reader: Reader
    columns: tuple[str, ...] | None
    steps: tuple[Step, ...]
    last: Callable[[Iterator[Piece]], Any]

    def do(self, part: Any) -> Any:  # noqa: ANN401  the reader's part, and whatever ``last`` gives
        """In a worker: read a part, apply the steps, and hand the chunks to ``last``."""
        return self.last(self._pieces(part))

    def _pieces(self, part: Any) -> Iterator[Piece]:  # noqa: ANN401
        for key, frame in self.reader.pieces(part, self.columns):
            try:
                yield Piece(key, reduce(_apply, self.steps, frame))
            except Exception as error:
                error.add_note(f"in chunk {key}")
                raise


@dataclass(frozen=True, slots=True)
class DaskChunks:
    """Chunks that the workers of a cluster make; implements :class:`~customer_analytics.core.chunks.protocol.Chunks`.

    Args:
        source: Where the chunks come from.
        cluster: Who works.
        steps: Functions applied to each chunk, first one first.
        columns: The only columns to read; ``None`` for all.
    """

    source: Source
    cluster: ClusterSettings
    steps: tuple[Step, ...] = ()
    columns: tuple[str, ...] | None = None

    def map(self, function: Callable[[Frame], Any]) -> "DaskChunks":
        """See :class:`~customer_analytics.core.chunks.protocol.Chunks`."""
        return replace(self, steps=(*self.steps, function))

    def select(self, columns: Sequence[str]) -> "DaskChunks":
        """See :class:`~customer_analytics.core.chunks.protocol.Chunks`."""
        wanted = list(columns)
        if self.steps:
            return self.map(lambda frame: frame[wanted])
        return replace(self, columns=tuple(wanted))

    def fold(self, measure: Callable[[Frame], P], zero: P) -> P:
        """See :class:`~customer_analytics.core.chunks.protocol.Chunks`: leaves measure parts, a tree adds the partials."""

        def measured(pieces: Iterator[Piece]) -> P | None:
            return _total(measure(piece.frame) for piece in pieces)

        partials, level = self._tasks(measured, "measure"), 0
        while len(partials) > 1:
            groups = [partials[start : start + _FAN_IN] for start in range(0, len(partials), _FAN_IN)]
            partials = tasks(_total, groups, f"add-{level}")
            level += 1
        found = self._compute(partials)
        return zero if not found or found[0] is None else zero + found[0]

    def shuffle(self, partition_of: Callable[[Frame], np.ndarray]) -> "DaskChunks":
        """See :class:`~customer_analytics.core.chunks.protocol.Chunks`: Dask DataFrame's own shuffle does it."""
        from customer_analytics.datasets.dask.shuffle import ShuffleSource  # noqa: PLC0415  they need each other

        return DaskChunks(ShuffleSource(self, partition_of), self.cluster)

    def gather(self, last: Callable[[Iterator[Piece]], R]) -> list[R]:
        """Run: what ``last`` gives for the chunks of each part; it should be small, for it comes to the client."""
        return self._compute(self._tasks(last, "write"))

    def __iter__(self) -> Iterator[Frame]:
        """Run and bring every row to this process, in order: for looking at small tables, never part of a run."""
        pieces = [piece for part in self.gather(list) for piece in part]
        yield from (piece.frame for piece in sorted(pieces, key=attrgetter("key")))

    def empty(self) -> Frame:
        """What the steps make of a chunk without rows."""
        return reduce(_apply, self.steps, self.source.empty(self.columns))

    def work(self, last: Callable[[Iterator[Piece]], Any]) -> Work:
        """What is done to each part."""
        return Work(self.source.reader(), self.columns, self.steps, last)

    def _tasks(self, last: Callable[[Iterator[Piece]], Any], name: str) -> list[Any]:
        connect(self.cluster)
        return tasks(_do, self.source.parts(), name, shared=self.work(last))

    def _compute(self, wanted: Sequence[Any]) -> list[Any]:
        return compute(wanted, self.cluster)


def tasks(function: Callable[..., Any], inputs: Iterable[Any], name: str, shared: object = None) -> list[Any]:
    """A task for each input; ``shared`` is sent to each worker once and comes first.

    Returns:
        Dask's delayed values.
    """
    from dask.delayed import delayed  # noqa: PLC0415  slow to import

    token = uuid.uuid4().hex
    first = () if shared is None else (delayed(shared, name=f"{name}-job-{token}", traverse=False),)
    lazy = delayed(function, pure=False, traverse=True)
    return [lazy(*first, one, dask_key_name=(f"{name}-{token}", place)) for place, one in enumerate(inputs)]


def compute(wanted: Sequence[Any], cluster: ClusterSettings) -> list[Any]:
    """Run delayed values on the cluster and bring their results here.

    Raises:
        ClusterError: The cluster failed; an error of the work itself comes as it was raised.
    """
    client: Any = connect(cluster)
    with one_clear_error(client):
        return client.gather(client.compute(list(wanted)))


def by_key(pieces: Iterator[Piece]) -> Iterator[tuple[int, Iterator[Frame]]]:
    """The chunks of each key."""
    for key, group in groupby(pieces, attrgetter("key")):
        yield key, (piece.frame for piece in group)


def _do(work: Work, part: Any) -> Any:  # noqa: ANN401  see Work.do
    return work.do(part)


def _apply(frame: Any, step: Step) -> Any:  # noqa: ANN401  the last step may make anything
    return step(frame)


def _total(partials: Iterable[Any]) -> Any:  # noqa: ANN401  partials
    known = [one for one in partials if one is not None]
    return reduce(add, known) if known else None
