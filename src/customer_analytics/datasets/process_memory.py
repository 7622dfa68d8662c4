"""Functions that measure how much memory processes use; they read Linux's ``/proc``."""

import resource
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Self

SAMPLE_S = 0.02
"""Seconds between two measurements of memory."""

SAMPLES_PER_LISTING = 10
"""Number of measurements after which the list of descendant processes is renewed."""

_PROC = Path("/proc")
_KIB = 1024


def own_peak_bytes() -> int:
    """Return the peak resident memory of this process in bytes.

    On Linux this is ``VmHWM``. Elsewhere it is ``ru_maxrss``, which can be too large: it can include the parent's size.
    """
    peak = _status("self", ("VmHWM:",))
    if peak:
        return peak[0]
    max_rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return max_rss if sys.platform == "darwin" else max_rss * _KIB


class TreeSampler(threading.Thread):
    """A thread that measures the memory of a process and its descendants while a ``with`` block runs.

    Attributes:
        resident_bytes: Peak of the processes' total resident memory, including mapped files; 0 without ``/proc``.
        owned_bytes: Peak of the processes' total anonymous and shared (not reclaimable) memory; 0 without ``/proc``.
    """

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.resident_bytes = self.owned_bytes = 0
        self._root_pid = pid
        self._block_ended = threading.Event()

    def run(self) -> None:
        """Measure the memory every :data:`SAMPLE_S` seconds until the ``with`` block ends."""
        pids, samples = [self._root_pid], 0
        while not self._block_ended.wait(SAMPLE_S):
            samples += 1
            if samples % SAMPLES_PER_LISTING == 0:
                pids = [self._root_pid, *_descendants(self._root_pid)]
            file_bytes, *owned_bytes = (sum(sizes) for sizes in zip(*map(_resident, pids), strict=True))
            self.owned_bytes = max(self.owned_bytes, sum(owned_bytes))
            self.resident_bytes = max(self.resident_bytes, file_bytes + sum(owned_bytes))

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_raised: object) -> None:
        self._block_ended.set()
        self.join()


def _resident(pid: int) -> tuple[int, int, int]:
    """Return a process's resident bytes of mapped files, anonymous and shared memory; zeros if it has ended."""
    sizes = _status(str(pid), ("RssFile:", "RssAnon:", "RssShmem:"))
    return (sizes[0], sizes[1], sizes[2]) if sizes else (0, 0, 0)


def _status(process: str, names: tuple[str, ...]) -> list[int]:
    """Return the fields ``names`` of ``/proc/<process>/status``, in bytes; an empty list if a field is missing."""
    try:
        lines = (_PROC / process / "status").read_text().splitlines()
    except OSError:
        return []
    fields = (line.split() for line in lines if line.startswith(names))
    sizes = {name: int(size) * _KIB for name, size, _unit in fields}
    return [sizes[name] for name in names] if len(sizes) == len(names) else []


def _descendants(pid: int) -> Iterator[int]:
    try:
        child_pids = [
            int(child) for path in (_PROC / str(pid) / "task").glob("*/children") for child in path.read_text().split()
        ]
    except OSError:
        return
    for child_pid in child_pids:
        yield child_pid
        yield from _descendants(child_pid)
