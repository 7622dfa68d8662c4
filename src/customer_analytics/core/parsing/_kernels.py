"""Compiled loops that parse integers, decimals and ISO 8601 timestamps from the bytes of a text column.

``codes`` (uint8) and ``offsets`` (int32, shape ``(rows + 1,)``) are the buffers of the column. White space around a
text is ignored.
"""

from typing import NamedTuple

import numpy as np

from customer_analytics.core.arrow._kernels import strip_bounds
from customer_analytics.core.compiled import compiled, inlined

PLUS, MINUS, POINT, ZERO, NINE, UPPER_E, LOWER_E, SPACE, UPPER_T, COLON = b"+-.09Ee T:"

MAX_DIGITS = 18
"""Number of digits that always fit into int64."""

_POWERS_OF_TEN = 10 ** np.arange(MAX_DIGITS + 1, dtype=np.int64)
_FULL = 10 ** (MAX_DIGITS - 1)
"""From this number on, further digits are ignored, because they might not fit."""

_MAX_EXPONENT = 100_000
"""Larger exponents are cut to this one: the number is zero or out of range anyway."""


@compiled
def parse_integer_rows(codes: np.ndarray, offsets: np.ndarray, numbers: np.ndarray, is_integer: np.ndarray) -> None:
    """Fill ``numbers`` (int64) and ``is_integer`` (bool) in rows with an integer of at most ``MAX_DIGITS`` digits."""
    for row in range(len(numbers)):
        start, stop = strip_bounds(codes, offsets[row], offsets[row + 1])
        first = start + 1 if start < stop and (codes[start] == PLUS or codes[start] == MINUS) else start
        number, index = 0, first
        while index < stop and ZERO <= codes[index] <= NINE:
            number = number * 10 + codes[index] - ZERO
            index += 1
        if index == stop and 0 < stop - first <= MAX_DIGITS:
            numbers[row] = -number if codes[start] == MINUS else number
            is_integer[row] = True


class DecimalColumns(NamedTuple):
    """Arrays that :func:`parse_decimal_rows` fills, one entry per row; all but ``amounts`` are bool.

    Args:
        amounts: float64, the number rounded half-even; not changed if there is none in range.
        is_number: The text is a decimal.
        is_in_range: The rounded number is within the limit.
        is_rounded: The number is in range and has more decimals than the minor unit.
        is_negative: The number is below zero, before rounding.
    """

    amounts: np.ndarray
    is_number: np.ndarray
    is_in_range: np.ndarray
    is_rounded: np.ndarray
    is_negative: np.ndarray


@compiled
def parse_decimal_rows(
    codes: np.ndarray, offsets: np.ndarray, form: tuple[int, int, int], columns: DecimalColumns
) -> None:
    """Parse plain and scientific decimals exactly, as an integer of minor units.

    Args:
        codes: The bytes of the column.
        offsets: The start of each row.
        form: Code of the decimal mark; decimal places of the minor unit; most minor units in range, below ``2**53``.
        columns: The arrays to fill.
    """
    mark, decimals, limit = form
    for row in range(len(columns.amounts)):
        start, stop = strip_bounds(codes, offsets[row], offsets[row + 1])
        has_minus = start < stop and codes[start] == MINUS
        if start < stop and (has_minus or codes[start] == PLUS):
            start += 1
        digits, exponent, has_more, index = _significant_digits(codes, start, stop, mark)
        if index >= 0:
            exponent, index = _with_exponent(codes, index, stop, exponent)
        if index != stop:
            continue
        columns.is_number[row] = True
        columns.is_negative[row] = has_minus and digits > 0
        units, is_rounded = _round_half_even(digits, exponent + decimals, has_more)
        if 0 <= units <= limit:
            columns.is_in_range[row], columns.is_rounded[row] = True, is_rounded
            columns.amounts[row] = (-units if has_minus and units else units) / _POWERS_OF_TEN[decimals]


@inlined
def _significant_digits(codes: np.ndarray, index: int, stop: int, mark: int) -> tuple[np.int64, int, bool, int]:
    """Read a number such as ``12.34`` without sign and exponent.

    Returns:
        The digits as an integer, its exponent of ten, whether ignored digits are not all zero, and the index after the
        number; -1 if there is no digit.
    """
    digits, exponent, has_more, has_mark, has_digit = np.int64(0), 0, False, False, False
    while index < stop:
        code = codes[index]
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
def _with_exponent(codes: np.ndarray, index: int, stop: int, exponent: int) -> tuple[int, int]:
    """Add an exponent such as ``e-12`` at ``index``, if any; also return the index after it, -1 if it is malformed."""
    if index == stop or (codes[index] != UPPER_E and codes[index] != LOWER_E):
        return exponent, index
    index += 1
    has_minus = index < stop and codes[index] == MINUS
    if index < stop and (has_minus or codes[index] == PLUS):
        index += 1
    first, power = index, 0
    while index < stop and ZERO <= codes[index] <= NINE:
        power = min(power * 10 + codes[index] - ZERO, _MAX_EXPONENT)
        index += 1
    return exponent + (-power if has_minus else power), index if index > first else -1


@inlined
def _round_half_even(digits: np.int64, power: int, has_more: bool) -> tuple[np.int64, bool]:  # noqa: FBT001  compiled
    """Return ``digits * 10**power`` as a whole number (-1 if it is too large for int64), and whether it is rounded.

    With ``has_more``, the exact number is above ``digits`` by less than one.
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
"""NaT as int64."""


class Calendar(NamedTuple):
    """First day (days since 1970-01-01) and length in days of each month since January of the year 0; int64."""

    first_days: np.ndarray
    lengths: np.ndarray


@compiled
def parse_iso_rows(codes: np.ndarray, offsets: np.ndarray, calendar: Calendar, timestamps: np.ndarray) -> None:
    """Fill ``timestamps`` (int64, microseconds since 1970) in rows that are ``YYYY-MM-DD[( |T)HH:MM[:SS[.f]]]``."""
    for row in range(len(timestamps)):
        start, stop = strip_bounds(codes, offsets[row], offsets[row + 1])
        if stop - start < _DATE:
            continue
        day = _days_since_1970(codes, start, calendar)
        clock = _microseconds_of_day(codes, start + _DATE, stop) if stop - start > _DATE else np.int64(0)
        if day != NAT and clock >= 0:
            timestamps[row] = day * _DAY_US + clock


@inlined
def _days_since_1970(codes: np.ndarray, start: int, calendar: Calendar) -> np.int64:
    """Return the days from 1970-01-01 to the date ``YYYY-MM-DD`` at ``start``; ``NAT`` if it is no date."""
    year, month, day = _digits(codes, start, 4), _digits(codes, start + 5, 2), _digits(codes, start + 8, 2)
    if year < 1 or not 1 <= month <= _MONTHS or codes[start + 4] != MINUS or codes[start + 7] != MINUS:
        return np.int64(NAT)
    index = year * _MONTHS + month - 1
    return np.int64(calendar.first_days[index] + day - 1 if 1 <= day <= calendar.lengths[index] else NAT)


@inlined
def _microseconds_of_day(codes: np.ndarray, start: int, stop: int) -> np.int64:
    """Return the microseconds since midnight of ``( |T)HH:MM[:SS[.f]]``; -1 if it is no time of day."""
    size = stop - start
    if size < _MINUTE or (codes[start] != SPACE and codes[start] != UPPER_T) or codes[start + 3] != COLON:
        return np.int64(-1)
    hours, minutes, seconds, fraction = _digits(codes, start + 1, 2), _digits(codes, start + 4, 2), 0, 0
    if size > _MINUTE:
        if size < _SECOND or codes[start + 6] != COLON:
            return np.int64(-1)
        seconds = _digits(codes, start + 7, 2)
    if size > _SECOND:
        fraction = _microseconds(codes, start + _SECOND + 1, stop) if codes[start + _SECOND] == POINT else -1
    if not (0 <= hours < _HOURS and 0 <= minutes < _SIXTY and 0 <= seconds < _SIXTY and fraction >= 0):
        return np.int64(-1)
    return np.int64(((hours * _SIXTY + minutes) * _SIXTY + seconds) * _SECOND_US + fraction)


@inlined
def _digits(codes: np.ndarray, start: int, count: int) -> int:
    """Return the number with ``count`` digits at ``start``; -1 if one of them is no digit."""
    number = 0
    for index in range(start, start + count):
        if not ZERO <= codes[index] <= NINE:
            return -1
        number = number * 10 + codes[index] - ZERO
    return number


@inlined
def _microseconds(codes: np.ndarray, start: int, stop: int) -> int:
    """Return the fraction of a second in microseconds, cut after six digits; -1 if it is empty or has a non-digit."""
    micros = 0
    for index in range(start, stop):
        if not ZERO <= codes[index] <= NINE:
            return -1
        if index < start + _FRACTION_DIGITS:
            micros = micros * 10 + codes[index] - ZERO
    for _ in range(stop - start, _FRACTION_DIGITS):
        micros *= 10
    return micros if stop > start else -1
