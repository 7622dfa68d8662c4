"""Calendar months of moments."""

import numpy as np

from customer_analytics.core.compiled import compiled

_ERAS = 30
"""Eras of 400 years that days are counted from before, so that none is below 0: the machine divides such faster."""

_ERA_DAYS, _ERA_MONTHS, _YEAR_MONTHS = np.uint64(146_097), np.uint64(4800), np.uint64(12)
_DAY_US = np.uint64(86_400_000_000)
_EARLIER_US = np.uint64(719_468 + _ERAS * 146_097) * _DAY_US
"""From the first of March with which the first of these eras begins to 1970."""

_EARLIER_MONTHS = 1970 * 12 - 2 + _ERAS * 4800


def months_of(moments: np.ndarray) -> np.ndarray:
    """The month of each moment (``datetime64[us]``, no NaT), counted from January 1970; int64."""
    return _months(moments.view(np.uint64))


@compiled
def _months(moments: np.ndarray) -> np.ndarray:
    """Months of the proleptic Gregorian calendar, whose years are taken to begin in March: a leap day is their last.

    Most rows are of the same day as the one before, and need no calendar.

    Source: ``civil_from_days`` in Howard Hinnant's "chrono-Compatible Low-Level Date Algorithms" (2013).
    """
    months = np.empty(len(moments), np.int64)
    before = np.uint64(0)
    for row in range(len(moments)):
        days = (moments[row] + _EARLIER_US) // _DAY_US
        if row > 0 and days == before:
            months[row] = months[row - 1]
            continue
        before = days
        era = days // _ERA_DAYS
        day = days - era * _ERA_DAYS
        year = (day - day // np.uint64(1460) + day // np.uint64(36_524) - day // np.uint64(146_096)) // np.uint64(365)
        day -= np.uint64(365) * year + year // np.uint64(4) - year // np.uint64(100)
        month = (np.uint64(5) * day + np.uint64(2)) // np.uint64(153)
        months[row] = np.int64(era * _ERA_MONTHS + year * _YEAR_MONTHS + month) - _EARLIER_MONTHS
    return months
