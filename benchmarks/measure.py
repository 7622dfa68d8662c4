"""What a program costs: wall time, CPU time and memory of its whole process tree.

Memory is what the processes own: anonymous and shared pages (``RssAnon`` + ``RssShmem`` of ``/proc/<pid>/status``),
summed over the tree and sampled every 20 ms. Files that are mapped or cached are not counted, as the system takes them
back when it wants. ``smaps_rollup`` would split shared pages fairly, but it walks the page tables and slows what it
measures; these programs use threads, and so share nothing. CPU is user and system time of the process and of all
children that it waited for.
"""

import contextlib
import os
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

SAMPLE_S = 0.02
SAMPLES_PER_TREE = 10
"""The tree is listed anew once in so many samples; between them its known processes are read."""

KIB = 1024
PROJECT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Usage:
    """What one run of a program took."""

    wall_s: float
    cpu_s: float
    peak_bytes: int


class ProgramError(Exception):
    """A program ended with an error."""

    def __init__(self, name: str, code: int, log: Path) -> None:
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-20:])
        super().__init__(f"{name}: expected exit code 0; found {code}. The end of {log}:\n{tail}")


def run_measured(name: str, command: Sequence[str], environment: Mapping[str, str], log: Path) -> Usage:
    """Run a program to its end in a fresh process.

    Args:
        name: For the error.
        command: Program and arguments.
        environment: Variables besides this process's own.
        log: Takes its output.

    Raises:
        ProgramError: Its exit code is not 0.
    """
    os.sync()
    with log.open("w") as output:
        start = time.perf_counter()
        process = subprocess.Popen(
            command, stdout=output, stderr=output, cwd=PROJECT, env={**os.environ, **environment}
        )
        sampler = _Sampler(process.pid)
        sampler.start()
        _, status, spent = os.wait4(process.pid, 0)
        wall_s = time.perf_counter() - start
        sampler.stop()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise ProgramError(name, process.returncode, log)
    return Usage(wall_s, spent.ru_utime + spent.ru_stime, sampler.peak_bytes)


class _Sampler(threading.Thread):
    """Watches the memory of a process tree until told to stop."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.peak_bytes = 0
        self._root = psutil.Process(pid)
        self._ended = threading.Event()

    def run(self) -> None:
        """Sample."""
        tree, sample = [self._root.pid], 0
        while not self._ended.wait(SAMPLE_S):
            sample += 1
            if sample % SAMPLES_PER_TREE == 0:
                tree = self._tree()
            self.peak_bytes = max(self.peak_bytes, sum(map(owned_bytes, tree)))

    def stop(self) -> None:
        """No more samples."""
        self._ended.set()
        self.join()

    def _tree(self) -> list[int]:
        with contextlib.suppress(psutil.NoSuchProcess):
            return [self._root.pid, *(child.pid for child in self._root.children(recursive=True))]
        return []


def owned_bytes(pid: int) -> int:
    """Memory that a process owns; 0 once it has ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return sum(int(line.split()[1]) * KIB for line in lines if line.startswith(("RssAnon:", "RssShmem:")))
