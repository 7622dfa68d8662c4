"""Sums of money, exact: whole minor units, in integers that cannot overflow."""

from dataclasses import dataclass

import numpy as np

from customer_analytics.core.minor_units import MinorUnits


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
        money = MinorUnits.of(amounts, decimals)
        return cls(len(amounts), exact_sum(money.units) + sum(money.huge.values()), money.unknown)

    def __add__(self, other: "Money") -> "Money":
        return Money(self.rows + other.rows, self.minor + other.minor, self.unreadable + other.unreadable)

    def __sub__(self, part: "Money") -> "Money":
        """The money of the rows that are not among a part of these."""
        return Money(self.rows - part.rows, self.minor - part.minor, self.unreadable - part.unreadable)


def exact_sum(units: np.ndarray) -> int:
    """The sum of int64 numbers below 2**53 in size, however many."""
    from customer_analytics.core.kernels.money import LOW_BITS, summed  # noqa: PLC0415  only where rows are counted

    high, low = summed(units)
    return (high << LOW_BITS) + low
