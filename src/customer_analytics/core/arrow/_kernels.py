"""Compiled loops over codes of dictionary-encoded text."""

import numpy as np

from customer_analytics.core.compiled import compiled


@compiled
def occurring(codes: np.ndarray, size: int) -> tuple[np.ndarray, bool]:
    """Which codes below ``size`` occur (bool, shape ``(size,)``), and whether a row has none, which is -1."""
    found = np.zeros(size + 1, np.bool_)
    for code in codes:
        found[code] = True
    return found[:size], found[size]
