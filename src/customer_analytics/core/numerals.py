"""Integers and amounts of money from text, exactly.

Rows of the usual shapes are read by vectorised arithmetic; what is left is judged by the contract's own grammar, by
means that are slower the rarer the shape.
"""

import math
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from customer_analytics.core.text import layout, rows_with, strip
from customer_analytics.core.words import WORD, digit_pairs, has_shape, last_words, pair_at, word_view

_INTEGER = r"^[+-]?[0-9]{1,18}$"
_DECIMAL = r"^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$"
_PLAIN = r"^[0-9]{1,15}\.[0-9]{1,12}$"
_INTEGER_DIGITS = 18
_CENT_DIGITS = 2
_FLOAT_DIGITS = 15
"""A decimal of so many significant digits survives the way through float64 and back."""

EXACT_MINOR_UNITS = 1 << 50
"""Below it a float64 in major units gives back its whole minor units by one multiplication and rounding."""

_EXACT = Context(prec=400, Emax=10**6, Emin=-(10**6))


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


def read_integers(text: pa.StringArray) -> Integers:
    """Read text as integer literals ``[+-]?[0-9]{1,18}``; white space around them means nothing; no nulls."""
    offsets, codes = layout(text)
    size = np.diff(offsets)
    odd = rows_with(codes[offsets[0] :] - np.uint8(ord("0")) > 9, offsets)  # noqa: PLR2004  a digit
    plain = ~odd & (size > 0) & (size <= _INTEGER_DIGITS)
    values, known = _cast(text, plain, pa.int64(), 0), plain
    rest = np.flatnonzero(odd & (size > 0))
    if len(rest):
        signed = strip(text.take(pa.array(rest)))
        literal = pc.match_substring_regex(signed, _INTEGER).to_numpy(zero_copy_only=False)
        values[rest] = _cast(pc.utf8_ltrim(signed, "+"), literal, pa.int64(), 0)
        known[rest] = literal
    return Integers(values, known)


def read_amounts(text: pa.StringArray, decimals: int) -> Amounts:
    """Read text as plain or scientific decimals with ``.`` as the decimal mark; no nulls.

    Args:
        text: White space around a number means nothing; no sign of a currency, no thousands mark.
        decimals: Digits of the minor unit.
    """
    values, known = _read_short(text, decimals)
    amounts = Amounts(values, known, np.zeros(len(text), bool), np.zeros(len(text), bool))
    for read in (_read_plain, _read_fine, _read_any):
        rest = np.flatnonzero(~amounts.known)
        if len(rest):
            _put(amounts, rest, read(strip(text.take(pa.array(rest))), decimals))
    return amounts


class MinorUnits(NamedTuple):
    """Amounts in whole minor units, exact.

    Args:
        units: int64, shape ``(rows,)``; 0 where the number is in ``huge``.
        huge: Row → its units, for amounts of :data:`EXACT_MINOR_UNITS` and more.
    """

    units: np.ndarray
    huge: dict[int, int]

    @classmethod
    def of(cls, amounts: np.ndarray, decimals: int) -> "MinorUnits":
        """The minor units of amounts that :func:`read_amounts` gave (float64, major units, no NaN)."""
        scale = 10**decimals
        huge = np.abs(amounts) >= EXACT_MINOR_UNITS / scale
        if not huge.any():
            return cls(np.rint(amounts * scale).astype(np.int64), {})
        exact = {
            int(row): int(_quantized(Decimal(float(amounts[row])), decimals).scaleb(decimals, _EXACT))
            for row in np.flatnonzero(huge)
        }
        return cls(np.rint(np.where(huge, 0, amounts) * scale).astype(np.int64), exact)


def as_float(number: Fraction) -> float:
    """The float nearest to an exact number; infinite past float64's range."""
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf


def _read_short(text: pa.StringArray, decimals: int) -> tuple[np.ndarray, np.ndarray]:
    """Amounts of the commonest shape, up to five digits, a point and two digits, from one word each."""
    offsets, codes = layout(text)
    size = np.diff(offsets)
    short = (size >= len("0.00")) & (size <= WORD) & (decimals >= _CENT_DIGITS)
    word = last_words(word_view(offsets, codes), offsets[1:].astype(np.int64) - offsets[0], np.minimum(size, WORD))
    pairs = digit_pairs(word)
    units = (word & np.uint64(0x0F)).view(np.int64) * 10_000 + pair_at(pairs, 1) * 100 + pair_at(pairs, 3)
    known = short & has_shape(word, "00000.00")
    return np.where(known, (units * 100 + pair_at(pairs, 6)) / 100, np.nan), known


def _read_plain(text: pa.StringArray, decimals: int) -> Amounts:
    """Digits and a point, by one cast; what needs rounding is left unknown."""
    plain, scale = _looks_plain(text), float(10**decimals)
    values = _cast(text, plain, pa.float64(), np.nan)
    exact = plain & (np.rint(values * scale) / scale == values)
    return Amounts(values, exact, np.zeros(len(text), bool), np.zeros(len(text), bool))


def _looks_plain(text: pa.StringArray) -> np.ndarray:
    """Rows of digits with at most one point among them, short enough for float64 to hold exactly."""
    offsets, codes = layout(text)
    mine = codes[offsets[0] : offsets[-1]]
    edges, size = offsets - offsets[0], np.diff(offsets)
    point = mine == ord(".")
    odd = rows_with((mine - np.uint8(ord("0")) > 9) ^ point, offsets)  # noqa: PLR2004  a point is no digit either
    many = np.diff(np.searchsorted(np.flatnonzero(point), edges))
    return ~odd & (many <= 1) & (size > many) & (size - many <= _FLOAT_DIGITS)


def _read_fine(text: pa.StringArray, decimals: int) -> Amounts:
    """Plain decimals with more digits than the minor unit, rounded by Arrow's decimal arithmetic."""
    fine = pc.match_substring_regex(text, _PLAIN).to_numpy(zero_copy_only=False)
    numbers = pc.cast(pc.if_else(pa.array(fine), text, None), pa.decimal128(30, 12))
    rounded = pc.round(numbers, ndigits=decimals, round_mode="half_to_even")
    values = pc.cast(pc.cast(rounded, pa.string()), pa.float64()).fill_null(np.nan).to_numpy()
    changed = pc.not_equal(rounded, numbers).fill_null(pa.scalar(value=False)).to_numpy(zero_copy_only=False)
    return Amounts(np.array(values), np.array(fine), np.array(changed), np.zeros(len(text), bool))


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
    rounded = _quantized(exact, decimals)
    return float(rounded) or 0.0, True, rounded != exact, exact < 0


def _quantized(number: Decimal, decimals: int) -> Decimal:
    return number.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_EVEN, _EXACT)


def _cast(text: pa.StringArray, rows: np.ndarray, kind: pa.DataType, empty: float) -> np.ndarray:
    """Cast the marked rows, ``empty`` elsewhere; a fresh array."""
    if rows.all():
        return np.array(pc.cast(text, kind))
    return np.array(pc.fill_null(pc.cast(pc.if_else(pa.array(rows), text, None), kind), empty))


def _put(amounts: Amounts, rows: np.ndarray, read: Amounts) -> None:
    for column, found in zip(amounts, read, strict=True):
        column[rows] = found
