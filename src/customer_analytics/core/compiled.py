"""Decorators that compile loops over bytes or rows to machine code with Numba.

The compiled functions of a package are in its ``_kernels.py``. They take only NumPy arrays, numbers and tuples of them.
"""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from numba import njit

P = ParamSpec("P")
R = TypeVar("R")


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Return the function compiled by Numba; it releases the GIL while it runs.

    Numba compiles at the first call with new argument types. It caches the machine code in ``NUMBA_CACHE_DIR``; if that
    folder is not writable, every process compiles again.
    """
    return _compile(function, forceinline=False)


def inlined(function: Callable[P, R]) -> Callable[P, R]:
    """Return the function compiled by Numba and inlined into the compiled functions that call it."""
    return _compile(function, forceinline=True)


def _compile(function: Callable[P, R], *, forceinline: bool) -> Callable[P, R]:
    try:
        return njit(nogil=True, cache=True, forceinline=forceinline)(function)
    except RuntimeError:  # no folder for the cache
        return njit(nogil=True, forceinline=forceinline)(function)
