"""Regrouping rows by bucket in flat memory: rows are gathered, sorted by bucket, and spilled as Arrow messages."""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

import numpy as np
import pandas as pd
import pyarrow as pa

from customer_analytics.core.frames import to_frame, to_table

GATHERED_BYTES = 16 << 20
"""Rows gathered in memory before they are spilled."""


class Spill(Protocol):
    """Room for bytes that do not fit in memory; closed, it leaves nothing behind."""

    def write(self, data: pa.Buffer) -> int:
        """Append and return where the bytes begin."""
        ...

    def read(self, start: int, size: int) -> pa.Buffer:
        """The bytes again; safe from several threads."""
        ...


class MemorySpill(AbstractContextManager["MemorySpill"]):
    """A spill that stays in memory: for small data and tests."""

    def __init__(self) -> None:
        self._written: dict[int, pa.Buffer] = {}
        self._end = 0

    def write(self, data: pa.Buffer) -> int:
        """See :class:`Spill`."""
        start = self._end
        self._written[start] = data
        self._end += data.size
        return start

    def read(self, start: int, size: int) -> pa.Buffer:
        """See :class:`Spill`."""
        return self._written[start].slice(0, size)

    def __exit__(self, *_: object) -> None:
        self._written.clear()


class Addressed(NamedTuple):
    """A chunk's rows and the bucket of each (uint16, shape ``(rows,)``)."""

    table: pa.Table
    bucket: np.ndarray


def address(frame: pd.DataFrame, bucket: np.ndarray) -> Addressed:
    """A chunk on its way to the exchange."""
    return Addressed(to_table(frame), bucket)


@dataclass(slots=True)
class Exchange:
    """Chunks put in row order and taken by bucket.

    Args:
        spill: Where rows go that do not fit in memory.
        gathered: Chunks not yet spilled.
        pieces: Bucket → its rows, in order: tables in memory, or where their messages were spilled.
    """

    spill: Spill
    gathered: list[Addressed] = field(default_factory=list)
    pieces: dict[int, list[pa.Table | tuple[int, int]]] = field(default_factory=dict)
    spilled: bool = False
    schema: pa.Schema | None = None

    def put(self, chunks: Iterable[Addressed]) -> None:
        """Take all chunks in; what is more than :data:`GATHERED_BYTES` is spilled."""
        size = 0
        for chunk in chunks:
            self.schema = self.schema or chunk.table.schema
            self.gathered.append(chunk)
            size += chunk.table.nbytes
            if size >= GATHERED_BYTES:
                self._sort_gathered(self._spill_piece)
                self.spilled, size = True, 0
        self._sort_gathered(self._spill_piece if self.spilled else _keep_piece)

    def buckets(self) -> list[int]:
        """Every bucket that has rows, ascending."""
        return sorted(self.pieces)

    def take(self, bucket: int, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """The rows of one bucket in the order they were put."""
        tables = [piece if isinstance(piece, pa.Table) else self._read(*piece) for piece in self.pieces[bucket]]
        table = pa.concat_tables(tables)
        return to_frame(table if columns is None else table.select(list(columns)))

    def _sort_gathered(self, place: "Placer") -> None:
        """Sort the gathered rows by bucket, keeping their order in each, and put each bucket's rows in place."""
        bucket = np.concatenate([np.zeros(0, np.uint16), *(chunk.bucket for chunk in self.gathered)])
        if not len(bucket):
            return
        order = np.argsort(bucket, kind="stable")
        table = pa.concat_tables([chunk.table for chunk in self.gathered]).take(pa.array(order)).combine_chunks()
        self.gathered = []
        ranked = bucket[order]
        starts = np.flatnonzero(np.diff(ranked, prepend=ranked[:1] + 1))
        for start, stop in zip(starts.tolist(), [*starts[1:].tolist(), len(ranked)], strict=True):
            self.pieces.setdefault(int(ranked[start]), []).append(place(table.slice(start, stop - start)))

    def _spill_piece(self, table: pa.Table) -> tuple[int, int]:
        (batch,) = table.to_batches()
        message = batch.serialize()
        return self.spill.write(message), message.size

    def _read(self, start: int, size: int) -> pa.Table:
        return pa.Table.from_batches([pa.ipc.read_record_batch(self.spill.read(start, size), self.schema)])


class Placer(Protocol):
    """Puts the rows of one bucket where they can be found."""

    def __call__(self, table: pa.Table) -> pa.Table | tuple[int, int]:
        """The rows themselves, or where they were spilled."""
        ...


def _keep_piece(table: pa.Table) -> pa.Table:
    return table
