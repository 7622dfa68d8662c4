"""ISO dates and times from text, eight bytes at a time.

``YYYY-MM-DD`` and ``YYYY-MM-DD HH:MM:SS`` are read as machine words: every digit of a column is checked and weighed by
one vectorised operation, and the calendar (days of each month) decides what is real.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from customer_analytics.core.text import layout, lengths, strip, word_view

_ISO = r"^\d{4}-\d{2}-\d{2}(?:[ T]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?$"
_DATE, _MINUTE, _SECOND = len("2024-01-31"), len("2024-01-31 23:59"), len("2024-01-31 23:59:59")
_FRACTION_DIGITS = 6
_NAT = np.datetime64("NaT", "us")


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
    size, starts, view = np.diff(offsets), offsets[:-1] - offsets[0], word_view(offsets, codes)
    moments, known = np.full(len(text), _NAT), np.zeros(len(text), bool)
    for width, read in ((_DATE, _read_days), (_SECOND, _read_seconds)):
        rows = np.flatnonzero(size == width)
        if len(rows):
            moments[rows], known[rows] = read(view, starts[rows])
    return Dates(moments, known)


def _read_days(view: np.ndarray, starts: np.ndarray) -> Dates:
    year_month, day = view[starts], view[starts + 2] >> np.uint64(48)
    shaped = _shaped(year_month, "0000-00-") & _shaped(day, "00")
    year, month = _weigh(year_month, (1000, 100, 10, 1)), _weigh(year_month >> np.uint64(40), (10, 1))
    days, real = _calendar(year, month, _weigh(day, (10, 1)))
    known = shaped & real
    return Dates(np.where(known, days.astype("datetime64[us]"), _NAT), known)


def _read_seconds(view: np.ndarray, starts: np.ndarray) -> Dates:
    days, known = _read_days(view, starts)
    clock, separator = view[starts + 11], view[starts + 10] & np.uint64(0xFF)
    hours, minutes, seconds = (_weigh(clock >> np.uint64(8 * place), (10, 1)) for place in (0, 3, 6))
    shaped = _shaped(clock, "00:00:00") & ((separator == ord(" ")) | (separator == ord("T")))
    real = known & shaped & (hours < 24) & (minutes < 60) & (seconds < 60)  # noqa: PLR2004  the clock
    elapsed_s = (hours * 60 + minutes) * 60 + seconds
    return Dates(np.where(real, days + elapsed_s.astype("timedelta64[s]"), _NAT), real)


def _shaped(word: np.ndarray, shape: str) -> np.ndarray:
    """Whether each word has digits where ``shape`` has ``0`` and the same bytes elsewhere."""
    digits = np.array([one == "0" for one in shape.ljust(8, "\0")])
    high = np.where(digits, 0xF0, 0xFF).astype(np.uint8).view("<u8")
    want = np.where(digits, 0x30, np.frombuffer(shape.ljust(8, "\0").encode(), np.uint8)).astype(np.uint8).view("<u8")
    six = np.where(digits, 0x06, 0).astype(np.uint8).view("<u8")
    return ((word & high) == want) & (((word + six) & high) == want)


def _weigh(word: np.ndarray, weights: Sequence[int]) -> np.ndarray:
    """The number that the word's first digits spell; int64."""
    total = np.zeros(len(word), np.int64)
    for place, weight in enumerate(weights):
        total += ((word >> np.uint64(8 * place)) & np.uint64(0x0F)).astype(np.int64) * weight
    return total


def _calendar(year: np.ndarray, month: np.ndarray, day: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Days as datetime64[D] and whether they are real: year 1 to 9999, month and day as the calendar has them."""
    possible = (year >= 1) & (year <= 9999) & (month >= 1) & (month <= 12) & (day >= 1)  # noqa: PLR2004
    months = np.where(possible, (year - 1970) * 12 + month - 1, 0).astype("datetime64[M]")
    first = months.astype("datetime64[D]")
    following = (months + 1).astype("datetime64[D]")
    days = first + (np.where(possible, day, 1) - 1).astype("timedelta64[D]")
    return days, possible & (days < following)
