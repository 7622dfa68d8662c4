"""The fields of CSV records, by the rules of :mod:`~customer_analytics.core.csv_reader.record_splitter`: as text, or as codes of texts."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from customer_analytics.core.arrow.frames import bits
from customer_analytics.core.arrow.lanes import COPIED, LANES, find_byte, lowest
from customer_analytics.core.arrow.words import WORD, copy_text, same_text, words_of
from customer_analytics.core.compiled import compiled, inlined
from customer_analytics.core.csv_reader.dialect import Dialect
from customer_analytics.core.csv_reader.flags import (
    FLAGGED,
    Flags,
    any_of,
    both,
    count_of,
    first_of,
    flags_of,
    just_behind,
    odd_so_far,
    without,
)
from customer_analytics.core.csv_reader.record_splitter import CR, LF, NO_QUOTE, quoted_end

_FEW_SLOTS = 1024
"""Of the table that distinct texts are first looked up in: 4 KB."""

_SPREAD = np.uint64(0x9E3779B97F4A7C15)
"""Odd, so that no two words have the same product; its bits spread theirs (Fibonacci hashing, Knuth 1973)."""


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
        valid = bits(~self.ragged) if self.ragged.any() else None
        return pa.StringArray.from_buffers(len(self.spans), pa.py_buffer(offsets), pa.py_buffer(body), valid)

    def dictionary(self) -> tuple[np.ndarray, pa.StringArray]:
        """The fields as codes (int32, -1 in ragged records) of distinct texts, in the order in which they come."""
        code_of, first = _encode(self.codes, self.spans, self.ragged)
        texts = self._replace(spans=self.spans[first], ragged=np.zeros(len(first), bool)).text()
        if (self.spans[first, 1] >= 0).all():
            return code_of, texts
        merged = texts.dictionary_encode()  # what quotes held apart can be one text
        place = np.append(merged.indices.to_numpy(), np.int32(-1))
        return place[code_of], merged.dictionary

    def _end_to_end(self) -> tuple[np.ndarray, np.ndarray]:
        """Offsets (int32, shape ``(rows + 1,)``) into the fields' bytes (uint8), quotes resolved."""
        offsets = np.empty(len(self.spans) + 1, np.int32)
        return offsets, _gather(self.codes, self.spans, self.quote, offsets)


def split_fields(
    codes: np.ndarray, offsets: np.ndarray, marks: Marks, places: Sequence[int], width: int
) -> list[Fields]:
    """Cut records into fields.

    Args:
        codes: uint8: the bytes of the records.
        offsets: int32, shape ``(records + 1,)``: where each record begins, line end and blank lines before it included.
        marks: What stands between and around fields.
        places: The fields wanted, counted from 0, each once.
        width: Fields that a record must have.

    Returns:
        One column for each of ``places``.
    """
    column_of = np.full(width, -1, np.int32)
    column_of[list(places)] = np.arange(len(places), dtype=np.int32)
    spans = np.empty((len(places), len(offsets) - 1, 2), np.int32)
    ragged = _cut(codes, offsets, (marks.delimiter, marks.quote), column_of, spans)
    return [Fields(codes, one, ragged, marks.quote) for one in spans]


@compiled
def _cut(
    codes: np.ndarray, offsets: np.ndarray, marks: tuple[int, int], column_of: np.ndarray, spans: np.ndarray
) -> np.ndarray:
    """Fill ``spans``, shape ``(columns, records, 2)``; which records are ragged."""
    delimiter, quote = marks
    ragged = np.zeros(len(offsets) - 1, np.bool_)
    for row in range(len(ragged)):
        at, stop = _without_line_ends(codes, offsets[row], offsets[row + 1])
        if _cut_short(codes, at, stop, marks, column_of, spans, row):
            continue
        place = 0
        while at <= stop:
            start = end = at
            if at < stop and codes[at] == quote:
                start, end, at = _quoted_field(codes, at + 1, (stop, offsets[row + 1]), marks)
            else:
                at = end = find_byte(codes, at, stop, delimiter)
            if place < len(column_of) and column_of[place] >= 0:
                spans[column_of[place], row, 0] = start
                spans[column_of[place], row, 1] = end
            at += 1
            place += 1
        if place != len(column_of):
            ragged[row] = True
            spans[:, row] = 0
    return ragged


@inlined
def _cut_short(  # noqa: PLR0913, PLR0917  in its place, arrays in tuples are not free
    codes: np.ndarray,
    start: int,
    stop: int,
    marks: tuple[int, int],
    column_of: np.ndarray,
    spans: np.ndarray,
    row: int,
) -> bool:
    """Cut a record as most are: short, with as many fields as it must have, and quotes around whole fields alone.

    Returns:
        Whether it is one; if not, nothing is done.
    """
    size, (delimiter, quote), fields = stop - start, marks, len(column_of)
    if size < 1 or size > FLAGGED or start + FLAGGED > len(codes):
        return False
    delimiters, quotes = flags_of(codes, start, size, delimiter), flags_of(codes, start, size, quote)
    any_quoted = any_of(quotes)
    if any_quoted:
        inside = odd_so_far(quotes)
        delimiters = without(delimiters, inside)
        if not _quotes_hold_fields(quotes, inside, delimiters, size):
            return False
    if count_of(delimiters) != fields - 1:
        return False
    (flags, more), begin, base = delimiters, start, start
    for place in range(fields):
        end = stop
        if place < fields - 1:
            base, flags, more = (base, flags, more) if flags else (start + LANES, more, flags)
            end = base + lowest(flags)  # type: ignore[call-arg]
            flags &= flags - np.uint64(1)
        column = column_of[place]
        if column >= 0:
            quoted = any_quoted and begin < end and codes[begin] == quote
            spans[column, row, 0] = begin + quoted
            spans[column, row, 1] = end - quoted
        begin = end + 1
    return True


@inlined
def _quotes_hold_fields(quotes: Flags, inside: Flags, delimiters: Flags, size: int) -> bool:
    """Whether each quote opens a field at its start or closes it at its end.

    Inside are the bytes from each opening quote on, up to but not including the one that closes.
    """
    opening, closing = both(quotes, inside), without(quotes, inside)
    too_late = without(opening, just_behind(delimiters, 1))
    too_early = first_of(without(just_behind(closing, 0), delimiters), size)
    return not any_of(too_late) and not any_of(too_early) and count_of(quotes) % 2 == 0


@inlined
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
    at = find_byte(codes, closed, stop, delimiter)
    if at == closed and find_byte(codes, start, closed - 1, quote) == closed - 1:
        return start, closed - 1, at
    return start, ~at, at


@compiled
def _gather(codes: np.ndarray, spans: np.ndarray, quote: int, offsets: np.ndarray) -> np.ndarray:
    """The bytes of all fields end to end, and in ``offsets`` where each begins."""
    size = 0
    for row in range(len(spans)):
        start, end = spans[row, 0], spans[row, 1]
        size += (end if end >= 0 else ~end) - start
    body, filled = np.empty(size + COPIED, np.uint8), 0
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


class _Found(NamedTuple):
    """Distinct fields: where each is first, its two words and its size, inverted like its end; room for one per row."""

    first: np.ndarray
    heads: np.ndarray
    tails: np.ndarray
    sizes: np.ndarray


def _encode(codes: np.ndarray, spans: np.ndarray, ragged: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Codes of distinct fields, and the row where each distinct one is first.

    A hash table with open addressing, at most half full, finds them; it begins small, to stay in the nearest cache.
    """
    rows = len(spans)
    code_of, table = np.full(rows, -1, np.int32), np.full(_FEW_SLOTS, -1, np.int32)
    found = _Found(*(np.empty(rows, dtype) for dtype in (np.int32, np.uint64, np.uint64, np.int32)))
    row, count = _encode_some((codes, spans, ragged), (0, 0), table, found, code_of)
    while row < rows:
        table = _larger(table, found, count)
        row, count = _encode_some((codes, spans, ragged), (row, count), table, found, code_of)
    return code_of, found.first[:count].copy()


@compiled
def _encode_some(
    fields: tuple[np.ndarray, np.ndarray, np.ndarray],
    begun: tuple[int, int],
    table: np.ndarray,
    found: _Found,
    code_of: np.ndarray,
) -> tuple[int, int]:
    """Encode from a row on until the table is half full; the next row, and how many texts are known then."""
    codes, spans, ragged = fields
    (start_row, count), last = begun, np.uint64(len(table) - 1)
    for row in range(start_row, len(spans)):
        if ragged[row]:
            continue
        start, end = int(spans[row, 0]), int(spans[row, 1])
        size = (end if end >= 0 else ~end) - start
        marked_size = size if end >= 0 else ~size
        head, tail = words_of(codes, start, size)
        slot = _slot(head, tail, last)
        code = table[slot]
        while code >= 0 and not (
            found.heads[code] == head
            and found.tails[code] == tail
            and found.sizes[code] == marked_size
            and (size <= 2 * WORD or same_text(codes, int(spans[found.first[code], 0]), start, size))
        ):
            slot = (slot + np.uint64(1)) & last
            code = table[slot]
        if code < 0:
            code = table[slot] = count
            found.first[count], found.sizes[count] = row, marked_size
            found.heads[count], found.tails[count] = head, tail
            count += 1
        code_of[row] = code
        if 2 * count > len(table):
            return row + 1, count
    return len(spans), count


@inlined
def _slot(head: np.uint64, tail: np.uint64, last: np.uint64) -> np.uint64:
    """Where the search for a text begins in a table whose last slot is ``last``.

    A product's highest bits are the only ones that all bytes of a word reach, the last bytes of a text among them.
    """
    key = (head ^ (tail * _SPREAD)) * _SPREAD
    return ((key >> np.uint64(32)) * (last + np.uint64(1))) >> np.uint64(32)


@compiled
def _larger(table: np.ndarray, found: _Found, count: int) -> np.ndarray:
    """A table four times as long with the codes of the texts found."""
    larger = np.full(4 * len(table), -1, np.int32)
    last = np.uint64(len(larger) - 1)
    for code in range(count):
        slot = _slot(found.heads[code], found.tails[code], last)
        while larger[slot] >= 0:
            slot = (slot + np.uint64(1)) & last
        larger[slot] = code
    return larger
