"""Settings and runtime of streamed datasets on this machine: chunk size, threads, spill and progress."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from customer_analytics.core.chunks.local import LocalRuntime
from customer_analytics.core.errors import SettingError
from customer_analytics.datasets.progress import watch_run

CHUNK_ROWS = 262_144
_UNSET = (None, "")


@dataclass(frozen=True, slots=True)
class RuntimeSettings:
    """Size and number of chunks in memory; results do not depend on them.

    Args:
        chunk_rows: Maximum number of rows in a chunk.
        threads: Number of chunks that are processed at the same time.
    """

    chunk_rows: int
    threads: int

    @classmethod
    def of(cls, chunk_rows: object = None, threads: object = None) -> "RuntimeSettings":
        """Return the settings of a catalog entry; defaults replace ``None`` and empty text.

        Raises:
            SettingError: A setting is not a whole number from 1.
        """
        return cls(
            _count("CHUNK_ROWS", CHUNK_ROWS if chunk_rows in _UNSET else chunk_rows),
            _count("THREADS", available_cores() if threads in _UNSET else threads),
        )

    def runtime(self) -> LocalRuntime:
        """Return a runtime with these settings, a spill on disk and visible progress."""
        return LocalRuntime(self.threads, open_spill, watch_run)


def available_cores() -> int:
    """Return the number of cores that this process may use, or of all cores on platforms without CPU affinity."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class FileSpill:
    """A spill in an unnamed temporary file, which disappears when it is closed or when the process dies."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._end = 0

    def write(self, data: pa.Buffer) -> int:
        """Append bytes and return the offset of the first one."""
        start, remaining = self._end, memoryview(data)
        while remaining:
            written = os.pwrite(self._descriptor, remaining, self._end)
            self._end += written
            remaining = remaining[written:]
        return start

    def read(self, start: int, size: int) -> pa.Buffer:
        """Return ``size`` bytes from offset ``start``; safe from several threads."""
        buffer = pa.allocate_buffer(size)
        self.readinto(start, memoryview(buffer))
        return buffer

    def readinto(self, start: int, buffer: memoryview) -> None:
        """Fill ``buffer`` with the bytes from offset ``start``; safe from several threads."""
        while buffer:
            size = os.preadv(self._descriptor, [buffer], start)
            if not size:
                raise EOFError(f"spilled rows: expected {len(buffer)} bytes more; found the end of the file")
            start, buffer = start + size, buffer[size:]


@contextmanager
def open_spill() -> Iterator[FileSpill]:
    """Open a spill in the data folder (``DATA_DIR``), or in the system's temporary folder if that does not exist."""
    folder = Path(os.environ.get("DATA_DIR") or "data")
    with tempfile.TemporaryFile(dir=folder if folder.is_dir() else None) as file:
        yield FileSpill(file.fileno())


def _count(name: str, setting: object) -> int:
    try:
        number = int(str(setting))
    except ValueError:
        number = 0
    if number < 1:
        raise SettingError(name, "a whole number from 1", repr(setting), "set it in .env or in the environment")
    return number
