"""Sums of money, exact: whole minor units, in integers that cannot overflow."""

from dataclasses import dataclass

import numpy as np

from customer_analytics.core.minor_units import MinorUnits

_LOW_BITS = 26


@dataclass(frozen=True, slots=True)
class Money:
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
    def of(cls, amounts: np.ndarray, decimals: int) -> "Money":
        """The money of a chunk.

        Args:
            amounts: float64 in major units, as ``read_amounts`` gives them; NaN where unreadable.
            decimals: Digits of the minor unit.
        """
        known = amounts[~np.isnan(amounts)]
        money = MinorUnits.of(known, decimals)
        return cls(len(amounts), exact_sum(money.units) + sum(money.huge.values()), len(amounts) - len(known))

    def __add__(self, other: "Money") -> "Money":
        return Money(self.rows + other.rows, self.minor + other.minor, self.unreadable + other.unreadable)


def exact_sum(units: np.ndarray) -> int:
    """The sum of int64 numbers below 2**53 in size, however many."""
    low = units & ((1 << _LOW_BITS) - 1)
    return (int((units >> _LOW_BITS).sum()) << _LOW_BITS) + int(low.sum())
