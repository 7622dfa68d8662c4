"""How streamed datasets work on this machine: chunk size, threads, spill and progress."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from customer_analytics.core.chunks.local import LocalRuntime, ProgressCallback
from customer_analytics.core.errors import SettingError
from customer_analytics.datasets.allocator import KEPT_BYTES, release_excess
from customer_analytics.datasets.progress import watch_run

CHUNK_ROWS = 262_144
_MOST_BLOCK_BYTES = 32 << 20
_UNSET = (None, "")


@dataclass(frozen=True, slots=True)
class RuntimeSettings:
    """Most rows in a chunk and chunks worked on at once; no answer depends on either."""

    chunk_rows: int
    threads: int

    @classmethod
    def of(cls, chunk_rows: object = None, threads: object = None) -> "RuntimeSettings":
        """The settings, with defaults for what is not given.

        Raises:
            SettingError: A number below 1, or none at all.
        """
        return cls(
            _count("CHUNK_ROWS", CHUNK_ROWS if chunk_rows in _UNSET else chunk_rows),
            _count("THREADS", len(os.sched_getaffinity(0)) if threads in _UNSET else threads),
        )

    @property
    def block_bytes(self) -> int:
        """Most bytes read at once."""
        return _MOST_BLOCK_BYTES

    def runtime(self) -> LocalRuntime:
        """The runtime for these settings."""
        return LocalRuntime(self.threads, open_spill, _watch_run)


class FileSpill:
    """Bytes in a nameless temporary file: gone when it is closed, or when the process dies."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._end = 0

    def write(self, data: pa.Buffer) -> int:
        """See :class:`~customer_analytics.core.chunks.spill.Spill`."""
        start, left = self._end, memoryview(data)
        while left:
            done = os.pwrite(self._descriptor, left, self._end)
            self._end += done
            left = left[done:]
        return start

    def read(self, start: int, size: int) -> pa.Buffer:
        """See :class:`~customer_analytics.core.chunks.spill.Spill`."""
        room = pa.allocate_buffer(size)
        self.readinto(start, memoryview(room))
        return room

    def readinto(self, start: int, room: memoryview) -> None:
        """See :class:`~customer_analytics.core.chunks.spill.Spill`."""
        while room:
            done = os.preadv(self._descriptor, [room], start)
            if not done:
                raise EOFError(f"spilled rows: expected {len(room)} bytes more; found the end of the file")
            start, room = start + done, room[done:]


@contextmanager
def open_spill() -> Iterator[FileSpill]:
    """A spill in the data folder (``DATA_DIR``), where there is room for tables."""
    folder = Path(os.environ.get("DATA_DIR") or "data")
    with tempfile.TemporaryFile(dir=folder if folder.is_dir() else None) as file:
        yield FileSpill(file.fileno())


@contextmanager
def _watch_run(total: int) -> Iterator[ProgressCallback]:
    """The progress of a run; what its chunks freed in scattered pieces is given back before it becomes much."""
    with watch_run(total) as tell:
        mark = KEPT_BYTES

        def advance(rows: int, size: int) -> None:
            nonlocal mark
            tell(rows, size)
            mark = release_excess(mark)

        yield advance


def _count(name: str, setting: object) -> int:
    try:
        number = int(str(setting))
    except ValueError:
        number = 0
    if number < 1:
        raise SettingError(name, "a whole number from 1", repr(setting), "set it in .env or in the environment")
    return number
