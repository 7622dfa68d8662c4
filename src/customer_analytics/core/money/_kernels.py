"""Compiled loops over amounts in minor units.

A sum is kept in two int64 numbers, so that it cannot overflow: ``high`` counts multiples of ``2**LOW_BITS``, ``low``
holds the rest.
"""

import numpy as np

from customer_analytics.core.compiled import compiled

LOW_BITS = 26
"""Lowest bits of each amount that are added to ``low``; its other bits are added to ``high``."""

LOW_MASK = (1 << LOW_BITS) - 1


def join_sum(high: int, low: int) -> int:
    """Return the exact sum that ``high`` and ``low`` represent."""
    return (high << LOW_BITS) + low


@compiled
def to_minor_units(amounts: np.ndarray, scale: float, bound: float) -> tuple[np.ndarray, int, int]:
    """Multiply amounts by ``scale`` and round half to even.

    Args:
        amounts: float64, major units.
        scale: Minor units per major unit.
        bound: Amounts of this size or more, in major units, are not converted.

    Returns:
        Minor units (int64; 0 for NaN and for amounts beyond the bound), the number of NaN, and the number of amounts
        beyond the bound.
    """
    units, nan_count, beyond_count = np.zeros(len(amounts), np.int64), 0, 0
    for row in range(len(amounts)):
        if abs(amounts[row]) < bound:
            units[row] = np.int64(np.rint(amounts[row] * scale))
        elif np.isnan(amounts[row]):
            nan_count += 1
        else:
            beyond_count += 1
    return units, nan_count, beyond_count


@compiled
def split_sum(units: np.ndarray) -> tuple[int, int]:
    """Sum int64 numbers of size below ``2**53``; returns ``(high, low)``."""
    high = low = 0
    for unit in units:
        high += unit >> LOW_BITS
        low += unit & LOW_MASK
    return high, low


@compiled
def sum_by_flag(units: np.ndarray, known: np.ndarray, flags: np.ndarray, count: int) -> np.ndarray:
    """Count and sum the rows that have each flag.

    Args:
        units: int64, size below ``2**53``, 0 where unknown.
        known: bool; false where the amount is unknown.
        flags: uint32 bit masks; bit ``k`` is flag ``k``.
        count: Number of flags.

    Returns:
        int64, shape ``(count, 4)``: rows, rows with an unknown amount, ``high`` and ``low`` of the sum.
    """
    sums = np.zeros((count, 4), np.int64)
    for row in range(len(units)):
        for flag in range(count):
            if flags[row] >> np.uint32(flag) & np.uint32(1):
                sums[flag, 0] += 1
                sums[flag, 1] += not known[row]
                sums[flag, 2] += units[row] >> LOW_BITS
                sums[flag, 3] += units[row] & LOW_MASK
    return sums
