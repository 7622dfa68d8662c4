"""Histograms that count rows and money at once."""

import numpy as np

from customer_analytics.core.compiled import compiled


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
