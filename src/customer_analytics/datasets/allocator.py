"""One heap for a run, and when what was freed goes back to the system."""

import ctypes

import pyarrow as pa

from customer_analytics.datasets.process_memory import owned_bytes

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8
"""glibc's numbers of its settings."""

_NEVER = -1
"""As a threshold: the heap gives nothing back by itself."""

KEPT_BYTES = 465_000_000
"""A process that owns no more keeps what was freed, which the next chunk or node asks for again."""

_OWN_MAPPING_BYTES = 32 << 20
"""From here an array is no part of the heap; glibc allows no more."""


def limit_arenas() -> None:
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
