"""Sorted runs: distinct keys, ascending, each with a count."""

import numpy as np

from customer_analytics.core.compiled import compiled

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
