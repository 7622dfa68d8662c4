"""A compiled loop that finds rows with equal hashes."""

import numpy as np

from customer_analytics.core.compiled import compiled


@compiled
def is_candidate(hashes: np.ndarray) -> np.ndarray:
    """Return for each row whether it is a candidate for a duplicate: its hash occurs in at least one other row.

    The loop looks up each hash in an open-addressing hash table with at least twice as many slots as rows. A slot
    contains the index of the first row with its hash; -1 marks an empty slot.

    Args:
        hashes: uint64, shape ``(rows,)``.

    Returns:
        bool, shape ``(rows,)``; true for all rows with the same hash, including the first of them.
    """
    slots = 1
    while slots < 2 * len(hashes):
        slots *= 2
    first_rows = np.full(slots, -1, np.int64)
    candidates = np.zeros(len(hashes), np.bool_)
    for row in range(len(hashes)):
        slot = np.int64(hashes[row] & np.uint64(slots - 1))
        while first_rows[slot] >= 0 and hashes[first_rows[slot]] != hashes[row]:
            slot = (slot + 1) & (slots - 1)
        if first_rows[slot] < 0:
            first_rows[slot] = row
        else:
            candidates[row] = candidates[first_rows[slot]] = True
    return candidates
