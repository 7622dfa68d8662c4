"""Codes that occur, and histograms that count rows and money at once."""

import numpy as np

from customer_analytics.core.compiled import compiled

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
def occurring(codes: np.ndarray, size: int) -> tuple[np.ndarray, bool]:
    """Which codes below ``size`` occur (bool, shape ``(size,)``), and whether a row has none, which is -1."""
    found = np.zeros(size + 1, np.bool_)
    for code in codes:
        found[code] = True
    return found[:size], found[size]


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
