"""What the run that is under way has used so far, and how much freed memory it keeps."""

import ctypes
import resource
import sys
import time
from typing import Any, Never

import pyarrow as pa
from kedro.io import AbstractDataset, DatasetError

from customer_analytics.datasets.process_memory import owned_bytes

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8
"""glibc's numbers of its settings."""

_NEVER = -1
"""As a threshold: the heap gives nothing back by itself."""

KEPT_BYTES = 400_000_000
"""A process that owns no more keeps what was freed: about what a node takes, which the next one asks for again."""

MOST_KEPT_BYTES = 450_000_000
"""While chunks run, more is in use: then this much is kept."""

_OWN_MAPPING_BYTES = 32 << 20
"""From here an array is no part of the heap; glibc allows no more."""

_started = {"wall": time.perf_counter(), "cpu": time.process_time()}


def begin() -> None:
    """Count from here: called when a run begins; before that, from the import of this module."""
    _started.update(wall=time.perf_counter(), cpu=time.process_time())


def share_memory() -> None:
    """One heap for all threads, which keeps what is freed until :func:`release_memory`.

    Of heaps of their own each keeps what another could use, a tenth of a run's memory; Arrow's is the same one by the
    settings. What is given back after every chunk is zeroed by the system when the next one asks for it, a thirtieth of
    a run's CPU time.
    """
    set_option = getattr(ctypes.CDLL(None), "mallopt", None)  # glibc's
    if set_option is not None:
        set_option(_M_ARENA_MAX, 1)
        set_option(_M_TRIM_THRESHOLD, _NEVER)
        set_option(_M_MMAP_THRESHOLD, _OWN_MAPPING_BYTES)


def release_memory() -> None:
    """Give back to the system what was freed: allocators keep it for themselves, scattered, until they are asked."""
    pa.default_memory_pool().release_unused()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc's
    if trim is not None:
        trim(0)


def release_excess(mark: int = KEPT_BYTES) -> int:
    """Give back what was freed if the process owns more than ``mark`` bytes.

    Returns:
        The mark for the next time: the same, or an eighth above what is in use where that is more.
    """
    if owned_bytes() <= mark:
        return mark
    release_memory()
    return max(mark, owned_bytes() * 9 // 8)


class RunUsageDataset(AbstractDataset[Never, dict[str, float]]):
    """Seconds and memory of this process when it is loaded; workers of a cluster are not counted.

    Example catalog entry:

    .. code-block:: yaml

        run_usage:
          type: customer_analytics.datasets.RunUsageDataset
    """

    def __init__(self, *, metadata: dict[str, Any] | None = None) -> None:
        """Measure nothing yet.

        Args:
            metadata: Ignored; for Kedro-Viz and other plugins.
        """
        self.metadata = metadata

    def load(self) -> dict[str, float]:
        """``elapsed_s`` and ``cpu_s`` since the run began, ``peak_memory_bytes`` of the process so far.

        What the command imports before the run, and hashes beside it, is in the memory alone.
        """
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return {
            "elapsed_s": round(time.perf_counter() - _started["wall"], 3),
            "cpu_s": round(time.process_time() - _started["cpu"], 3),
            "peak_memory_bytes": peak if sys.platform == "darwin" else peak * 1024,
        }

    def save(self, data: Never) -> Never:  # noqa: ARG002  Kedro's signature
        """Refuse: usage is only read."""
        raise DatasetError("run_usage: expected to be read only; found a node that saves it")

    def _describe(self) -> dict[str, Any]:
        return {}

    def _exists(self) -> bool:
        return True
