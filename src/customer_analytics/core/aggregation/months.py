"""Calendar months of timestamps."""

import numpy as np

from customer_analytics.core.aggregation._kernels import rank_codes

_DAY_US = 86_400_000_000


def months_of(timestamps: np.ndarray) -> np.ndarray:
    """Return the number of months from January 1970 to each timestamp (``datetime64[us]``, no NaT); int64.

    Only the distinct days, which are few, are converted, because NumPy's calendar is slow.
    """
    days, positions = rank_codes(timestamps.view(np.int64) // _DAY_US)
    return days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)[positions]
