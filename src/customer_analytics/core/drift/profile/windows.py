"""Time windows: a day, a Monday-to-Sunday week or a calendar month, coded as the ordinal of its first day."""

from enum import StrEnum

import numpy as np
import numpy.typing as npt

I64 = npt.NDArray[np.int64]

_EPOCH = 719_163
"""``date(1970, 1, 1).toordinal()``: day codes are proleptic Gregorian ordinals, so 0 is free for "no date"."""

NO_DATE = 0
_DAY_US = 86_400_000_000


class Period(StrEnum):
    """How long a window is."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


def window_codes(dates: npt.NDArray[np.datetime64], period: Period) -> I64:
    """The ordinal of the first day of each date's window; ``NO_DATE`` for NaT.

    Args:
        dates: ``datetime64[us]``.
        period: Weeks start on Monday (ISO 8601).
    """
    if period is Period.MONTH:
        codes = dates.astype("datetime64[M]").astype("datetime64[D]").view(np.int64) + _EPOCH
    elif period is Period.WEEK:
        codes = dates.view(np.int64) + 3 * _DAY_US  # 1970-01-01 was a Thursday
        codes //= 7 * _DAY_US  # NumPy divides fast, but takes remainders slowly
        codes *= 7
        codes += _EPOCH - 3
    else:
        codes = dates.view(np.int64) // _DAY_US + _EPOCH
    missing = np.isnat(dates)
    if missing.any():
        codes[missing] = NO_DATE
    return codes


def window_dates(codes: I64) -> npt.NDArray[np.datetime64]:
    """First days of coded windows as ``datetime64[us]``; NaT for ``NO_DATE``."""
    dates = (codes - _EPOCH).astype("datetime64[D]").astype("datetime64[us]")
    dates[codes == NO_DATE] = np.datetime64("NaT")
    return dates


def named_window(code: int) -> str:
    """The window's first day in words."""
    return "no date" if code == NO_DATE else str(np.datetime64(code - _EPOCH, "D"))
