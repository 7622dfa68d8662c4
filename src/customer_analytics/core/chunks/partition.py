"""Regrouping rows by bucket in flat memory: chunks are sorted by bucket, and spilled when they become many.

Rows of numbers alone travel as records, of which any stretch can be read back; rows with text as Arrow messages, one
for each bucket of some chunks.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from typing import Any, NamedTuple, Protocol, TypeAlias

import numpy as np
import pandas as pd
import pyarrow as pa

from customer_analytics.core.arrow.frames import to_frame, to_table
from customer_analytics.core.chunks.spill import Spill

BUFFERED_BYTES = 16 << 20
"""Rows of numbers gathered in memory before they are spilled."""

BUFFERED_TEXT_BYTES = 64 << 20
"""Likewise of rows with text, which are spilled in a message for each bucket: many small ones take long."""

COALESCED_BYTES = 4 << 20
"""Neighbouring buckets are taken together while they are no larger than this."""

Rows: TypeAlias = Any
"""Rows with text as a table; rows of numbers as a structured array."""


class PartitionedChunk(NamedTuple):
    """A chunk's rows sorted by bucket, their order kept in each: those of bucket ``b`` begin at ``bounds[b]``."""

    rows: Rows
    bounds: np.ndarray

    def of(self, buckets: range) -> slice:
        """Where the rows of neighbouring buckets are."""
        return _stretch(self.bounds, buckets)


def address(frame: pd.DataFrame, bucket: np.ndarray) -> PartitionedChunk:
    """A chunk on its way to the exchange.

    Args:
        frame: Its rows; the index is left behind.
        bucket: The bucket of each (uint16, shape ``(rows,)``).
    """
    from customer_analytics.core.chunks._kernels import positions_by_partition, scatter_rows  # noqa: PLC0415  only to regroup rows

    places, bounds = positions_by_partition(bucket)
    if all(isinstance(dtype, np.dtype) and dtype.kind in "iuf" for dtype in frame.dtypes):
        return PartitionedChunk(_records(frame, places), bounds)
    order = np.empty(len(places), np.int32)
    scatter_rows(places, np.arange(len(places), dtype=np.int32), order)
    return PartitionedChunk(to_table(frame).take(pa.array(order)), bounds)


@dataclass(slots=True)
class Partitioner:
    """Chunks put in row order and taken by bucket.

    Args:
        spill: Where rows go that do not fit in memory.
        gathered: Chunks not spilled.
        shelf: Where spilled rows are found again.
        rows: How many rows each bucket has; int64.
        size: Bytes of all rows.
    """

    spill: Spill
    gathered: list[PartitionedChunk] = field(default_factory=list)
    shelf: "_Shelf | None" = None
    rows: np.ndarray = field(default_factory=partial(np.zeros, 0, np.int64))
    size: int = 0

    def put(self, chunks: Iterable[PartitionedChunk]) -> None:
        """Take all chunks in.

        Whenever :data:`BUFFERED_BYTES` are gathered, of rows with text :data:`BUFFERED_TEXT_BYTES`, they are spilled.
        """
        spilled = 0
        for chunk in chunks:
            self._count(np.diff(chunk.bounds))
            self.gathered.append(chunk)
            self.size += chunk.rows.nbytes
            if self.size - spilled >= (BUFFERED_BYTES if isinstance(chunk.rows, np.ndarray) else BUFFERED_TEXT_BYTES):
                self.shelf = self.shelf or _shelf_for(chunk.rows, self.spill)
                self.shelf.put(self.gathered)
                self.gathered, spilled = [], self.size

    def _count(self, rows: np.ndarray) -> None:
        """Add the rows of each bucket of a chunk; the array is written over, or kept."""
        if len(rows) > len(self.rows):
            rows[: len(self.rows)] += self.rows
            self.rows = rows
        else:
            self.rows[: len(rows)] += rows

    def buckets(self) -> list[range]:
        """All buckets that have rows, ascending; neighbours are together while they are small."""
        found: list[range] = []
        together, most = 0, COALESCED_BYTES * int(self.rows.sum()) // max(self.size, 1)
        for bucket in np.flatnonzero(self.rows).tolist():
            rows = int(self.rows[bucket])
            together += rows
            if found and together <= most:
                found[-1] = range(found[-1].start, bucket + 1)
            else:
                found.append(range(bucket, bucket + 1))
                together = rows
        return found

    def take(self, buckets: range, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """The rows of neighbouring buckets, those of each in the order they were put."""
        spilled = self.shelf.take(buckets) if self.shelf else ()
        frame = _frame([*spilled, *(chunk.rows[chunk.of(buckets)] for chunk in self.gathered)])
        return frame if columns is None else frame[list(columns)]


class _Shelf(Protocol):
    """Spilled rows, by bucket."""

    def put(self, chunks: Sequence[PartitionedChunk]) -> None:
        """Spill the rows of chunks."""
        ...

    def take(self, buckets: range) -> Iterator[Rows]:
        """The rows of neighbouring buckets, in pieces, those of each in order."""
        ...


@dataclass(slots=True)
class _Records:
    """Chunks of numbers, spilled whole: neighbouring buckets are a stretch of bytes of each."""

    spill: Spill
    dtype: np.dtype
    chunks: list[tuple[int, np.ndarray]] = field(default_factory=list)

    def put(self, chunks: Sequence[PartitionedChunk]) -> None:
        if any(chunk.rows.dtype != self.dtype for chunk in chunks):
            raise TypeError(f"expected chunks of {self.dtype}; found {[str(chunk.rows.dtype) for chunk in chunks]}")
        self.chunks += [(self.spill.write(pa.py_buffer(chunk.rows)), chunk.bounds) for chunk in chunks]

    def take(self, buckets: range) -> Iterator[Rows]:
        stretches = [(start, _stretch(bounds, buckets)) for start, bounds in self.chunks]
        rows = np.empty(sum(at.stop - at.start for _, at in stretches), self.dtype)
        room, width, filled = rows.view(np.uint8).data, self.dtype.itemsize, 0
        for start, at in stretches:
            size = width * (at.stop - at.start)
            self.spill.readinto(start + width * at.start, room[filled : filled + size])
            filled += size
        yield rows


@dataclass(slots=True)
class _Messages:
    """Chunks with text: the rows of each bucket of the chunks put at once are one Arrow message."""

    spill: Spill
    schema: pa.Schema
    messages: dict[int, list[tuple[int, int]]] = field(default_factory=dict)

    def put(self, chunks: Sequence[PartitionedChunk]) -> None:
        for bucket in range(max(len(chunk.bounds) for chunk in chunks) - 1):
            rows = pa.concat_tables([chunk.rows[chunk.of(range(bucket, bucket + 1))] for chunk in chunks])
            for batch in rows.combine_chunks().to_batches():
                message = batch.serialize()
                self.messages.setdefault(bucket, []).append((self.spill.write(message), message.size))

    def take(self, buckets: range) -> Iterator[Rows]:
        for start, size in chain.from_iterable(self.messages.get(bucket, ()) for bucket in buckets):
            yield pa.Table.from_batches([pa.ipc.read_record_batch(self.spill.read(start, size), self.schema)])


def _shelf_for(rows: Rows, spill: Spill) -> _Shelf:
    return _Records(spill, rows.dtype) if isinstance(rows, np.ndarray) else _Messages(spill, rows.schema)


def _stretch(bounds: np.ndarray, buckets: range) -> slice:
    last = len(bounds) - 1
    return slice(int(bounds[min(buckets.start, last)]), int(bounds[min(buckets.stop, last)]))


def _records(frame: pd.DataFrame, places: np.ndarray) -> np.ndarray:
    from customer_analytics.core.chunks._kernels import scatter_rows  # noqa: PLC0415  as above

    columns = {str(name): frame[name].to_numpy() for name in frame}
    records = np.empty(len(places), [(name, column.dtype) for name, column in columns.items()])
    for name, column in columns.items():
        scatter_rows(places, column, records[name])
    return records


def _frame(pieces: Sequence[Rows]) -> pd.DataFrame:
    if isinstance(pieces[0], np.ndarray):
        names = pieces[0].dtype.names or ()
        return pd.DataFrame({name: np.concatenate([rows[name] for rows in pieces]) for name in names}, copy=False)
    return to_frame(pa.concat_tables(pieces))
