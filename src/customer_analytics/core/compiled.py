"""Loops compiled to machine code: for what must look at every byte or row and holds no object of Python's."""

from collections.abc import Callable
from importlib import import_module
from typing import ParamSpec, TypeVar

from numba import njit

from customer_analytics.core.hiding import hidden

with hidden("scipy.linalg"), hidden("cffi"):  # for a faster np.cov, and for C functions: an eighth of a second
    for _module in ("numba.np.arraymath", "numba.core.typing.cffi_utils"):
        import_module(_module)

P = ParamSpec("P")
R = TypeVar("R")


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """The same function on NumPy arrays and numbers, as machine code that holds no interpreter lock.

    The code is made at the first call with arguments of new types and kept beside the source, or in the user's cache
    folder; where neither can be written it is made anew by every process.
    """
    return _machine_code(function, in_place=False)


def inlined(function: Callable[P, R]) -> Callable[P, R]:
    """A part of compiled loops that is put in its place in each: for what is called once a row or oftener.

    A call counts references to the arrays it is given, which costs more than most such parts; a loop that only may come
    to one pays in every round.
    """
    return _machine_code(function, in_place=True)


def _machine_code(function: Callable[P, R], *, in_place: bool) -> Callable[P, R]:
    try:
        return njit(nogil=True, cache=True, forceinline=in_place)(function)
    except RuntimeError:  # no folder for the cache
        return njit(nogil=True, forceinline=in_place)(function)
