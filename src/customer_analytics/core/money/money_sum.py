"""Exact sums of money in minor units; the sums are integers that cannot overflow."""

from dataclasses import dataclass

import numpy as np

from customer_analytics.core.money.minor_units import MinorUnits


@dataclass(frozen=True, slots=True)
class MoneySum:
    """Row count and exact sum of amounts. ``MoneySum()`` holds no row; adding it to another object changes nothing.

    Args:
        rows: Number of rows, including those whose amount is unknown.
        minor_units: Sum of the known amounts in minor units.
        unreadable: Number of rows whose amount is unknown.
    """

    rows: int = 0
    minor_units: int = 0
    unreadable: int = 0

    @classmethod
    def of(cls, amounts: np.ndarray, decimals: int) -> "MoneySum":
        """Sum the amounts of a chunk; the arguments are those of :meth:`MinorUnits.of`."""
        money = MinorUnits.of(amounts, decimals)
        return cls(len(amounts), exact_sum(money.units), money.nan_count)

    @classmethod
    def by_flag(cls, amounts: np.ndarray, flags: np.ndarray, count: int, decimals: int) -> list["MoneySum"]:
        """Return one sum per flag, over the rows that have this flag; a row with several flags is in several sums.

        Args:
            amounts: float64, major units; NaN where unknown.
            flags: uint32, one bit mask per row; bit ``k`` is set if the row has flag ``k``.
            count: Number of flags.
            decimals: Decimal places of the minor unit.
        """
        from customer_analytics.core.money._kernels import join_sum, sum_by_flag  # noqa: PLC0415  imports Numba

        money = MinorUnits.of(amounts, decimals)
        sums = sum_by_flag(money.units, ~np.isnan(amounts), flags, count).tolist()
        return [cls(rows, join_sum(high, low), unreadable) for rows, unreadable, high, low in sums]

    def __add__(self, other: "MoneySum") -> "MoneySum":
        unreadable = self.unreadable + other.unreadable
        return MoneySum(self.rows + other.rows, self.minor_units + other.minor_units, unreadable)

    def __sub__(self, subset: "MoneySum") -> "MoneySum":
        """Return the sum of the rows that are in ``self`` but not in ``subset``."""
        unreadable = self.unreadable - subset.unreadable
        return MoneySum(self.rows - subset.rows, self.minor_units - subset.minor_units, unreadable)


def exact_sum(units: np.ndarray) -> int:
    """Return the exact sum of any number of int64 values; their absolute values must be below ``2**53``."""
    from customer_analytics.core.money._kernels import join_sum, split_sum  # noqa: PLC0415  imports Numba

    return join_sum(*split_sum(units))
