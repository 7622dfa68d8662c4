"""Robust estimates: median absolute deviation."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

MAD_TO_SIGMA = 1.4826
"""Median absolute deviation to standard deviation of a normal distribution."""


def robust_spread(earlier: Sequence[float] | npt.NDArray[np.float64], floor: float) -> float:
    """The median absolute deviation as a standard deviation, at least ``floor``."""
    figures = np.asarray(earlier, np.float64)
    return max(MAD_TO_SIGMA * float(np.median(np.abs(figures - np.median(figures)))), floor)
