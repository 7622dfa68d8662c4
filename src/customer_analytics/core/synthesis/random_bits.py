"""Compute random bits from a seed, a stream and a row number; a stream is one of several independent sequences.

The generator is SplitMix64 (Steele, Lea, Flood: *Fast splittable pseudorandom number generators*, OOPSLA 2014), used as
a hash of (seed, stream, row number). So the bits of a row can be computed without the bits of other rows.
"""

from collections.abc import Sequence
from enum import IntEnum, auto

import numpy as np
import numpy.typing as npt

U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]
Codes = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]

TABLE_SIZE = 1 << 16
"""Number of entries of a lookup table; 16 random bits choose one entry."""

_GAMMA = 0x9E3779B97F4A7C15
_MULTIPLIER_1, _MULTIPLIER_2 = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
_MASK_64 = (1 << 64) - 1


class Stream(IntEnum):
    """A stream: one of several independent sequences of random bits for the same rows.

    The streams from ``FAULTS`` on belong to the groups of reasons; the streams from ``WRITING`` on, to the columns.
    """

    KIND = auto()
    ORIGIN = auto()
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


def draw(seed: int, stream: int, numbers: npt.NDArray[np.integer]) -> U64:
    """Return 64 random bits for each number; the bits depend only on the seed, the stream and the number."""
    key = _mix((_mix(seed & _MASK_64) + stream * _GAMMA) & _MASK_64)
    bits = numbers.astype(np.uint64)
    bits *= np.uint64(_GAMMA)
    bits += np.uint64(key)
    bits ^= bits >> np.uint64(30)
    bits *= np.uint64(_MULTIPLIER_1)
    bits ^= bits >> np.uint64(27)
    bits *= np.uint64(_MULTIPLIER_2)
    bits ^= bits >> np.uint64(31)
    return bits


def take_bits(bits: U64, first: int, count: int) -> I64:
    """Return ``count`` bits of each entry as an integer, from bit ``first`` upwards; bit 0 is the lowest."""
    return ((bits >> np.uint64(first)) & np.uint64((1 << count) - 1)).astype(np.int64)


def choose_outcome(bits: U64, rates: Sequence[float]) -> Codes:
    """Choose a code per row by bits 32 to 63 of its entry: ``k + 1`` with probability ``rates[k]``, otherwise 0."""
    upper = bits >> np.uint64(32)
    edges = np.array([min(round(sum(rates[: k + 1]) * 2**32), 2**32) for k in range(len(rates))], np.uint64)
    codes = np.zeros(len(bits), np.uint8)
    if len(rates):
        rows = np.flatnonzero(upper < edges[-1])
        codes[rows] = np.searchsorted(edges, upper[rows], side="right") + 1
    return codes


def make_share_table(weights: Sequence[int]) -> Codes:
    """Make a sorted table of ``TABLE_SIZE`` entries to draw from at random; each entry is an index into ``weights``.

    An index occurs in proportion to its weight: at least once if the weight is positive, never if it is 0.
    """
    spare, total = TABLE_SIZE - sum(weight > 0 for weight in weights), sum(weights)
    cumulative = np.cumsum([0, *weights]) * spare // total
    entries = np.diff(cumulative) + (np.asarray(weights) > 0)
    return np.repeat(np.arange(len(weights), dtype=np.uint8), entries)


def _mix(number: int) -> int:
    number = ((number ^ (number >> 30)) * _MULTIPLIER_1) & _MASK_64
    number = ((number ^ (number >> 27)) * _MULTIPLIER_2) & _MASK_64
    return number ^ (number >> 31)
