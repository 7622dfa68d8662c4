"""Amounts as whole minor units, and their sums."""

import numpy as np

from customer_analytics.core.compiled import compiled

LOW_BITS = 26
"""Of a sum in two parts, those that the second one adds up."""


@compiled
def whole_units(amounts: np.ndarray, scale: float, bound: float) -> tuple[np.ndarray, int, int]:
    """Amounts times ``scale``, rounded half-even (int64), 0 for NaN and for what is not below ``bound`` in size.

    How many are NaN, and how many not below the bound, comes with them.
    """
    units, unknown, huge = np.zeros(len(amounts), np.int64), 0, 0
    for row in range(len(amounts)):
        if abs(amounts[row]) < bound:
            units[row] = np.int64(np.rint(amounts[row] * scale))
        elif np.isnan(amounts[row]):
            unknown += 1
        else:
            huge += 1
    return units, unknown, huge


@compiled
def summed(units: np.ndarray) -> tuple[int, int]:
    """The sum of int64 numbers below ``2**53`` in size as two that cannot overflow; the first counts ``2**26``."""
    high = low = 0
    for each in units:
        high += each >> LOW_BITS
        low += each & ((1 << LOW_BITS) - 1)
    return high, low


@compiled
def summed_by_flag(units: np.ndarray, known: np.ndarray, flags: np.ndarray, count: int) -> np.ndarray:
    """Rows, unknown ones among them, and the sum as :func:`summed` gives it, of the rows that have each flag.

    Args:
        units: int64, below ``2**53`` in size, 0 where unknown.
        known: bool.
        flags: Bit ``k`` is flag ``k``; uint32.
        count: Flags there are.

    Returns:
        int64, shape ``(count, 4)``.
    """
    found = np.zeros((count, 4), np.int64)
    for row in range(len(units)):
        for flag in range(count):
            if flags[row] >> np.uint32(flag) & np.uint32(1):
                found[flag, 0] += 1
                found[flag, 1] += not known[row]
                found[flag, 2] += units[row] >> LOW_BITS
                found[flag, 3] += units[row] & ((1 << LOW_BITS) - 1)
    return found
