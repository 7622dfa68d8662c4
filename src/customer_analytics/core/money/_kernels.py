"""Compiled loops over amounts in minor units.

A sum is kept in two int64 numbers, ``high`` and ``low``, so that it cannot overflow. The sum is
``high * 2**LOW_BITS + low``.
"""

import numpy as np

from customer_analytics.core.compiled import compiled

LOW_BITS = 26
"""The lowest ``LOW_BITS`` bits of each amount are added to ``low``, its other bits to ``high``."""

LOW_MASK = (1 << LOW_BITS) - 1


def join_sum(high: int, low: int) -> int:
    """Return the exact sum that two numbers represent: ``high * 2**LOW_BITS + low``."""
    return (high << LOW_BITS) + low


@compiled
def to_minor_units(amounts: np.ndarray, scale: float, bound: float) -> tuple[np.ndarray, int, int]:
    """Convert amounts to minor units: multiply them by ``scale`` and round half to even.

    Args:
        amounts: float64, major units.
        scale: Minor units per major unit.
        bound: Limit in major units: only amounts with a smaller absolute value are converted.

    Returns:
        Three values: the minor units (int64; 0 for amounts that are not converted); the number of NaN amounts; the
        number of amounts that are not converted because of ``bound``.
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
    """Sum int64 numbers with absolute values below ``2**53``; return ``(high, low)``, see :func:`join_sum`."""
    high = low = 0
    for unit in units:
        high += unit >> LOW_BITS
        low += unit & LOW_MASK
    return high, low


@compiled
def sum_by_flag(units: np.ndarray, known: np.ndarray, flags: np.ndarray, count: int) -> np.ndarray:
    """For each flag, count the rows that have it and sum their amounts.

    Args:
        units: int64, the amount of each row in minor units; absolute values below ``2**53``, 0 for unknown amounts.
        known: bool: whether the amount of each row is known.
        flags: uint32, one bit mask per row; bit ``k`` is set if the row has flag ``k``.
        count: Number of flags.

    Returns:
        int64, shape ``(count, 4)``, four numbers per flag: the number of rows; the number of rows with an unknown
        amount; and ``high`` and ``low``, which together represent the sum of the amounts (see :func:`join_sum`).
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
