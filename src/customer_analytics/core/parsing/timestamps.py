"""Calendar times from text: ISO by a compiled loop over the bytes, other formats by ``strptime``."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from customer_analytics.core.arrow.text import MINUS, NINE, POINT, ZERO, bare, layout, strip
from customer_analytics.core.arrow.words import HIGHS, WORD, word_at
from customer_analytics.core.compiled import compiled, inlined

SPACE, T, COLON = b" T:"
_DATE, _MINUTE, _SECOND = len("2024-01-31"), len(" 23:59"), len(" 23:59:59")
_FRACTION_DIGITS = 6
_MONTHS = 12
_SECOND_US = 1_000_000
_DAY_US = 86_400 * _SECOND_US
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


class Calendar(NamedTuple):
    """By months since the year 0: the first day, in days since 1970, and the days of the month; both int64."""

    first_days: np.ndarray
    lengths: np.ndarray


def parse_timestamps(text: pa.StringArray, formats: Sequence[str] = ()) -> Dates:
    """Read text as calendar times without a zone; white space around it means nothing.

    Args:
        text: No nulls; ``YYYY-MM-DD``, optionally followed by a space or ``T`` and ``HH:MM[:SS[.f]]``; digits of a
            second's fraction past the sixth are cut.
        formats: ``strptime`` formats tried, in order, on what is not ISO.
    """
    offsets, codes = layout(text)
    micros = np.full(len(text), _NAT)
    _read_iso(codes, offsets, _calendar(), micros)
    found = Dates(micros.view("datetime64[us]"), micros != _NAT)
    for pattern in formats:
        _read_also(text, found, pattern)
    return found


def _read_also(text: pa.StringArray, found: Dates, pattern: str) -> None:
    """Fill in what ``strptime`` makes of the rows that are still unknown; each distinct text is read once."""
    unread = np.flatnonzero(~found.known)
    distinct = strip(text.take(pa.array(unread))).dictionary_encode()
    table = np.array([_strptime(one, pattern) for one in distinct.dictionary.to_pylist()], "datetime64[us]")
    if len(table):
        found.moments[unread] = table[distinct.indices.to_numpy()]
        found.known[unread] = ~np.isnat(found.moments[unread])


def _strptime(text: str, pattern: str) -> datetime | None:
    try:
        return datetime.strptime(text, pattern).replace(tzinfo=None)  # noqa: DTZ007  the contract has no zones
    except ValueError:
        return None


@cache
def _calendar() -> Calendar:
    """The proleptic Gregorian calendar for the years 0 to 9999."""
    months = np.arange(-1970 * _MONTHS, (10_000 - 1970) * _MONTHS + 1).astype("datetime64[M]")
    first_days = months.astype("datetime64[D]").astype(np.int64)
    return Calendar(first_days[:-1].copy(), np.diff(first_days))


@compiled
def _read_iso(codes: np.ndarray, offsets: np.ndarray, calendar: Calendar, micros: np.ndarray) -> None:
    """Microseconds since 1970 of every row that is an ISO time; the others are left alone.

    Most rows are of the same day as the one before, and need no calendar.
    """
    known, midnight = -1, np.int64(0)
    for row in range(len(micros)):
        start, stop = bare(codes, offsets[row], offsets[row + 1])
        if stop - start < _DATE:
            continue
        if known < 0 or not _same_day(codes, known, start):
            day = _day(codes, start, calendar)
            if day == _NAT:
                continue
            known, midnight = start, day * _DAY_US
        at, clock = start + _DATE, np.int64(0)
        if stop - at == _SECOND and (codes[at] == SPACE or codes[at] == T):  # as most are
            clock = _seconds_of_day(word_at(codes, at + 1)) * _SECOND_US
        elif at < stop:
            clock = _clock(codes, at, stop)
        if clock >= 0:
            micros[row] = midnight + clock


@inlined
def _day(codes: np.ndarray, start: int, calendar: Calendar) -> np.int64:
    """Days since 1970 of ``YYYY-MM-DD``; ``_NAT`` if it is none."""
    year, month, day = _number(codes, start, 4), _number(codes, start + 5, 2), _number(codes, start + 8, 2)
    if year < 1 or not 1 <= month <= _MONTHS or codes[start + 4] != MINUS or codes[start + 7] != MINUS:
        return np.int64(_NAT)
    place = year * _MONTHS + month - 1
    return np.int64(calendar.first_days[place] + day - 1 if 1 <= day <= calendar.lengths[place] else _NAT)


@inlined
def _same_day(codes: np.ndarray, one: int, other: int) -> bool:
    """Whether the ten bytes of two dates are the same."""
    at, to = one + WORD, other + WORD
    if codes[at] != codes[to] or codes[at + 1] != codes[to + 1]:
        return False
    return word_at(codes, one) == word_at(codes, other)


@inlined
def _clock(codes: np.ndarray, at: int, stop: int) -> np.int64:
    """Microseconds since midnight of ``[ T]HH:MM[:SS.f]`` behind a date; -1 if it is none."""
    size, seconds, micros = stop - at, np.int64(-1), 0
    if size >= _MINUTE and (codes[at] == SPACE or codes[at] == T):
        if size > _SECOND:
            seconds = _seconds_of_day(word_at(codes, at + 1))
            micros = _fraction(codes, at + _SECOND + 1, stop) if codes[at + _SECOND] == POINT else -1
        elif size == _MINUTE and codes[at + 3] == COLON:
            hours, minutes = _number(codes, at + 1, 2), _number(codes, at + 4, 2)
            if 0 <= hours < _HOURS and 0 <= minutes < _SIXTY:
                seconds = np.int64((hours * _SIXTY + minutes) * _SIXTY)
    return seconds * _SECOND_US + micros if seconds >= 0 and micros >= 0 else np.int64(-1)


_HOURS, _SIXTY = 24, 60
_MIDNIGHT = np.uint64(int.from_bytes(b"00:00:00", "little"))
_LIMITS = np.uint64(int.from_bytes([0x76, 0x76, 0x7F] * 2 + [0x76, 0x76], "little"))
"""Added to what differs from midnight, they stay below 128 in each byte for digits up to 9 and for colons alone."""


@inlined
def _seconds_of_day(word: np.uint64) -> np.int64:
    """What the eight bytes of ``HH:MM:SS`` spell, all of them looked at at once; -1 if they are no time of day."""
    digits = word ^ _MIDNIGHT
    if ((digits + _LIMITS) | digits) & HIGHS:
        return np.int64(-1)
    pairs, byte = digits * np.uint64(10) + (digits >> np.uint64(8)), np.uint64(0xFF)
    hours, minutes, seconds = pairs & byte, (pairs >> np.uint64(24)) & byte, (pairs >> np.uint64(48)) & byte
    if hours >= _HOURS or minutes >= _SIXTY or seconds >= _SIXTY:
        return np.int64(-1)
    return (np.int64(hours) * _SIXTY + np.int64(minutes)) * _SIXTY + np.int64(seconds)


@inlined
def _number(codes: np.ndarray, start: int, digits: int) -> int:
    """What so many digits there spell; -1 if some are none."""
    number = 0
    for place in range(start, start + digits):
        if not ZERO <= codes[place] <= NINE:
            return -1
        number = number * 10 + codes[place] - ZERO
    return number


@inlined
def _fraction(codes: np.ndarray, start: int, stop: int) -> int:
    """Microseconds in the digits from ``start`` to ``stop``; -1 if some are none, or there is none."""
    micros = 0
    for place in range(start, stop):
        if not ZERO <= codes[place] <= NINE:
            return -1
        if place < start + _FRACTION_DIGITS:
            micros = micros * 10 + codes[place] - ZERO
    for _ in range(stop - start, _FRACTION_DIGITS):
        micros *= 10
    return micros if stop > start else -1
