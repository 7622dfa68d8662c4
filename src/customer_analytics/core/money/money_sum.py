"""Sums of money, exact: whole minor units, in integers that cannot overflow."""

from dataclasses import dataclass

import numpy as np

from customer_analytics.core.money.minor_units import MinorUnits


@dataclass(frozen=True, slots=True)
class MoneySum:
    """Rows and what they are worth.

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
        """The money of a chunk.

        Args:
            amounts: float64 in major units, as ``parse_amounts`` gives them; NaN where unreadable.
            decimals: Digits of the minor unit.
        """
        money = MinorUnits.of(amounts, decimals)
        return cls(len(amounts), exact_sum(money.units) + sum(money.huge.values()), money.unknown)

    @classmethod
    def by_flag(cls, amounts: np.ndarray, flags: np.ndarray, count: int, decimals: int) -> list["MoneySum"]:
        """The money of the rows that have each flag; a row with several is in each.

        Args:
            amounts: As for :meth:`of`.
            flags: Bit ``k`` is flag ``k``; uint32, shape ``(rows,)``.
            count: Flags there are.
            decimals: Digits of the minor unit.
        """
        from customer_analytics.core.money._kernels import LOW_BITS, summed_by_flag  # noqa: PLC0415  as below

        money = MinorUnits.of(amounts, decimals)
        counted = summed_by_flag(money.units, ~np.isnan(amounts), flags, count).tolist()
        return [
            cls(
                rows,
                (high << LOW_BITS) + low + sum(units for row, units in money.huge.items() if flags[row] >> flag & 1),
                unreadable,
            )
            for flag, (rows, unreadable, high, low) in enumerate(counted)
        ]

    def __add__(self, other: "MoneySum") -> "MoneySum":
        return MoneySum(self.rows + other.rows, self.minor + other.minor, self.unreadable + other.unreadable)

    def __sub__(self, part: "MoneySum") -> "MoneySum":
        """The money of the rows that are not among a part of these."""
        return MoneySum(self.rows - part.rows, self.minor - part.minor, self.unreadable - part.unreadable)


def exact_sum(units: np.ndarray) -> int:
    """The sum of int64 numbers below 2**53 in size, however many."""
    from customer_analytics.core.money._kernels import LOW_BITS, summed  # noqa: PLC0415  only where rows are counted

    high, low = summed(units)
    return (high << LOW_BITS) + low
