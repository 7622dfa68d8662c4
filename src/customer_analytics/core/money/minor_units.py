"""Conversion of float amounts to whole minor units (cents), and of exact fractions to floats."""

import math
from fractions import Fraction
from typing import NamedTuple

import numpy as np

EXACT_MINOR_UNITS = 1 << 50
"""Amounts below this many minor units are converted exactly from float64 in major units to an integer."""


class MinorUnits(NamedTuple):
    """The amounts of a chunk as exact whole numbers of minor units.

    Args:
        units: int64, shape ``(rows,)``; 0 where the amount is NaN.
        nan_count: Number of amounts that are NaN.
    """

    units: np.ndarray
    nan_count: int = 0

    @classmethod
    def of(cls, amounts: np.ndarray, decimals: int) -> "MinorUnits":
        """Convert amounts to minor units.

        Args:
            amounts: float64, major units, rounded to the minor unit; NaN where unknown.
            decimals: Decimal places of the minor unit.

        Raises:
            ValueError: An amount is not below :data:`EXACT_MINOR_UNITS`; the contract's ``amount_max`` prevents this.
        """
        from customer_analytics.core.money._kernels import to_minor_units  # noqa: PLC0415  imports Numba

        scale = 10**decimals
        units, nan_count, beyond_count = to_minor_units(amounts, float(scale), EXACT_MINOR_UNITS / scale)
        if beyond_count:
            raise ValueError(f"expected amounts below {EXACT_MINOR_UNITS} minor units; found {beyond_count} beyond")
        return cls(units, nan_count)


def as_float(number: Fraction) -> float:
    """Return the float nearest to an exact number; ``inf`` or ``-inf`` if it is outside the range of float64."""
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf
