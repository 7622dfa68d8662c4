"""The ends and the sum of a column of numbers, and which small numbers occur in it."""

import numpy as np

from customer_analytics.core.compiled import compiled


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
