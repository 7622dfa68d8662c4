"""A robust estimate of spread."""

from collections.abc import Sequence

import numpy as np

from customer_analytics.core.drift.statistics.numeric import Floats

MAD_TO_SIGMA = 1.4826
"""Ratio of the standard deviation to the median absolute deviation in a normal distribution."""


def robust_spread(values: Sequence[float] | Floats, floor: float) -> float:
    """Estimate the standard deviation from the median absolute deviation; the result is at least ``floor``."""
    numbers = np.asarray(values, np.float64)
    return max(MAD_TO_SIGMA * float(np.median(np.abs(numbers - np.median(numbers)))), floor)
