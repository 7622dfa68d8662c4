"""Regroup rows by partition in bounded memory: when the rows reach a limit, they are spilled to temporary storage.

If all columns are numbers, the rows of a chunk become one NumPy structured array and are spilled in one piece. Other
chunks, such as those with text, become Arrow tables and are spilled as one Arrow message per partition.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import pandas as pd
import pyarrow as pa

from customer_analytics.core.arrow.frames import to_frame, to_table
from customer_analytics.core.chunks.spill import Spill

BUFFERED_BYTES = 16 << 20
"""The rows in memory are spilled when they reach this size, if all columns are numbers."""

BUFFERED_TEXT_BYTES = 64 << 20
"""The same limit for all other rows. It is higher because many small Arrow messages are slow to write and read."""

COALESCED_BYTES = 4 << 20
"""Neighbouring partitions are read together if their total size is at most this."""

Rows: TypeAlias = Any
"""A NumPy structured array if all columns are numbers, otherwise an Arrow table."""


class PartitionedChunk(NamedTuple):
    """The rows of a chunk, sorted by partition: ``rows[bounds[p]:bounds[p + 1]]`` are the rows of partition ``p``."""

    rows: Rows
    bounds: np.ndarray

    def rows_of(self, partitions: range) -> Rows:
        """Return the chunk's rows in a range of partitions; empty if it has no such rows."""
        return self.rows[_row_slice(self.bounds, partitions)]


def partition_chunk(frame: pd.DataFrame, partitions: np.ndarray) -> PartitionedChunk:
    """Sort the rows of a chunk by partition; rows of the same partition keep their order.

    Args:
        frame: The chunk; the result does not contain its index.
        partitions: Partition of each row; uint16, shape ``(rows,)``.
    """
    from customer_analytics.core.chunks._kernels import positions_by_partition, scatter_rows  # noqa: PLC0415  imports Numba

    positions, bounds = positions_by_partition(partitions)
    if all(isinstance(dtype, np.dtype) and dtype.kind in "iuf" for dtype in frame.dtypes):
        rows = np.empty(len(positions), [(str(name), dtype) for name, dtype in frame.dtypes.items()])
        for name in frame:
            scatter_rows(positions, frame[name].to_numpy(), rows[str(name)])
        return PartitionedChunk(rows, bounds)
    order = np.empty_like(positions)
    order[positions] = np.arange(len(positions), dtype=np.int32)
    return PartitionedChunk(to_table(frame).take(pa.array(order)), bounds)


@dataclass(slots=True)
class Partitioner:
    """Collects chunks, which are added in row order, and returns their rows by partition.

    Args:
        spill: Storage for rows that do not fit in memory.
        buffered: Chunks that are in memory.
        spilled: Chunks that are in ``spill``; ``None`` if there are none.
        row_counts: Number of rows of each partition; int64, shape ``(65536,)``.
        size_bytes: Size of all added rows, both in memory and spilled.
    """

    spill: Spill
    buffered: list[PartitionedChunk] = field(default_factory=list)
    spilled: "_SpilledArrays | _SpilledTables | None" = None
    row_counts: np.ndarray = field(default_factory=partial(np.zeros, 1 << 16, np.int64))
    size_bytes: int = 0

    def add(self, chunks: Iterable[PartitionedChunk]) -> None:
        """Add chunks in row order. Whenever the chunks in memory reach the size limit, all of them are spilled."""
        spilled_bytes = 0
        for chunk in chunks:
            self.row_counts[: len(chunk.bounds) - 1] += np.diff(chunk.bounds)
            self.buffered.append(chunk)
            self.size_bytes += chunk.rows.nbytes
            limit = BUFFERED_BYTES if isinstance(chunk.rows, np.ndarray) else BUFFERED_TEXT_BYTES
            if self.size_bytes - spilled_bytes >= limit:
                self.spilled = self.spilled or _spilled_chunks_for(chunk.rows, self.spill)
                self.spilled.add(self.buffered)
                self.buffered, spilled_bytes = [], self.size_bytes

    def partition_ranges(self) -> list[range]:
        """Return ascending ranges that cover all partitions with rows; small neighbouring partitions share a range."""
        ranges: list[range] = []
        rows_limit = COALESCED_BYTES * int(self.row_counts.sum()) // max(self.size_bytes, 1)
        rows_in_last = 0
        for partition in np.flatnonzero(self.row_counts).tolist():
            rows = int(self.row_counts[partition])
            rows_in_last += rows
            if ranges and rows_in_last <= rows_limit:
                ranges[-1] = range(ranges[-1].start, partition + 1)
            else:
                ranges.append(range(partition, partition + 1))
                rows_in_last = rows
        return ranges

    def read(self, partitions: range, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Return the rows of one of the :meth:`partition_ranges`; rows of the same partition keep their order."""
        spilled_rows = self.spilled.read(partitions) if self.spilled else ()
        pieces = [*spilled_rows, *(chunk.rows_of(partitions) for chunk in self.buffered)]
        if isinstance(pieces[0], np.ndarray):
            names = pieces[0].dtype.names
            frame = pd.DataFrame({name: np.concatenate([rows[name] for rows in pieces]) for name in names}, copy=False)
        else:
            frame = to_frame(pa.concat_tables(pieces))
        return select_columns(frame, columns)


@dataclass(slots=True)
class _SpilledArrays:
    """Spilled chunks that have only numbers. Each chunk is written in one piece, with its rows sorted by partition."""

    spill: Spill
    dtype: np.dtype
    chunks: list[tuple[int, np.ndarray]] = field(default_factory=list)

    def add(self, chunks: Sequence[PartitionedChunk]) -> None:
        if any(chunk.rows.dtype != self.dtype for chunk in chunks):
            raise TypeError(f"expected chunks of {self.dtype}; found {[str(chunk.rows.dtype) for chunk in chunks]}")
        self.chunks += [(self.spill.write(pa.py_buffer(chunk.rows)), chunk.bounds) for chunk in chunks]

    def read(self, partitions: range) -> Iterator[Rows]:
        slices = [(chunk_start, _row_slice(bounds, partitions)) for chunk_start, bounds in self.chunks]
        rows = np.empty(sum(chunk_rows.stop - chunk_rows.start for _, chunk_rows in slices), self.dtype)
        buffer, row_bytes, filled_bytes = rows.view(np.uint8).data, self.dtype.itemsize, 0
        for chunk_start, chunk_rows in slices:
            size = row_bytes * (chunk_rows.stop - chunk_rows.start)
            self.spill.readinto(chunk_start + row_bytes * chunk_rows.start, buffer[filled_bytes : filled_bytes + size])
            filled_bytes += size
        yield rows


@dataclass(slots=True)
class _SpilledTables:
    """Spilled chunks with text. Each ``add`` joins the given chunks and writes one Arrow message per partition."""

    spill: Spill
    schema: pa.Schema
    messages: dict[int, list[tuple[int, int]]] = field(default_factory=dict)

    def add(self, chunks: Sequence[PartitionedChunk]) -> None:
        for partition in range(max(len(chunk.bounds) for chunk in chunks) - 1):
            rows = pa.concat_tables([chunk.rows_of(range(partition, partition + 1)) for chunk in chunks])
            for batch in rows.combine_chunks().to_batches():
                message = batch.serialize()
                self.messages.setdefault(partition, []).append((self.spill.write(message), message.size))

    def read(self, partitions: range) -> Iterator[Rows]:
        for partition in partitions:
            for start, size in self.messages.get(partition, ()):
                yield pa.Table.from_batches([pa.ipc.read_record_batch(self.spill.read(start, size), self.schema)])


def select_columns(frame: pd.DataFrame, columns: Sequence[str] | None) -> pd.DataFrame:
    """Return the frame with only the given ``columns``, or the whole frame if ``columns`` is ``None``."""
    return frame if columns is None else frame[list(columns)]


def _spilled_chunks_for(rows: Rows, spill: Spill) -> _SpilledArrays | _SpilledTables:
    is_array = isinstance(rows, np.ndarray)
    return _SpilledArrays(spill, rows.dtype) if is_array else _SpilledTables(spill, rows.schema)


def _row_slice(bounds: np.ndarray, partitions: range) -> slice:
    last = len(bounds) - 1
    return slice(int(bounds[min(partitions.start, last)]), int(bounds[min(partitions.stop, last)]))
