"""Regrouping rows by bucket in flat memory: chunks are sorted by bucket, and spilled when they become many.

Rows of numbers alone travel as records, of which any stretch can be read back; rows with text as Arrow messages, one
for each bucket of some chunks.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol, TypeAlias

import numpy as np
import pandas as pd
import pyarrow as pa

from customer_analytics.core.frames import to_frame, to_table

GATHERED_BYTES = 16 << 20
"""Rows gathered in memory before they are spilled."""

Rows: TypeAlias = Any
"""Rows with text as a table; rows of numbers as a structured array."""


class Spill(Protocol):
    """Room for bytes that do not fit in memory; closed, it leaves nothing behind."""

    def write(self, data: pa.Buffer) -> int:
        """Append and return where the bytes begin."""
        ...

    def read(self, start: int, size: int) -> pa.Buffer:
        """Bytes of one writing again, or a stretch of them; safe from several threads."""
        ...


class MemorySpill(AbstractContextManager["MemorySpill"]):
    """A spill that stays in memory: for small data and tests."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._written: list[pa.Buffer] = []
        self._end = 0

    def write(self, data: pa.Buffer) -> int:
        """See :class:`Spill`."""
        self._starts.append(self._end)
        self._written.append(data)
        self._end += data.size
        return self._starts[-1]

    def read(self, start: int, size: int) -> pa.Buffer:
        """See :class:`Spill`."""
        place = bisect_right(self._starts, start) - 1
        return self._written[place].slice(start - self._starts[place], size)

    def __exit__(self, *_: object) -> None:
        self._starts.clear()
        self._written.clear()


class Addressed(NamedTuple):
    """A chunk's rows sorted by bucket, their order kept in each: those of bucket ``b`` begin at ``bounds[b]``."""

    rows: Rows
    bounds: np.ndarray

    def of(self, bucket: int) -> slice:
        """Where the rows of a bucket are."""
        return _stretch(self.bounds, bucket)


def address(frame: pd.DataFrame, bucket: np.ndarray) -> Addressed:
    """A chunk on its way to the exchange.

    Args:
        frame: Its rows; the index is left behind.
        bucket: The bucket of each (uint16, shape ``(rows,)``).
    """
    order = np.argsort(bucket, kind="stable")
    bounds = np.append(0, np.cumsum(np.bincount(bucket)))
    if all(isinstance(dtype, np.dtype) and dtype.kind in "iuf" for dtype in frame.dtypes):
        return Addressed(_records(frame, order), bounds)
    return Addressed(to_table(frame).take(pa.array(order)), bounds)


@dataclass(slots=True)
class Exchange:
    """Chunks put in row order and taken by bucket.

    Args:
        spill: Where rows go that do not fit in memory.
        gathered: Chunks not spilled.
        shelf: Where spilled rows are found again.
        present: Every bucket that has rows.
    """

    spill: Spill
    gathered: list[Addressed] = field(default_factory=list)
    shelf: "_Shelf | None" = None
    present: set[int] = field(default_factory=set)

    def put(self, chunks: Iterable[Addressed]) -> None:
        """Take all chunks in; whenever there are :data:`GATHERED_BYTES` of them, they are spilled."""
        size = 0
        for chunk in chunks:
            self.present.update(np.flatnonzero(np.diff(chunk.bounds)).tolist())
            self.gathered.append(chunk)
            size += chunk.rows.nbytes
            if size >= GATHERED_BYTES:
                self.shelf = self.shelf or _shelf_for(chunk.rows, self.spill)
                self.shelf.put(self.gathered)
                self.gathered, size = [], 0

    def buckets(self) -> list[int]:
        """Every bucket that has rows, ascending."""
        return sorted(self.present)

    def take(self, bucket: int, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """The rows of one bucket in the order they were put."""
        spilled = self.shelf.take(bucket) if self.shelf else ()
        frame = _frame([*spilled, *(chunk.rows[chunk.of(bucket)] for chunk in self.gathered)])
        return frame if columns is None else frame[list(columns)]


class _Shelf(Protocol):
    """Spilled rows, by bucket."""

    def put(self, chunks: Sequence[Addressed]) -> None:
        """Spill the rows of chunks."""
        ...

    def take(self, bucket: int) -> Iterator[Rows]:
        """The rows of a bucket, in pieces, in order."""
        ...


@dataclass(slots=True)
class _Records:
    """Chunks of numbers, spilled whole: a bucket is a stretch of bytes of each."""

    spill: Spill
    dtype: np.dtype
    chunks: list[tuple[int, np.ndarray]] = field(default_factory=list)

    def put(self, chunks: Sequence[Addressed]) -> None:
        self.chunks += [(self.spill.write(pa.py_buffer(chunk.rows)), chunk.bounds) for chunk in chunks]

    def take(self, bucket: int) -> Iterator[Rows]:
        stretches = ((start, _stretch(bounds, bucket)) for start, bounds in self.chunks)
        width = self.dtype.itemsize
        found = [self.spill.read(start + width * at.start, width * (at.stop - at.start)) for start, at in stretches]
        yield np.frombuffer(b"".join(found), self.dtype)


@dataclass(slots=True)
class _Messages:
    """Chunks with text: the rows of each bucket of the chunks put at once are one Arrow message."""

    spill: Spill
    schema: pa.Schema
    messages: dict[int, list[tuple[int, int]]] = field(default_factory=dict)

    def put(self, chunks: Sequence[Addressed]) -> None:
        for bucket in range(max(len(chunk.bounds) for chunk in chunks) - 1):
            rows = pa.concat_tables([chunk.rows[chunk.of(bucket)] for chunk in chunks])
            for batch in rows.combine_chunks().to_batches():
                message = batch.serialize()
                self.messages.setdefault(bucket, []).append((self.spill.write(message), message.size))

    def take(self, bucket: int) -> Iterator[Rows]:
        for start, size in self.messages.get(bucket, ()):
            yield pa.Table.from_batches([pa.ipc.read_record_batch(self.spill.read(start, size), self.schema)])


def _shelf_for(rows: Rows, spill: Spill) -> _Shelf:
    return _Records(spill, rows.dtype) if isinstance(rows, np.ndarray) else _Messages(spill, rows.schema)


def _stretch(bounds: np.ndarray, bucket: int) -> slice:
    last = len(bounds) - 1
    return slice(int(bounds[min(bucket, last)]), int(bounds[min(bucket + 1, last)]))


def _records(frame: pd.DataFrame, order: np.ndarray) -> np.ndarray:
    columns = {str(name): frame[name].to_numpy() for name in frame}
    records = np.empty(len(order), [(name, column.dtype) for name, column in columns.items()])
    for name, column in columns.items():
        records[name] = column[order]
    return records


def _frame(pieces: Sequence[Rows]) -> pd.DataFrame:
    if isinstance(pieces[0], np.ndarray):
        rows = np.concatenate(pieces)
        names = rows.dtype.names or ()
        return pd.DataFrame({name: np.ascontiguousarray(rows[name]) for name in names}, copy=False)
    return to_frame(pa.concat_tables(pieces))
