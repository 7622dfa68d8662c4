"""Integers and amounts of money from text, exactly.

Integers and plain decimals are read by compiled loops; what is left is judged by the contract's own grammar, one
distinct text at a time.
"""

from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from customer_analytics.core.arrow.text import MINUS, NINE, PLUS, POINT, ZERO, bare, layout, strip
from customer_analytics.core.arrow.words import ALL, WORD, eight_digits, last_bytes
from customer_analytics.core.compiled import compiled, inlined

_DECIMAL = r"^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$"
_INTEGER_DIGITS = 18
_CENTS = 2
"""Digits that most amounts have behind the point."""

_EXACT = Context(prec=400, Emax=10**6, Emin=-(10**6))
_POWERS = 10 ** np.arange(_INTEGER_DIGITS + 1, dtype=np.int64)
_EXACT_INTEGERS = 1 << 53
"""Every smaller integer is a float64."""


class Integers(NamedTuple):
    """int64 numbers (0 where unknown) and which rows are integer literals."""

    numbers: np.ndarray
    known: np.ndarray


class Amounts(NamedTuple):
    """Amounts in major units, rounded half-even to whole minor units.

    Args:
        amounts: float64, the nearest to each rounded amount; NaN where unknown.
        known: bool: the text is a finite decimal.
        rounded: bool: the text had more digits than the minor unit has.
        negative: bool: below zero, judged before rounding.
    """

    amounts: np.ndarray
    known: np.ndarray
    rounded: np.ndarray
    negative: np.ndarray


def parse_integers(text: pa.StringArray) -> Integers:
    """Read text as integer literals ``[+-]?[0-9]{1,18}``; white space around them means nothing; no nulls."""
    offsets, codes = layout(text)
    numbers, known = np.zeros(len(text), np.int64), np.zeros(len(text), bool)
    _read_integers(codes, offsets, numbers, known)
    return Integers(numbers, known)


@compiled
def _read_integers(codes: np.ndarray, offsets: np.ndarray, numbers: np.ndarray, known: np.ndarray) -> None:
    for row in range(len(numbers)):
        start, stop = bare(codes, offsets[row], offsets[row + 1])
        first = start + 1 if start < stop and (codes[start] == PLUS or codes[start] == MINUS) else start
        size = stop - first
        if 0 < size <= WORD <= stop:
            short = eight_digits(last_bytes(codes, stop, size))
            if short >= 0:
                numbers[row], known[row] = -short if codes[start] == MINUS else short, True
            continue
        number, place = 0, first
        while place < stop and ZERO <= codes[place] <= NINE:
            number = number * 10 + codes[place] - ZERO
            place += 1
        if place == stop and 0 < size <= _INTEGER_DIGITS:
            numbers[row] = -number if codes[start] == MINUS else number
            known[row] = True


def parse_amounts(text: pa.StringArray, decimals: int) -> Amounts:
    """Read text as plain or scientific decimals with ``.`` as the decimal mark; no nulls.

    Args:
        text: White space around a number means nothing; no sign of a currency, no thousands mark.
        decimals: Digits of the minor unit, at most 18.
    """
    offsets, codes = layout(text)
    flags = (np.zeros(len(text), bool), np.zeros(len(text), bool), np.zeros(len(text), bool))
    amounts = Amounts(np.full(len(text), np.nan), *flags)
    _read_amounts(codes, offsets, decimals, _POWERS, amounts)
    rest = np.flatnonzero(~amounts.known & (np.diff(offsets) > 0))
    if len(rest):
        for column, found in zip(amounts, _read_any(strip(text.take(pa.array(rest))), decimals), strict=True):
            column[rest] = found
    return amounts


@compiled
def _read_amounts(codes: np.ndarray, offsets: np.ndarray, decimals: int, powers: np.ndarray, amounts: Amounts) -> None:
    """Plain decimals, as integers of all their digits: exact where the quotient of two exact float64 is the answer."""
    for row in range(len(amounts.known)):
        start, stop = bare(codes, offsets[row], offsets[row + 1])
        negative = start < stop and codes[start] == MINUS
        first = start + 1 if negative or (start < stop and codes[start] == PLUS) else start
        digits, fraction = _plain_digits(codes, first, stop)
        if fraction < 0:
            continue
        units, lost = digits, 0
        if fraction > decimals:
            unit = powers[fraction - decimals]
            units, lost = digits // unit, digits % unit
            units += 2 * lost > unit or (2 * lost == unit and units % 2)
            fraction = decimals
        if units < _EXACT_INTEGERS:
            amounts.known[row], amounts.rounded[row] = True, lost > 0
            amounts.negative[row] = negative and digits > 0
            amounts.amounts[row] = (-units if negative else units) / powers[fraction]


@inlined
def _without_point(word: np.uint64) -> np.uint64:
    """A word of digits without its third byte from the end, a nought before the rest instead."""
    before, behind = word & (ALL >> np.uint64(24)), word & (ALL << np.uint64(48))
    return (before << np.uint64(8)) | behind | np.uint64(ZERO)


@inlined
def _plain_digits(codes: np.ndarray, place: int, stop: int) -> tuple[np.int64, int]:
    """The digits of a plain decimal as one integer, and how many of them are behind the point; -1 if it is none.

    More digits than an int64 holds for certain are none of this function's either.
    """
    size = stop - place
    if 0 < size <= WORD <= stop:
        word, fraction = last_bytes(codes, stop, size), 0
        if size > _CENTS and codes[stop - _CENTS - 1] == POINT:
            word, fraction = _without_point(word), _CENTS
        short = eight_digits(word)
        if short >= 0:
            return short, fraction
    digits, count, point = np.int64(0), 0, -1
    while place < stop:
        code = codes[place]
        if ZERO <= code <= NINE:
            digits = digits * 10 + code - ZERO
            count += 1
        elif code == POINT and point < 0:
            point = count
        else:
            return np.int64(0), -1
        place += 1
    if not 0 < count <= _INTEGER_DIGITS:
        return np.int64(0), -1
    return digits, 0 if point < 0 else count - point


def _read_any(text: pa.StringArray, decimals: int) -> Amounts:
    """Every other decimal, one distinct text at a time."""
    distinct = text.dictionary_encode()
    decimal = pc.match_substring_regex(distinct.dictionary, _DECIMAL).to_pylist()
    read = [
        _read_one(one, decimals) if is_one else _UNKNOWN
        for one, is_one in zip(distinct.dictionary.to_pylist(), decimal, strict=True)
    ]
    places = distinct.indices.to_numpy()
    columns = zip(*read, strict=True) if read else ((),) * len(_UNKNOWN)
    return Amounts(*(np.array(column)[places] for column in columns))


_UNKNOWN = (np.nan, False, False, False)


def _read_one(text: str, decimals: int) -> tuple[float, bool, bool, bool]:
    value = float(text)
    if not np.isfinite(value):
        return _UNKNOWN
    if value == 0:
        tiny = bool(text.lower().partition("e")[0].strip("+-.0"))
        return 0.0, True, tiny, tiny and text.startswith("-")
    exact = Decimal(text)
    rounded = exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_EVEN, _EXACT)
    return float(rounded) or 0.0, True, rounded != exact, exact < 0
