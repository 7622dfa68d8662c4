"""Sums of money, exact: whole minor units, in integers that cannot overflow."""

from dataclasses import dataclass

import numpy as np

from customer_analytics.core.money.minor_units import MinorUnits


@dataclass(frozen=True, slots=True)
class MoneySum:
    """Number of rows and the sum of their amounts; ``MoneySum()`` is the identity.

    Args:
        rows: Rows counted.
        minor: Sum of their amounts in minor units.
        unreadable: Rows among them whose amount is unknown; they add nothing to ``minor``.
    """

    rows: int = 0
    minor: int = 0
    unreadable: int = 0

    @classmethod
    def of(cls, amounts: np.ndarray, decimals: int) -> "MoneySum":
        """The sum of a chunk.

        Args:
            amounts: float64 in major units, as ``typed_purchases`` holds them; NaN where unreadable.
            decimals: Digits of the minor unit.
        """
        money = MinorUnits.of(amounts, decimals)
        return cls(len(amounts), exact_sum(money.units), money.unknown)

    @classmethod
    def by_flag(cls, amounts: np.ndarray, flags: np.ndarray, count: int, decimals: int) -> list["MoneySum"]:
        """The sum of the rows with each flag; a row with several flags counts for each.

        Args:
            amounts: As for :meth:`of`.
            flags: uint32, shape ``(rows,)``: bit ``k`` is flag ``k``.
            count: Number of flags.
            decimals: Digits of the minor unit.
        """
        from customer_analytics.core.money._kernels import joined_sum, sum_by_flag  # noqa: PLC0415  as in exact_sum

        money = MinorUnits.of(amounts, decimals)
        sums = sum_by_flag(money.units, ~np.isnan(amounts), flags, count).tolist()
        return [cls(rows, joined_sum(high, low), unreadable) for rows, unreadable, high, low in sums]

    def __add__(self, other: "MoneySum") -> "MoneySum":
        return MoneySum(self.rows + other.rows, self.minor + other.minor, self.unreadable + other.unreadable)

    def __sub__(self, part: "MoneySum") -> "MoneySum":
        """The sum of these rows without a part of them."""
        return MoneySum(self.rows - part.rows, self.minor - part.minor, self.unreadable - part.unreadable)


def exact_sum(units: np.ndarray) -> int:
    """The sum of int64 numbers below 2**53 in size, of any count."""
    from customer_analytics.core.money._kernels import joined_sum, split_sum  # noqa: PLC0415  Numba only for rows

    return joined_sum(*split_sum(units))
