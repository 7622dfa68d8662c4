"""Amounts as whole minor units (cents), exact, and exact numbers as floats."""

import math
from fractions import Fraction
from typing import NamedTuple

import numpy as np

EXACT_MINOR_UNITS = 1 << 50
"""Amounts of fewer minor units are exact: a float64 in major units times the scale rounds to its minor units."""


class MinorUnits(NamedTuple):
    """Amounts in whole minor units, exact.

    Args:
        units: int64, shape ``(rows,)``; 0 for NaN.
        unknown: Number of amounts that are NaN.
    """

    units: np.ndarray
    unknown: int = 0

    @classmethod
    def of(cls, amounts: np.ndarray, decimals: int) -> "MinorUnits":
        """The minor units of amounts.

        Args:
            amounts: float64, major units, rounded to the minor unit; NaN where unknown.
            decimals: Digits of the minor unit.

        Raises:
            ValueError: An amount of :data:`EXACT_MINOR_UNITS` or more; the contract's ``amount_max`` excludes them.
        """
        from customer_analytics.core.money._kernels import whole_units  # noqa: PLC0415  Numba only where rows are read

        scale = 10**decimals
        units, unknown, too_large = whole_units(amounts, float(scale), EXACT_MINOR_UNITS / scale)
        if too_large:
            raise ValueError(f"{too_large} amounts of {EXACT_MINOR_UNITS} minor units or more")
        return cls(units, unknown)


def as_float(number: Fraction) -> float:
    """The float nearest to an exact number; infinite beyond float64's range."""
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf
