"""Compiled loops that parse integers, decimals and ISO 8601 timestamps from the bytes of a text column.

``text_bytes`` (uint8) are the bytes of all rows. ``offsets`` (int32, shape ``(rows + 1,)``) are the positions in
``text_bytes`` where rows start and end. White space around a text is ignored.
"""

from typing import NamedTuple

import numpy as np

from customer_analytics.core.arrow._kernels import strip_bounds
from customer_analytics.core.compiled import compiled, inlined

PLUS, MINUS, POINT, ZERO, NINE, UPPER_E, LOWER_E, SPACE, UPPER_T, COLON = b"+-.09Ee T:"

MAX_DIGITS = 18
"""An integer with this many digits always fits into int64."""

_POWERS_OF_TEN = 10 ** np.arange(MAX_DIGITS + 1, dtype=np.int64)
_FULL = 10 ** (MAX_DIGITS - 1)
"""When the digits read so far form this number or a larger one, further digits are ignored: they might not fit."""

_MAX_EXPONENT = 100_000
"""A larger exponent is replaced by this one: in both cases, the number is rounded to zero or is out of range."""


@compiled
def parse_integer_rows(
    text_bytes: np.ndarray, offsets: np.ndarray, numbers: np.ndarray, is_integer: np.ndarray
) -> None:
    """Parse each row's text as an integer; write it to ``numbers`` (int64) and true to ``is_integer`` (bool).

    If a text is not an integer of at most ``MAX_DIGITS`` digits, the row's entries in both arrays do not change.
    """
    for row in range(len(numbers)):
        start, stop = strip_bounds(text_bytes, offsets[row], offsets[row + 1])
        first = start + 1 if start < stop and (text_bytes[start] == PLUS or text_bytes[start] == MINUS) else start
        number, index = 0, first
        while index < stop and ZERO <= text_bytes[index] <= NINE:
            number = number * 10 + text_bytes[index] - ZERO
            index += 1
        if index == stop and 0 < stop - first <= MAX_DIGITS:
            numbers[row] = -number if text_bytes[start] == MINUS else number
            is_integer[row] = True


class DecimalColumns(NamedTuple):
    """Arrays that :func:`parse_decimal_rows` fills, one entry per row; all but ``amounts`` are bool.

    Args:
        amounts: float64, major units, rounded half-even to minor units; only written if the number is in range.
        is_number: The text is a decimal.
        is_in_range: The absolute value of the rounded number is not above the highest valid amount.
        is_rounded: The number is in range, and rounding changed it.
        is_negative: The number is below zero, before rounding.
    """

    amounts: np.ndarray
    is_number: np.ndarray
    is_in_range: np.ndarray
    is_rounded: np.ndarray
    is_negative: np.ndarray


@compiled
def parse_decimal_rows(
    text_bytes: np.ndarray, offsets: np.ndarray, form: tuple[int, int, int], columns: DecimalColumns
) -> None:
    """Parse decimals such as ``12.5`` or ``1e3`` exactly, round them half-even to minor units, and fill ``columns``.

    Args:
        text_bytes: uint8, the bytes of all rows.
        offsets: int32, shape ``(rows + 1,)``: the positions in ``text_bytes`` where rows start and end.
        form: The byte of the decimal mark, the minor unit's decimal places, the highest valid amount in minor units.
        columns: The arrays to fill.
    """
    mark, decimals, limit = form
    for row in range(len(columns.amounts)):
        start, stop = strip_bounds(text_bytes, offsets[row], offsets[row + 1])
        has_minus = start < stop and text_bytes[start] == MINUS
        if start < stop and (has_minus or text_bytes[start] == PLUS):
            start += 1
        digits, exponent, has_more, index = _significant_digits(text_bytes, start, stop, mark)
        if index >= 0:
            exponent, index = _with_exponent(text_bytes, index, stop, exponent)
        if index != stop:
            continue
        columns.is_number[row] = True
        columns.is_negative[row] = has_minus and digits > 0
        units, is_rounded = _round_half_even(digits, exponent + decimals, has_more)
        if 0 <= units <= limit:
            columns.is_in_range[row], columns.is_rounded[row] = True, is_rounded
            columns.amounts[row] = (-units if has_minus and units else units) / _POWERS_OF_TEN[decimals]


@inlined
def _significant_digits(text_bytes: np.ndarray, index: int, stop: int, mark: int) -> tuple[np.int64, int, bool, int]:
    """Read a number such as ``12.34`` (no sign, no exponent) at ``index``; ``mark`` is the byte of the decimal mark.

    Returns:
        Four values: the digits as an integer; the exponent of ten for this integer (-2 for ``12.34``); whether a digit
        other than 0 was ignored because it did not fit; the index after the number, or -1 if there is no digit.
    """
    digits, exponent, has_more, has_mark, has_digit = np.int64(0), 0, False, False, False
    while index < stop:
        code = text_bytes[index]
        if ZERO <= code <= NINE:
            has_digit = True
            if digits < _FULL:
                digits = digits * 10 + code - ZERO
                exponent -= has_mark
            else:
                has_more = has_more or code != ZERO
                exponent += not has_mark
        elif code == mark and not has_mark:
            has_mark = True
        else:
            break
        index += 1
    return digits, exponent, has_more, index if has_digit else -1


@inlined
def _with_exponent(text_bytes: np.ndarray, index: int, stop: int, exponent: int) -> tuple[int, int]:
    """Read the exponent at ``index``, such as ``e-12``, if there is one; the text ends before ``stop``.

    Returns a pair: ``exponent`` plus the text's exponent (0 if it has none); the index after it, or -1 if malformed.
    """
    if index == stop or (text_bytes[index] != UPPER_E and text_bytes[index] != LOWER_E):
        return exponent, index
    index += 1
    has_minus = index < stop and text_bytes[index] == MINUS
    if index < stop and (has_minus or text_bytes[index] == PLUS):
        index += 1
    first, power = index, 0
    while index < stop and ZERO <= text_bytes[index] <= NINE:
        power = min(power * 10 + text_bytes[index] - ZERO, _MAX_EXPONENT)
        index += 1
    return exponent + (-power if has_minus else power), index if index > first else -1


@inlined
def _round_half_even(digits: np.int64, power: int, has_more: bool) -> tuple[np.int64, bool]:  # noqa: FBT001  compiled
    """Round ``digits * 10**power`` half-even to a whole number.

    Returns a pair: the whole number, or -1 if it is too large for int64; and whether rounding changed the number.
    ``has_more`` means that ``digits`` was cut: the exact value is above ``digits`` and below ``digits + 1``.
    """
    if digits == 0:
        return digits, False
    if power >= 0:
        fits = power <= MAX_DIGITS and digits <= _POWERS_OF_TEN[MAX_DIGITS] // _POWERS_OF_TEN[min(power, MAX_DIGITS)]
        return (digits * _POWERS_OF_TEN[power] if fits else np.int64(-1)), False
    if -power > MAX_DIGITS:
        return np.int64(0), True
    unit = _POWERS_OF_TEN[-power]
    units, rest = digits // unit, digits % unit
    is_above_half = 2 * rest > unit or (2 * rest == unit and (has_more or units % 2 == 1))
    return units + is_above_half, rest > 0 or has_more


_DATE, _MINUTE, _SECOND = len("2024-01-31"), len(" 23:59"), len(" 23:59:59")
_FRACTION_DIGITS = 6
_MONTHS, _HOURS, _SIXTY = 12, 24, 60
_SECOND_US = 1_000_000
_DAY_US = 86_400 * _SECOND_US
NAT = np.iinfo(np.int64).min
"""The int64 that NumPy stores for NaT."""


class Calendar(NamedTuple):
    """Months from January of the year 0 on: ``first_days`` (days since 1970-01-01) and ``lengths`` (in days); int64."""

    first_days: np.ndarray
    lengths: np.ndarray


@compiled
def parse_iso_rows(text_bytes: np.ndarray, offsets: np.ndarray, calendar: Calendar, timestamps: np.ndarray) -> None:
    """Parse texts such as ``2024-01-31`` and ``2024-01-31 23:59:59.5`` (``T`` is allowed, seconds are optional).

    Writes microseconds since 1970-01-01 to ``timestamps`` (int64); for other texts, the entry does not change.
    """
    for row in range(len(timestamps)):
        start, stop = strip_bounds(text_bytes, offsets[row], offsets[row + 1])
        if stop - start < _DATE:
            continue
        day = _days_since_1970(text_bytes, start, calendar)
        clock = _microseconds_of_day(text_bytes, start + _DATE, stop) if stop - start > _DATE else np.int64(0)
        if day != NAT and clock >= 0:
            timestamps[row] = day * _DAY_US + clock


@inlined
def _days_since_1970(text_bytes: np.ndarray, start: int, calendar: Calendar) -> np.int64:
    """Return the days from 1970-01-01 to the date ``YYYY-MM-DD`` at ``start``; ``NAT`` if there is no valid date."""
    year, month, day = (
        _digits(text_bytes, start, 4),
        _digits(text_bytes, start + 5, 2),
        _digits(text_bytes, start + 8, 2),
    )
    if year < 1 or not 1 <= month <= _MONTHS or text_bytes[start + 4] != MINUS or text_bytes[start + 7] != MINUS:
        return np.int64(NAT)
    index = year * _MONTHS + month - 1
    return np.int64(calendar.first_days[index] + day - 1 if 1 <= day <= calendar.lengths[index] else NAT)


@inlined
def _microseconds_of_day(text_bytes: np.ndarray, start: int, stop: int) -> np.int64:
    """Return the time ``HH:MM[:SS[.f]]`` after a space or ``T`` as microseconds since midnight; -1 if it is invalid."""
    size = stop - start
    if (
        size < _MINUTE
        or (text_bytes[start] != SPACE and text_bytes[start] != UPPER_T)
        or text_bytes[start + 3] != COLON
    ):
        return np.int64(-1)
    hours, minutes, seconds, fraction = _digits(text_bytes, start + 1, 2), _digits(text_bytes, start + 4, 2), 0, 0
    if size > _MINUTE:
        if size < _SECOND or text_bytes[start + 6] != COLON:
            return np.int64(-1)
        seconds = _digits(text_bytes, start + 7, 2)
    if size > _SECOND:
        fraction = _microseconds(text_bytes, start + _SECOND + 1, stop) if text_bytes[start + _SECOND] == POINT else -1
    if not (0 <= hours < _HOURS and 0 <= minutes < _SIXTY and 0 <= seconds < _SIXTY and fraction >= 0):
        return np.int64(-1)
    return np.int64(((hours * _SIXTY + minutes) * _SIXTY + seconds) * _SECOND_US + fraction)


@inlined
def _digits(text_bytes: np.ndarray, start: int, count: int) -> int:
    """Return the ``count`` digits at ``start`` as a number; -1 if one of these bytes is not a digit."""
    number = 0
    for index in range(start, start + count):
        if not ZERO <= text_bytes[index] <= NINE:
            return -1
        number = number * 10 + text_bytes[index] - ZERO
    return number


@inlined
def _microseconds(text_bytes: np.ndarray, start: int, stop: int) -> int:
    """Return the digits of a fraction of a second as microseconds, cut after six digits; -1 if a byte is no digit."""
    micros = 0
    for index in range(start, stop):
        if not ZERO <= text_bytes[index] <= NINE:
            return -1
        if index < start + _FRACTION_DIGITS:
            micros = micros * 10 + text_bytes[index] - ZERO
    for _ in range(stop - start, _FRACTION_DIGITS):
        micros *= 10
    return micros if stop > start else -1
