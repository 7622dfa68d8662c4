"""Temporary storage (spill) for rows that do not fit in memory."""

from bisect import bisect_right
from contextlib import AbstractContextManager
from typing import Protocol

import pyarrow as pa


class Spill(Protocol):
    """A temporary storage for bytes. They can be appended and read, and are deleted when the storage is closed."""

    def write(self, data: pa.Buffer) -> int:
        """Append bytes and return the position of the first one, which :meth:`read` needs."""

    def read(self, start: int, size: int) -> pa.Buffer:
        """Return ``size`` bytes from position ``start`` on. Several threads may call this at once.

        One call of :meth:`write` must have written all of these bytes.
        """

    def readinto(self, start: int, buffer: memoryview) -> None:
        """Fill ``buffer`` with the bytes from position ``start`` on; the rules for :meth:`read` apply here, too."""


class MemorySpill(AbstractContextManager["MemorySpill"]):
    """A :class:`Spill` that keeps its bytes in memory, for small data and tests."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._buffers: list[pa.Buffer] = []
        self._end = 0

    def write(self, data: pa.Buffer) -> int:
        """Append bytes without a copy and return the position of the first of them."""
        self._starts.append(self._end)
        self._buffers.append(data)
        self._end += data.size
        return self._starts[-1]

    def read(self, start: int, size: int) -> pa.Buffer:
        """Return ``size`` bytes from position ``start`` on, without a copy."""
        index = bisect_right(self._starts, start) - 1
        return self._buffers[index].slice(start - self._starts[index], size)

    def readinto(self, start: int, buffer: memoryview) -> None:
        """Fill ``buffer`` with a copy of the bytes from position ``start`` on."""
        buffer[:] = memoryview(self.read(start, len(buffer))).cast("B")

    def __exit__(self, *_: object) -> None:
        self._buffers.clear()
