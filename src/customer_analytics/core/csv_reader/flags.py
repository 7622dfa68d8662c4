"""A flag for each of up to 128 bytes, as two words, in compiled loops."""

from typing import TypeAlias

import numpy as np

from customer_analytics.core.arrow.lanes import LANES, flags_at, how_many
from customer_analytics.core.arrow.words import ALL
from customer_analytics.core.compiled import inlined

FLAGGED = 2 * LANES
"""Bytes that flags are for."""

Flags: TypeAlias = tuple[np.uint64, np.uint64]
"""The first byte's flag is the lowest bit of the first word."""

_ONE, _LAST = np.uint64(1), np.uint64(LANES - 1)


@inlined
def flags_of(codes: np.ndarray, start: int, size: int, code: int) -> Flags:
    """Which of the ``size`` bytes from ``start`` on are ``code``.

    Args:
        codes: uint8, at least ``FLAGGED`` of them from ``start`` on.
        start: Where they begin.
        size: How many they are, from 1 to ``FLAGGED``.
        code: What is sought.
    """
    low: np.uint64 = flags_at(codes, start, np.uint8(code), np.uint8(0))  # type: ignore[call-arg]
    high: np.uint64 = flags_at(codes, start + LANES, np.uint8(code), np.uint8(0))
    return first_of((low, high), size)


@inlined
def first_of(flags: Flags, size: int) -> Flags:
    """Those of the first ``size`` bytes, from 1 to ``FLAGGED``, alone."""
    if size <= LANES:
        return flags[0] & (ALL >> np.uint64(LANES - size)), np.uint64(0)
    return flags[0], flags[1] & (ALL >> np.uint64(FLAGGED - size))


@inlined
def any_of(flags: Flags) -> bool:
    """Whether there is one."""
    return bool((flags[0] | flags[1]) != 0)


@inlined
def count_of(flags: Flags) -> int:
    """How many there are."""
    return how_many(flags[0]) + how_many(flags[1])  # type: ignore[call-arg]


@inlined
def both(one: Flags, other: Flags) -> Flags:
    """Bytes with both."""
    return one[0] & other[0], one[1] & other[1]


@inlined
def without(one: Flags, other: Flags) -> Flags:
    """Bytes with the one and not the other."""
    return one[0] & ~other[0], one[1] & ~other[1]


@inlined
def odd_so_far(flags: Flags) -> Flags:
    """Bytes with an odd number of flags among them and those before them."""
    low, high = _odd_so_far(flags[0]), _odd_so_far(flags[1])
    return low, high ^ (np.uint64(0) - (low >> _LAST))


@inlined
def _odd_so_far(word: np.uint64) -> np.uint64:
    for shift in (1, 2, 4, 8, 16, 32):
        word ^= word << np.uint64(shift)
    return word


@inlined
def just_behind(flags: Flags, before: int) -> Flags:
    """Bytes that stand just behind one with a flag; ``before`` is the flag (0 or 1) of the byte before them all."""
    return (flags[0] << _ONE) | np.uint64(before), (flags[1] << _ONE) | (flags[0] >> _LAST)
