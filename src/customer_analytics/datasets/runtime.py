"""Settings for chunks on this machine (chunk size and threads), and a file for rows that do not fit in memory."""

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
    """Settings that limit the size and number of chunks in memory; the results of a run do not depend on the settings.

    Args:
        chunk_rows: Maximum number of rows in a chunk.
        threads: Number of chunks that are processed at the same time.
    """

    chunk_rows: int
    threads: int

    @classmethod
    def of(cls, chunk_rows: object = None, threads: object = None) -> "RuntimeSettings":
        """Check two settings of a catalog entry and return them; a default replaces ``None`` or an empty text.

        Raises:
            SettingError: A setting is not a whole number of at least 1.
        """
        return cls(
            _count("CHUNK_ROWS", CHUNK_ROWS if chunk_rows in _UNSET else chunk_rows),
            _count("THREADS", available_cores() if threads in _UNSET else threads),
        )

    def runtime(self) -> LocalRuntime:
        """Return the settings for computing local chunks: threads, spill files on disk, and a progress display."""
        return LocalRuntime(self.threads, open_spill, watch_run)


def available_cores() -> int:
    """Return how many cores this process may use; on platforms without CPU affinity, the number of all cores."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class FileSpill:
    """An unnamed temporary file of rows that do not fit in memory; it is deleted when closed or at process exit."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._end = 0

    def write(self, data: pa.Buffer) -> int:
        """Append ``data`` to the file and return the offset of its first byte."""
        start, remaining = self._end, memoryview(data)
        while remaining:
            written = os.pwrite(self._descriptor, remaining, self._end)
            self._end += written
            remaining = remaining[written:]
        return start

    def read(self, start: int, size: int) -> pa.Buffer:
        """Return the ``size`` bytes that begin at offset ``start``; several threads can call this at the same time."""
        buffer = pa.allocate_buffer(size)
        self.readinto(start, memoryview(buffer))
        return buffer

    def readinto(self, start: int, buffer: memoryview) -> None:
        """Fill ``buffer`` with the bytes from offset ``start`` on; several threads can call this at the same time."""
        while buffer:
            size = os.preadv(self._descriptor, [buffer], start)
            if not size:
                raise EOFError(f"spilled rows: expected {len(buffer)} bytes more; found the end of the file")
            start, buffer = start + size, buffer[size:]


@contextmanager
def open_spill() -> Iterator[FileSpill]:
    """Yield an empty spill file in ``DATA_DIR``; if this folder does not exist, in the system's temporary folder."""
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
