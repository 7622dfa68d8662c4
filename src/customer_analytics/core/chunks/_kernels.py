"""Rows sorted by bucket."""

import numpy as np

from customer_analytics.core.compiled import compiled


@compiled
def positions_by_partition(bucket: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where rows go that are sorted by bucket, those of each in the order that they had.

    Args:
        bucket: The bucket of each row; uint16.

    Returns:
        The new place of each row (int32); where each bucket begins, and where the highest one ends (int64).
    """
    last = -1
    for each in bucket:
        last = max(last, int(each))
    bounds = np.zeros(last + 2, np.int64)
    for each in bucket:
        bounds[each + 1] += 1
    for place in range(1, len(bounds)):
        bounds[place] += bounds[place - 1]
    free, places = bounds.copy(), np.empty(len(bucket), np.int32)
    for row in range(len(bucket)):
        places[row] = free[bucket[row]]
        free[bucket[row]] += 1
    return places, bounds


@compiled
def scatter_rows(places: np.ndarray, column: np.ndarray, ordered: np.ndarray) -> None:
    """Put each row of a column at its new place in ``ordered``."""
    for row in range(len(places)):
        ordered[places[row]] = column[row]
