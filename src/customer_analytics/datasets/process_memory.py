"""Memory of processes, as Linux accounts for it; elsewhere only what a process knows of itself."""

import os
import resource
import sys
import threading
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Self

SAMPLE_S = 0.02
SAMPLES_PER_TREE = 10
"""The tree is listed anew once in so many samples; between them its known processes are read."""

_PROC = Path("/proc")
_KIB = 1024
_STATM_BYTES = 256
"""More than its seven numbers take."""


def own_peak_bytes() -> int:
    """Most resident memory of this process so far.

    Linux' own mark for this program is asked, as ``ru_maxrss`` begins with the size of the process that started it.
    """
    marks = _status("self", ("VmHWM:",))
    if marks:
        return marks[0]
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * _KIB


def owned_bytes() -> int:
    """Memory of this process that is no file's: what the system cannot take back; 0 where there is no ``/proc``."""
    try:
        _, resident, of_files, *_ = os.pread(_statm_of(os.getpid()), _STATM_BYTES, 0).split()
    except OSError:
        return 0
    return (int(resident) - int(of_files)) * resource.getpagesize()


@lru_cache(maxsize=1)
def _statm_of(pid: int) -> int:
    """The file, kept open, in which Linux tells a process' memory: it is asked after every chunk."""
    return os.open(_PROC / str(pid) / "statm", os.O_RDONLY)


class TreeSampler(threading.Thread):
    """Watches a process and its descendants while its block lasts; both peaks stay 0 where there is no ``/proc``.

    Attributes:
        resident_bytes: Most resident memory seen, mapped files included.
        owned_bytes: Most anonymous and shared memory seen: what the system cannot take back.
    """

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.resident_bytes = self.owned_bytes = 0
        self._root = pid
        self._ended = threading.Event()

    def run(self) -> None:
        """Sample."""
        tree, sample = [self._root], 0
        while not self._ended.wait(SAMPLE_S):
            sample += 1
            if sample % SAMPLES_PER_TREE == 0:
                tree = [self._root, *_descendants(self._root)]
            files, *owned = (sum(sizes) for sizes in zip(*map(_resident, tree), strict=True))
            self.owned_bytes = max(self.owned_bytes, sum(owned))
            self.resident_bytes = max(self.resident_bytes, files + sum(owned))

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_raised: object) -> None:
        self._ended.set()
        self.join()


def _resident(pid: int) -> tuple[int, int, int]:
    """Mapped files, anonymous and shared memory of a process; zeros once it has ended."""
    found = _status(str(pid), ("RssFile:", "RssAnon:", "RssShmem:"))
    return (found[0], found[1], found[2]) if found else (0, 0, 0)


def _status(process: str, names: tuple[str, ...]) -> list[int]:
    """Figures of ``/proc/<process>/status`` in bytes, in the order of ``names``; none where it has not all of them."""
    try:
        lines = (_PROC / process / "status").read_text().splitlines()
    except OSError:
        return []
    found = (line.split() for line in lines if line.startswith(names))
    sizes = {name: int(size) * _KIB for name, size, _unit in found}
    return [sizes[name] for name in names] if len(sizes) == len(names) else []


def _descendants(pid: int) -> Iterator[int]:
    try:
        children = [
            int(child) for path in (_PROC / str(pid) / "task").glob("*/children") for child in path.read_text().split()
        ]
    except OSError:
        return
    for child in children:
        yield child
        yield from _descendants(child)
