"""Money as whole minor units (cents), exact, and exact numbers as floats."""

import math
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from typing import NamedTuple

import numpy as np

EXACT_MINOR_UNITS = 1 << 50
"""Below it a float64 in major units gives back its whole minor units by one multiplication and rounding."""

_EXACT = Context(prec=400, Emax=10**6, Emin=-(10**6))


class MinorUnits(NamedTuple):
    """Amounts in whole minor units, exact.

    Args:
        units: int64, shape ``(rows,)``; 0 where the number is in ``huge``, and for NaN.
        huge: Row → its units, for amounts of :data:`EXACT_MINOR_UNITS` and more.
        unknown: How many amounts are NaN.
    """

    units: np.ndarray
    huge: dict[int, int]
    unknown: int = 0

    @classmethod
    def of(cls, amounts: np.ndarray, decimals: int) -> "MinorUnits":
        """The minor units of amounts that were rounded to them (float64, major units)."""
        from customer_analytics.core.money._kernels import whole_units  # noqa: PLC0415  only where amounts are read

        scale = 10**decimals
        bound = EXACT_MINOR_UNITS / scale
        units, unknown, huge = whole_units(amounts, float(scale), bound)
        rows = np.flatnonzero(np.abs(amounts) >= bound).tolist() if huge else ()
        return cls(units, {row: _exact(float(amounts[row]), decimals) for row in rows}, unknown)


def _exact(amount: float, decimals: int) -> int:
    return int(quantized(Decimal(amount), decimals).scaleb(decimals, _EXACT))


def as_float(number: Fraction) -> float:
    """The float nearest to an exact number; infinite past float64's range."""
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf


def quantized(number: Decimal, decimals: int) -> Decimal:
    """A finite number rounded half-even to so many decimals."""
    return number.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_EVEN, _EXACT)
