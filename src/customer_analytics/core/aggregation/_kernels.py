"""Compiled loops over keys, codes and values of rows."""

import numpy as np

from customer_analytics.core.compiled import compiled
from customer_analytics.core.money._kernels import LOW_BITS, LOW_MASK

_SPAN = 1 << 14
"""Codes that lie so close have a cell each while they are ranked, others are sorted."""


def ranked(codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The distinct codes, ascending, and the place of each row's among them; int64 like the codes."""
    lowest, highest = (int(codes.min()), int(codes.max())) if len(codes) else (0, 0)
    if highest - lowest < _SPAN:
        return _ranked(codes, lowest, highest)
    distinct, places = np.unique(codes, return_inverse=True)
    return distinct, places


@compiled
def _ranked(codes: np.ndarray, lowest: int, highest: int) -> tuple[np.ndarray, np.ndarray]:
    """See :func:`ranked`; all codes are from ``lowest`` to ``highest``."""
    rank = np.zeros(highest - lowest + 1, np.int64)
    for code in codes:
        rank[code - lowest] = 1
    distinct, count = np.empty(len(rank), np.int64), 0
    for place in range(len(rank)):
        if rank[place]:
            distinct[count], rank[place] = lowest + place, count
            count += 1
    places = np.empty(len(codes), np.int64)
    for row in range(len(codes)):
        places[row] = rank[codes[row] - lowest]
    return distinct[:count].copy(), places


@compiled
def histogram(
    outer: np.ndarray, span: int, value: np.ndarray, cents: np.ndarray, size: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The cells that occur, ascending, with the rows and the minor units of each; int64.

    Args:
        outer: A row's cell is ``outer * span + value``; int64.
        span: Above all values.
        value: int64.
        cents: Minor units of each row, whose sum fits into 63 bits; int64.
        size: Above all cells.
    """
    rows, sums = np.zeros(size, np.int64), np.zeros(size, np.int64)
    for row in range(len(outer)):
        cell = outer[row] * span + value[row]
        rows[cell] += 1
        sums[cell] += cents[row]
    found = np.flatnonzero(rows)
    return found, rows[found], sums[found]


@compiled
def extent(values: np.ndarray, valid: np.ndarray) -> tuple[float, float, float]:
    """The least and the greatest of the valid values, as they are, and their sum as float64.

    Args:
        values: Numbers, one of them valid; no NaN among those.
        valid: bool, shape ``(rows,)``; empty where all are.
    """
    first = 0
    while len(valid) > 0 and not valid[first]:
        first += 1
    least = most = values[first]
    total = 0.0
    for row in range(first, len(values)):
        if len(valid) == 0 or valid[row]:
            least, most = min(least, values[row]), max(most, values[row])
            total += values[row]
    return least, most, total


@compiled
def small_ones(values: np.ndarray, valid: np.ndarray) -> np.ndarray:
    """Which int16 are among the valid values; bool, shape ``(65536,)``, from the least one there can be.

    Args:
        values: int16.
        valid: As for :func:`extent`.
    """
    found = np.zeros(1 << 16, np.bool_)
    for row in range(len(values)):
        if len(valid) == 0 or valid[row]:
            found[values[row] + (1 << 15)] = True
    return found


_DENSE_KEYS = 1 << 12
"""Keys that lie so close are counted in place, others sorted."""

_NARROW_KEYS = np.iinfo(np.uint32).max
"""Keys that lie so close are sorted as half as many bytes, in half the time."""


def counted(keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The distinct keys (int64) of rows, ascending, and how often each occurs (int64)."""
    if not len(keys):
        return keys, keys
    least = keys.min()
    width = int(keys.max()) - int(least)
    if width < _DENSE_KEYS:
        counts = np.bincount(keys - least)
        found = np.flatnonzero(counts)
        return found + least, counts[found]
    if width > _NARROW_KEYS:
        return _counted(np.sort(keys))
    found, counts = _counted(np.sort((keys - least).astype(np.uint32)))
    return found + least, counts


@compiled
def merged(
    keys: np.ndarray, counts: np.ndarray, more_keys: np.ndarray, more_counts: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Two runs as one; the counts of a key that both have are added.

    The lesser of the two keys that come next is taken from wherever it stands. Nothing is held besides the runs and the
    result.
    """
    size = _distinct(keys, more_keys)
    every, total = np.empty(size, np.int64), np.empty(size, np.int64)
    one = two = place = 0
    while one < len(keys) and two < len(more_keys):
        key, other = keys[one], more_keys[two]
        here, there = key <= other, other <= key
        every[place] = key if here else other
        total[place] = counts[one] * here + more_counts[two] * there
        one, two, place = one + here, two + there, place + 1
    while one < len(keys):
        every[place], total[place] = keys[one], counts[one]
        one, place = one + 1, place + 1
    while two < len(more_keys):
        every[place], total[place] = more_keys[two], more_counts[two]
        two, place = two + 1, place + 1
    return every, total


@compiled
def _distinct(keys: np.ndarray, more_keys: np.ndarray) -> int:
    """How many keys two runs have together."""
    one = two = both = 0
    while one < len(keys) and two < len(more_keys):
        key, other = keys[one], more_keys[two]
        one, two, both = one + (key <= other), two + (other <= key), both + (key == other)
    return len(keys) + len(more_keys) - both


@compiled
def _counted(ordered: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The runs of equal keys in sorted ones."""
    keys, starts = np.empty(len(ordered), np.int64), np.empty(len(ordered) + 1, np.int64)
    size = 0
    for row in range(len(ordered)):
        if row == 0 or ordered[row] != ordered[row - 1]:
            keys[size], starts[size] = ordered[row], row
            size += 1
    starts[size] = len(ordered)
    return keys[:size].copy(), starts[1 : size + 1] - starts[:size]


@compiled
def sum_by_code(units: np.ndarray, codes: np.ndarray, size: int) -> np.ndarray:
    """Per group its rows and the sum of their units (below ``2**53`` in size) in two parts that cannot overflow."""
    sums = np.zeros((3, size), np.int64)
    for row in range(len(codes)):
        sums[0, codes[row]] += 1
        sums[1, codes[row]] += units[row] >> LOW_BITS
        sums[2, codes[row]] += units[row] & LOW_MASK
    return sums
