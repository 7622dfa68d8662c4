"""Room for bytes that do not fit in memory."""

from bisect import bisect_right
from contextlib import AbstractContextManager
from typing import Protocol

import pyarrow as pa


class Spill(Protocol):
    """Room for bytes that do not fit in memory; closed, it leaves nothing behind."""

    def write(self, data: pa.Buffer) -> int:
        """Append and return where the bytes begin."""
        ...

    def read(self, start: int, size: int) -> pa.Buffer:
        """Bytes of one writing again, or a stretch of them; safe from several threads."""
        ...

    def readinto(self, start: int, room: memoryview) -> None:
        """Fill ``room`` with the bytes that :meth:`read` gives."""
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

    def readinto(self, start: int, room: memoryview) -> None:
        """See :class:`Spill`."""
        room[:] = memoryview(self.read(start, len(room))).cast("B")

    def __exit__(self, *_: object) -> None:
        self._starts.clear()
        self._written.clear()
