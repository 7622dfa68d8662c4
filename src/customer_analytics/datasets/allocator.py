"""Make all threads share one arena of the C allocator, and return freed memory to the operating system."""

import ctypes

import pyarrow as pa

_M_ARENA_MAX = -8
"""The number of the option ``M_ARENA_MAX`` in glibc's ``malloc.h``."""


def limit_arenas() -> None:
    """Make all threads of this process share one arena (memory area) of the C allocator; without glibc, do nothing.

    A thread with its own arena cannot reuse the free memory of other arenas. Arrow uses the shared arena too,
    because ``settings.py`` selects Arrow's ``system`` memory pool.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, 1)


def release_memory() -> None:
    """Return freed memory to the operating system; without glibc, return only the free memory of Arrow's pool."""
    pa.default_memory_pool().release_unused()
    malloc_trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if malloc_trim is not None:
        malloc_trim(0)
