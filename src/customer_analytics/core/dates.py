"""ISO dates and times from text, eight bytes at a time.

``YYYY-MM-DD`` and ``YYYY-MM-DD HH:MM:SS`` are read as machine words: every digit of a column is checked and weighed by
one vectorised operation, and the calendar (days of each month) decides what is real.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from customer_analytics.core.text import layout, lengths, strip
from customer_analytics.core.words import WORD, digit_pairs, has_shape, pair_at, word_view

_ISO = r"^\d{4}-\d{2}-\d{2}(?:[ T]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?$"
_DATE, _MINUTE, _SECOND = len("2024-01-31"), len("2024-01-31 23:59"), len("2024-01-31 23:59:59")
_FRACTION_DIGITS = 6
_MONTHS = 12
_DAY_US = 86_400_000_000
_NAT = np.iinfo(np.int64).min
"""NaT as int64."""


class Dates(NamedTuple):
    """Times read from text.

    Args:
        moments: datetime64[us], shape ``(rows,)``; NaT where the text is no real time.
        known: bool, shape ``(rows,)``: the text is a real time.
    """

    moments: np.ndarray
    known: np.ndarray


def read_dates(text: pa.StringArray, formats: Sequence[str] = ()) -> Dates:
    """Read text as calendar times without a zone; white space around it means nothing.

    Args:
        text: No nulls; ``YYYY-MM-DD``, optionally followed by a space or ``T`` and ``HH:MM[:SS[.f]]``; digits of a
            second's fraction past the sixth are cut.
        formats: ``strptime`` formats tried, in order, on what is not ISO.
    """
    moments, known = _read_canonical(text)
    rest = np.flatnonzero(~known)
    if len(rest):
        bare = strip(text.take(pa.array(rest)))
        found = _read_iso(bare)
        for pattern in formats:
            _read_also(bare, found, pattern)
        moments[rest], known[rest] = found
    return Dates(moments, known)


def _read_iso(text: pa.StringArray) -> Dates:
    """Every ISO shape: what is not canonical is brought to ``YYYY-MM-DD HH:MM:SS`` first."""
    moments, known = _read_canonical(text)
    shaped = pc.match_substring_regex(text, _ISO).to_numpy(zero_copy_only=False) & ~known
    size = lengths(text)
    for padding, rows in ((":00", shaped & (size == _MINUTE)), ("", shaped & (size > _SECOND))):
        if rows.any():
            mine = text.filter(pa.array(rows))
            whole = pc.binary_join_element_wise(pc.utf8_slice_codeunits(mine, 0, _SECOND), padding, "")
            read = _read_canonical(whole)
            moments[rows], known[rows] = read.moments + _fractions(mine), read.known
    return Dates(moments, known)


def _fractions(text: pa.StringArray) -> np.ndarray:
    digits = pc.utf8_slice_codeunits(text, _SECOND + 1, _SECOND + 1 + _FRACTION_DIGITS)
    micros = pc.cast(pc.utf8_rpad(digits, _FRACTION_DIGITS, "0"), pa.int64())
    return micros.to_numpy().astype("timedelta64[us]")


def _read_also(text: pa.StringArray, found: Dates, pattern: str) -> None:
    """Fill in what ``strptime`` makes of the rows that are still unknown; each distinct text is read once."""
    unread = np.flatnonzero(~found.known)
    distinct = text.take(pa.array(unread)).dictionary_encode()
    table = np.array([_strptime(one, pattern) for one in distinct.dictionary.to_pylist()], "datetime64[us]")
    if len(table):
        found.moments[unread] = table[distinct.indices.to_numpy()]
        found.known[unread] = ~np.isnat(found.moments[unread])


def _strptime(text: str, pattern: str) -> datetime | None:
    try:
        return datetime.strptime(text, pattern).replace(tzinfo=None)  # noqa: DTZ007  the contract has no zones
    except ValueError:
        return None


def _read_canonical(text: pa.StringArray) -> Dates:
    """``YYYY-MM-DD`` and ``YYYY-MM-DD[ T]HH:MM:SS``; everything else is unknown."""
    offsets, codes = layout(text)
    size, view = np.diff(offsets), word_view(offsets, codes)
    starts = offsets[:-1].astype(np.int64) + WORD - offsets[0]
    micros, known = np.full(len(text), _NAT), np.zeros(len(text), bool)
    for width, read in ((_DATE, _read_days), (_SECOND, _read_seconds)):
        rows = np.flatnonzero(size == width)
        if len(rows):
            micros[rows], known[rows] = read(view, starts[rows])
    return Dates(micros.view("datetime64[us]"), known)


def _read_days(view: np.ndarray, starts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Microseconds since 1970 (int64, NaT where unknown) of ``YYYY-MM-DD``, and which are real dates."""
    year_month, day = view[starts], view[starts + 2] >> np.uint64(48)
    pairs = digit_pairs(year_month)
    month, days = pair_at(pairs, 5), pair_at(digit_pairs(day), 0)
    months = (pair_at(pairs, 0) * 100 + pair_at(pairs, 2)) * _MONTHS + month - 1
    shaped = has_shape(year_month, "0000-00-") & has_shape(day, "00")
    shaped &= (month >= 1) & (month <= _MONTHS) & (months >= _MONTHS) & (days >= 1)
    calendar = _calendar()
    months = np.where(shaped, months, _MONTHS)
    known = shaped & (days <= calendar.lengths[months])
    return np.where(known, (calendar.first_days[months] + days - 1) * _DAY_US, _NAT), known


def _read_seconds(view: np.ndarray, starts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The same of ``YYYY-MM-DD[ T]HH:MM:SS``."""
    micros, known = _read_days(view, starts)
    clock, separator = view[starts + 11], view[starts + 10] & np.uint64(0xFF)
    pairs = digit_pairs(clock)
    hours, minutes, seconds = (pair_at(pairs, place) for place in (0, 3, 6))
    known &= has_shape(clock, "00:00:00") & ((separator == ord(" ")) | (separator == ord("T")))
    known &= (hours < 24) & (minutes < 60) & (seconds < 60)  # noqa: PLR2004  the clock
    return np.where(known, micros + ((hours * 60 + minutes) * 60 + seconds) * 1_000_000, _NAT), known


class _Calendar(NamedTuple):
    """By months since the year 0: the first day, in days since 1970, and the days of the month; both int64."""

    first_days: np.ndarray
    lengths: np.ndarray


@cache
def _calendar() -> _Calendar:
    """The proleptic Gregorian calendar for the years 0 to 9999."""
    months = np.arange(-1970 * _MONTHS, (10_000 - 1970) * _MONTHS + 1).astype("datetime64[M]")
    first_days = months.astype("datetime64[D]").astype(np.int64)
    return _Calendar(first_days[:-1], np.diff(first_days))
