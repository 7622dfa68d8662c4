"""The fields of CSV records, by the rules of :mod:`~customer_analytics.core.records`: as text, or as codes of texts."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from customer_analytics.core.compiled import compiled
from customer_analytics.core.dialect import Dialect
from customer_analytics.core.records import CR, LF, NO_QUOTE, quoted_end
from customer_analytics.core.words import WORD, copy_text, find_byte, pattern_of, same_text, text_key


class Marks(NamedTuple):
    """The codes of the delimiter and of the quote, the latter ``NO_QUOTE`` where quotes mean nothing."""

    delimiter: int
    quote: int

    @classmethod
    def of(cls, dialect: Dialect) -> "Marks":
        """The marks of a dialect."""
        return cls(ord(dialect.delimiter), ord(dialect.quote) if dialect.quote else NO_QUOTE)


class Fields(NamedTuple):
    """One column of fields, still where they stand in their records.

    Args:
        codes: uint8: the bytes of the records.
        spans: int32, shape ``(rows, 2)``: where each field begins and ends; the end is inverted (``~end``) where quotes
            in it are still to be resolved. Empty in ragged records.
        ragged: bool, shape ``(rows,)``: records with more or fewer fields than the header.
        quote: The code of the quote.
    """

    codes: np.ndarray
    spans: np.ndarray
    ragged: np.ndarray
    quote: int

    def text(self) -> pa.StringArray:
        """The fields as text, null in ragged records."""
        offsets, body = self._end_to_end()
        valid = pa.py_buffer(np.packbits(~self.ragged, bitorder="little")) if self.ragged.any() else None
        return pa.StringArray.from_buffers(len(self.spans), pa.py_buffer(offsets), pa.py_buffer(body), valid)

    def dictionary(self) -> tuple[np.ndarray, pa.StringArray]:
        """The fields as codes (int32, -1 in ragged records) of distinct texts, in the order in which they come."""
        if (self.spans[:, 1] < 0).any():
            offsets, body = self._end_to_end()
            resolved = np.column_stack([offsets[:-1], offsets[1:]])
            return self._replace(codes=body, spans=resolved).dictionary()
        code_of, first = _encode(self.codes, self.spans, self.ragged)
        return code_of, self._replace(spans=self.spans[first], ragged=np.zeros(len(first), bool)).text()

    def _end_to_end(self) -> tuple[np.ndarray, np.ndarray]:
        """Offsets (int32, shape ``(rows + 1,)``) into the fields' bytes (uint8), quotes resolved."""
        offsets = np.empty(len(self.spans) + 1, np.int32)
        return offsets, _gather(self.codes, self.spans, self.quote, offsets)


def cut_fields(codes: np.ndarray, offsets: np.ndarray, marks: Marks, places: Sequence[int], width: int) -> list[Fields]:
    """Cut records into fields.

    Args:
        codes: uint8: the bytes of the records.
        offsets: int32, shape ``(records + 1,)``: where each record begins, line end and blank lines before it included.
        marks: What stands between and around fields.
        places: The fields wanted, counted from 0.
        width: Fields that a record must have.

    Returns:
        One column for each of ``places``.
    """
    column_of = np.full(width, -1, np.int32)
    column_of[list(places)] = np.arange(len(places), dtype=np.int32)
    spans = np.zeros((len(places), len(offsets) - 1, 2), np.int32)
    ragged = _cut(codes, offsets, (marks.delimiter, marks.quote), column_of, spans)
    return [Fields(codes, one, ragged, marks.quote) for one in spans]


@compiled
def _cut(
    codes: np.ndarray, offsets: np.ndarray, marks: tuple[int, int], column_of: np.ndarray, spans: np.ndarray
) -> np.ndarray:
    """Fill ``spans``, shape ``(columns, records, 2)``; which records are ragged."""
    delimiter, quote = marks
    pattern = pattern_of(delimiter)
    ragged = np.zeros(len(offsets) - 1, np.bool_)
    for row in range(len(ragged)):
        at, stop = _without_line_ends(codes, offsets[row], offsets[row + 1])
        place = 0
        while at <= stop:
            start = end = at
            if at < stop and codes[at] == quote:
                start, end, at = _quoted_field(codes, at + 1, (stop, offsets[row + 1]), marks)
            else:
                at = end = find_byte(codes, at, stop, pattern)
            if place < len(column_of) and column_of[place] >= 0:
                spans[column_of[place], row, 0] = start
                spans[column_of[place], row, 1] = end
            at += 1
            place += 1
        if place != len(column_of):
            ragged[row] = True
            spans[:, row] = 0
    return ragged


@compiled
def _without_line_ends(codes: np.ndarray, start: int, stop: int) -> tuple[int, int]:
    """A record's own bytes: without blank lines before it and its line end."""
    while start < stop and (codes[start] == LF or codes[start] == CR):
        start += 1
    if stop > start and codes[stop - 1] == LF:
        stop -= 1
    if stop > start and codes[stop - 1] == CR:
        stop -= 1
    return start, stop


@compiled
def _quoted_field(
    codes: np.ndarray, start: int, stops: tuple[int, int], marks: tuple[int, int]
) -> tuple[int, int, int]:
    """Begin and end of a quoted field as in :class:`Fields`, and where it ends in the record.

    Args:
        codes: The bytes.
        start: Just past the opening quote.
        stops: Where the record ends, without and with its line end, which a quote that never closes takes in.
        marks: The delimiter and the quote.
    """
    stop, (delimiter, quote) = stops[0], marks
    closed = quoted_end(codes, start, stop, quote)
    if closed < 0:
        return start, ~stops[1], stop
    at = find_byte(codes, closed, stop, pattern_of(delimiter))
    if at == closed and find_byte(codes, start, closed - 1, pattern_of(quote)) == closed - 1:
        return start, closed - 1, at
    return start, ~at, at


@compiled
def _gather(codes: np.ndarray, spans: np.ndarray, quote: int, offsets: np.ndarray) -> np.ndarray:
    """The bytes of all fields end to end, and in ``offsets`` where each begins."""
    size = 0
    for row in range(len(spans)):
        start, end = spans[row, 0], spans[row, 1]
        size += (end if end >= 0 else ~end) - start
    body, filled = np.empty(size + WORD, np.uint8), 0
    for row in range(len(spans)):
        offsets[row] = filled
        start, end = spans[row, 0], spans[row, 1]
        if end < 0:
            filled = _resolve(codes[start:~end], quote, body, filled)
        else:
            copy_text(codes, start, end, body, filled)
            filled += end - start
    offsets[len(spans)] = filled
    return body[:filled]


@compiled
def _resolve(field: np.ndarray, quote: int, body: np.ndarray, filled: int) -> int:
    """Append a quoted field from behind its opening quote: doubled quotes are one, the closing one is none."""
    at, inside = 0, True
    while at < len(field):
        if inside and field[at] == quote:
            at += 1
            if at == len(field) or field[at] != quote:
                inside = False
                continue
        body[filled] = field[at]
        filled += 1
        at += 1
    return filled


@compiled
def _encode(codes: np.ndarray, spans: np.ndarray, ragged: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Codes of distinct fields, and the row where each distinct one is first; a hash table with open addressing."""
    rows, slots = len(spans), 1
    while slots < 2 * rows:
        slots *= 2
    last = np.uint64(slots - 1)
    table = np.full(slots, -1, np.int32)
    code_of, first, found = np.full(rows, -1, np.int32), np.empty(rows, np.int32), 0
    for row in range(rows):
        if ragged[row]:
            continue
        start, end = spans[row, 0], spans[row, 1]
        slot = text_key(codes, start, end) & last
        while table[slot] >= 0:
            begun = spans[first[table[slot]], 0]
            if begun + end - start == spans[first[table[slot]], 1] and same_text(codes, begun, start, end):
                break
            slot = (slot + np.uint64(1)) & last
        if table[slot] < 0:
            table[slot], first[found] = found, row
            found += 1
        code_of[row] = table[slot]
    return code_of, first[:found].copy()
