"""Time windows: days, weeks (from Monday) or calendar months. A window's code is ``toordinal()`` of its first day."""

from enum import StrEnum

import numpy as np
import numpy.typing as npt

I64 = npt.NDArray[np.int64]

NO_DATE = 0
"""Window code that marks purchases without a date."""

_EPOCH = 719_163
"""Ordinal of 1970-01-01. Window codes are ordinals as from ``date.toordinal()``; they start at 1, so 0 is free."""

_DAY_US = 86_400_000_000


class Period(StrEnum):
    """Length of a window."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


def encode_windows(dates: npt.NDArray[np.datetime64], period: Period) -> I64:
    """Return the window code of each date: ``toordinal()`` of the window's first day, or ``NO_DATE`` for NaT.

    Args:
        dates: Dates as ``datetime64[us]``.
        period: Length of a window; weeks start on Monday (ISO 8601).
    """
    if period is Period.MONTH:
        codes = dates.astype("datetime64[M]").astype("datetime64[D]").view(np.int64) + _EPOCH
    elif period is Period.WEEK:
        weeks = (dates.view(np.int64) + 3 * _DAY_US) // (7 * _DAY_US)  # 1970-01-01 was a Thursday
        codes = weeks * 7 + _EPOCH - 3
    else:
        codes = dates.view(np.int64) // _DAY_US + _EPOCH
    codes[np.isnat(dates)] = NO_DATE
    return codes


def decode_windows(codes: I64) -> npt.NDArray[np.datetime64]:
    """Return the first day of each window as ``datetime64[us]``; NaT for ``NO_DATE``."""
    dates = (codes - _EPOCH).astype("datetime64[D]").astype("datetime64[us]")
    dates[codes == NO_DATE] = np.datetime64("NaT")
    return dates


def name_window(code: int) -> str:
    """Return the first day of a window as text such as ``2024-01-01``, or ``no date`` for ``NO_DATE``."""
    return "no date" if code == NO_DATE else str(np.datetime64(code - _EPOCH, "D"))
