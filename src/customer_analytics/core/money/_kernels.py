"""Compiled loops over amounts.

A sum is kept as two int64 numbers, so that it cannot overflow: ``high`` counts multiples of ``2**LOW_BITS`` and ``low``
the rest.
"""

import numpy as np

from customer_analytics.core.compiled import compiled

LOW_BITS = 26
"""Bits of a number that ``low`` sums up."""

LOW_MASK = (1 << LOW_BITS) - 1


def joined_sum(high: int, low: int) -> int:
    """The exact sum of its two parts."""
    return (high << LOW_BITS) + low


@compiled
def whole_units(amounts: np.ndarray, scale: float, bound: float) -> tuple[np.ndarray, int, int]:
    """Amounts times ``scale``, rounded half-even.

    Args:
        amounts: float64.
        scale: Minor units of a major one.
        bound: Size, in major units, that amounts must be below.

    Returns:
        int64, 0 for NaN and for amounts not below the bound; the number of NaN; the number of amounts not below it.
    """
    units, unknown, too_large = np.zeros(len(amounts), np.int64), 0, 0
    for row in range(len(amounts)):
        if abs(amounts[row]) < bound:
            units[row] = np.int64(np.rint(amounts[row] * scale))
        elif np.isnan(amounts[row]):
            unknown += 1
        else:
            too_large += 1
    return units, unknown, too_large


@compiled
def split_sum(units: np.ndarray) -> tuple[int, int]:
    """The sum of int64 numbers below ``2**53`` in size as ``(high, low)``."""
    high = low = 0
    for unit in units:
        high += unit >> LOW_BITS
        low += unit & LOW_MASK
    return high, low


@compiled
def sum_by_flag(units: np.ndarray, known: np.ndarray, flags: np.ndarray, count: int) -> np.ndarray:
    """For each flag: its rows, the unknown ones among them, and the sum as ``(high, low)``.

    Args:
        units: int64, below ``2**53`` in size, 0 where unknown.
        known: bool.
        flags: uint32: bit ``k`` is flag ``k``.
        count: Number of flags.

    Returns:
        int64, shape ``(count, 4)``.
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
