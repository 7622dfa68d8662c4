"""Decorators that compile loops over bytes or rows to machine code with Numba.

Each package has its compiled functions in a ``_kernels.py``. They take NumPy arrays and numbers only.
"""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from numba import njit

P = ParamSpec("P")
R = TypeVar("R")


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function; it releases the GIL while it runs.

    The first call with arguments of new types compiles. The machine code is cached in ``NUMBA_CACHE_DIR``; if that is
    not writable, every process compiles again.
    """
    return _compile(function, forceinline=False)


def inlined(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function that is inlined into its compiled callers: for small functions called once per row."""
    return _compile(function, forceinline=True)


def _compile(function: Callable[P, R], *, forceinline: bool) -> Callable[P, R]:
    try:
        return njit(nogil=True, cache=True, forceinline=forceinline)(function)
    except RuntimeError:  # no folder for the cache
        return njit(nogil=True, forceinline=forceinline)(function)
