"""Compiled loops over CSV bytes that split records and fields.

The rules are those of RFC 4180 and of Python's CSV reader. A quote opens a quoted field only at the start of the field.
In a quoted field, a doubled quote is one quote. After the closing quote, the rest of the field is plain text. LF, CRLF
and a lone CR end a record.

``codes`` are UTF-8 bytes (uint8). The quote is -1 if the dialect has none.
"""

import numpy as np

from customer_analytics.core.arrow._kernels import copy_bytes
from customer_analytics.core.compiled import compiled, inlined

LF, CR = 10, 13


@compiled
def scan_records(codes: np.ndarray, delimiter: int, quote: int, ends: np.ndarray) -> tuple[int, int, int]:
    """Fill ``ends`` with the index after the line end of each whole record.

    Returns:
        The index of the first record, the number of records, and the index after the last record or blank line.
    """
    is_special = _special_bytes(quote)
    begin, count, used, index = 0, 0, 0, 0
    while True:
        index = _find_special(codes, index, is_special)
        if index == len(codes):
            return begin, count, used
        if codes[index] == quote:
            index = _skip_quote(codes, index, used, (delimiter, quote))
            if index < 0:
                return begin, count, used
            continue
        stop = _line_end(codes, index)
        if stop < 0:
            return begin, count, used
        if index > used:
            ends[count] = stop
            count += 1
        elif not count:
            begin = stop
        used = index = stop


@inlined
def _special_bytes(quote: int) -> np.ndarray:
    """Return for each byte whether it is a line end or the quote; bool, shape ``(256,)``."""
    is_special = np.zeros(256, np.bool_)
    is_special[LF] = is_special[CR] = True
    if quote >= 0:
        is_special[quote] = True
    return is_special


@inlined
def _line_end(codes: np.ndarray, index: int) -> int:
    """Return the index after the line end at ``index``; -1 for a CR that is the last byte, because an LF may follow."""
    if codes[index] == LF:
        return index + 1
    if index + 1 == len(codes):
        return -1
    return index + 2 if codes[index + 1] == LF else index + 1


@inlined
def _find_special(codes: np.ndarray, start: int, is_special: np.ndarray) -> int:
    """Return the index of the first line end or quote from ``start`` on; ``len(codes)`` if there is none."""
    rest = codes[start:]
    for index in range(len(rest)):
        if is_special[rest[index]]:
            return start + index
    return len(codes)


@inlined
def _skip_quote(codes: np.ndarray, index: int, record_start: int, marks: tuple[int, int]) -> int:
    """Return the index after a quote, or after the quoted field that it opens; -1 if that field does not close."""
    delimiter, quote = marks
    if index > record_start and codes[index - 1] != delimiter:
        return index + 1
    return quoted_end(codes, index + 1, len(codes), quote)


@inlined
def _find_byte(codes: np.ndarray, start: int, stop: int, code: int) -> int:
    """Return the index of the first byte in ``codes[start:stop]`` that is ``code``; ``stop`` if there is none."""
    window = codes[start:stop]
    for index in range(len(window)):
        if window[index] == code:
            return start + index
    return stop


@compiled
def quoted_end(codes: np.ndarray, start: int, stop: int, quote: int) -> int:
    """Return the index after the closing quote of the field with text from ``start``; -1 if there is none in range."""
    index = start
    while True:
        index = _find_byte(codes, index, stop, quote)
        if index == stop:
            return -1
        if index + 1 == stop or codes[index + 1] != quote:
            return index + 1
        index += 2


@compiled
def locate_fields(
    codes: np.ndarray, offsets: np.ndarray, marks: tuple[int, int], column_of: np.ndarray, spans: np.ndarray
) -> np.ndarray:
    """Fill ``spans`` with start and end of each wanted field; returns whether each record is ragged (bool).

    A ragged record has more or fewer fields than ``column_of``; its spans are empty.

    Args:
        codes: The bytes of the records.
        offsets: int32, shape ``(records + 1,)``; a record includes the blank lines before it.
        marks: Delimiter and quote.
        column_of: int32, one entry for each field of a record: its index in ``spans``, -1 if it is not wanted.
        spans: int32, shape ``(columns, records, 2)``. The end is inverted (``~end``) if the field has quotes that
            :func:`gather_fields` must resolve.
    """
    delimiter, quote = marks
    is_ragged = np.zeros(len(offsets) - 1, np.bool_)
    for row in range(len(is_ragged)):
        index, stop = _without_line_ends(codes, offsets[row], offsets[row + 1])
        field = 0
        while index <= stop:
            start = end = index
            if index < stop and codes[index] == quote:
                start, end, index = _quoted_field(codes, index + 1, (stop, offsets[row + 1]), marks)
            else:
                end = index = _find_byte(codes, index, stop, delimiter)
            if field < len(column_of) and column_of[field] >= 0:
                spans[column_of[field], row, 0] = start
                spans[column_of[field], row, 1] = end
            index += 1
            field += 1
        if field != len(column_of):
            is_ragged[row] = True
            spans[:, row] = 0
    return is_ragged


@inlined
def _without_line_ends(codes: np.ndarray, start: int, stop: int) -> tuple[int, int]:
    """Return start and stop of a record without the blank lines before it and without its line end."""
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
    """Return start and end of a quoted field as in :func:`locate_fields`, and the index of the next delimiter.

    ``start`` is the index after the opening quote. ``stops`` are the stops of the record without and with its line end,
    which is part of a field that does not close.
    """
    stop, (delimiter, quote) = stops[0], marks
    closed = quoted_end(codes, start, stop, quote)
    if closed < 0:
        return start, ~stops[1], stop
    field_end = _find_byte(codes, closed, stop, delimiter)
    if field_end == closed and _find_byte(codes, start, closed - 1, quote) == closed - 1:
        return start, closed - 1, field_end
    return start, ~field_end, field_end


@compiled
def gather_fields(codes: np.ndarray, spans: np.ndarray, quote: int, offsets: np.ndarray) -> np.ndarray:
    """Return the bytes of all fields of a column with resolved quotes, and fill ``offsets``."""
    size = 0
    for row in range(len(spans)):
        start, end = spans[row, 0], spans[row, 1]
        size += (end if end >= 0 else ~end) - start
    body, index = np.empty(size, np.uint8), 0
    for row in range(len(spans)):
        offsets[row] = index
        start, end = spans[row, 0], spans[row, 1]
        if end < 0:
            index = _resolve_quotes(codes[start:~end], quote, body, index)
        else:
            index = copy_bytes(codes, start, end, body, index)
    offsets[len(spans)] = index
    return body[:index]


@compiled
def _resolve_quotes(field: np.ndarray, quote: int, body: np.ndarray, index: int) -> int:
    """Copy a field without its enclosing quotes; a doubled quote becomes one. ``field`` has no opening quote."""
    byte, is_inside = 0, True
    while byte < len(field):
        if is_inside and field[byte] == quote:
            byte += 1
            if byte == len(field) or field[byte] != quote:
                is_inside = False
                continue
        body[index] = field[byte]
        index += 1
        byte += 1
    return index
