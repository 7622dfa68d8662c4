"""Counter-based randomness: what is drawn for a row depends on its number and on nothing else.

SplitMix64 (Steele, Lea, Flood: *Fast splittable pseudorandom number generators*, OOPSLA 2014) read as a hash
of (seed, stream, ordinal): any row can be drawn anywhere, in any order, in constant time.
"""

from collections.abc import Sequence
from enum import IntEnum, auto

import numpy as np
import numpy.typing as npt

U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]
Codes = npt.NDArray[np.uint8]
Flags = npt.NDArray[np.bool_]

TABLE = 1 << 16
"""Entries of a lookup table: 16 random bits choose one."""

_GAMMA = 0x9E3779B97F4A7C15
_FIRST, _SECOND = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
_MASK = (1 << 64) - 1


class Stream(IntEnum):
    """Independent draws for the same row."""

    KIND = auto()
    COPIED = auto()
    CHANGE = auto()
    CUSTOMER = auto()
    PERSON = auto()
    ABROAD = auto()
    BASKET = auto()
    DECIMALS = auto()
    PAYMENT = auto()
    CLOCK = auto()
    BREAKAGE = auto()
    FAULTS = 32
    WRITING = 64


def draw(seed: int, stream: int, ordinals: npt.NDArray[np.integer]) -> U64:
    """64 random bits for each ordinal, a pure function of (seed, stream, ordinal)."""
    key = _mixed((_mixed(seed & _MASK) + stream * _GAMMA) & _MASK)
    bits = ordinals.astype(np.uint64)
    bits *= np.uint64(_GAMMA)
    bits += np.uint64(key)
    bits ^= bits >> np.uint64(30)
    bits *= np.uint64(_FIRST)
    bits ^= bits >> np.uint64(27)
    bits *= np.uint64(_SECOND)
    bits ^= bits >> np.uint64(31)
    return bits


def bits_of(drawn: U64, first: int, count: int) -> I64:
    """The ``count`` bits from bit ``first`` (lowest is 0) as numbers below ``2**count``."""
    return ((drawn >> np.uint64(first)) & np.uint64((1 << count) - 1)).astype(np.int64)


def outcome(drawn: U64, rates: Sequence[float]) -> Codes:
    """1 + the outcome that each draw chose, 0 for none; outcome ``k`` has probability ``rates[k]``.

    Only the upper 32 bits are read.
    """
    upper = drawn >> np.uint64(32)
    edges = np.array([min(round(sum(rates[: k + 1]) * 2**32), 2**32) for k in range(len(rates))], np.uint64)
    codes = np.zeros(len(drawn), np.uint8)
    if len(rates):
        hit = np.flatnonzero(upper < edges[-1])
        codes[hit] = np.searchsorted(edges, upper[hit], side="right") + 1
    return codes


def share_table(weights: Sequence[int]) -> Codes:
    """``TABLE`` entries shared out among codes by their weights: at least one each, none for weight 0."""
    spare, total = TABLE - sum(weight > 0 for weight in weights), sum(weights)
    cumulative = np.cumsum([0, *weights]) * spare // total
    entries = np.diff(cumulative) + (np.asarray(weights) > 0)
    return np.repeat(np.arange(len(weights), dtype=np.uint8), entries)


def _mixed(number: int) -> int:
    number = ((number ^ (number >> 30)) * _FIRST) & _MASK
    number = ((number ^ (number >> 27)) * _SECOND) & _MASK
    return number ^ (number >> 31)
