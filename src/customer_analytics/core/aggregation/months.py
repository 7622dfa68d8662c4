"""Conversion of timestamps to calendar months."""

import numpy as np

from customer_analytics.core.aggregation._kernels import rank_codes

_DAY_US = 86_400_000_000


def months_of(timestamps: np.ndarray) -> np.ndarray:
    """Return for each timestamp (``datetime64[us]``, no NaT) the number of months since January 1970; int64.

    NumPy converts days to months slowly, so each distinct day is converted only once.
    """
    days, positions = rank_codes(timestamps.view(np.int64) // _DAY_US)
    return days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)[positions]
