"""Compiled loops that split CSV bytes into records and fields.

The rules are those of RFC 4180 and of Python's CSV reader. A quote opens a quoted field only at the start of the field.
In a quoted field, a doubled quote is one quote. After the closing quote, the rest of the field is plain text. LF, CRLF
and a lone CR end a record.

``text_bytes`` are UTF-8 bytes (uint8). ``quote`` is -1 if the dialect has no quote.
"""

import numpy as np

from customer_analytics.core.arrow._kernels import copy_bytes
from customer_analytics.core.compiled import compiled, inlined

LF, CR = 10, 13


@compiled
def scan_records(text_bytes: np.ndarray, delimiter: int, quote: int, ends: np.ndarray) -> tuple[int, int, int]:
    """Find the whole records in ``text_bytes``; write the byte index after the line end of each record to ``ends``.

    Returns:
        Three values: the byte index where the first record starts; the number of whole records; the byte index after
        the last whole record or blank line.
    """
    is_special = _special_bytes(quote)
    begin, count, used, index = 0, 0, 0, 0
    while True:
        index = _find_special(text_bytes, index, is_special)
        if index == len(text_bytes):
            return begin, count, used
        if text_bytes[index] == quote:
            index = _skip_quote(text_bytes, index, used, (delimiter, quote))
            if index < 0:
                return begin, count, used
            continue
        stop = _line_end(text_bytes, index)
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
    """Return a table of all 256 byte values (bool, shape ``(256,)``); true for LF, CR and the quote."""
    is_special = np.zeros(256, np.bool_)
    is_special[LF] = is_special[CR] = True
    if quote >= 0:
        is_special[quote] = True
    return is_special


@inlined
def _line_end(text_bytes: np.ndarray, index: int) -> int:
    """Return the index after the line end at ``index``; -1 for a CR at the very end, because an LF may follow."""
    if text_bytes[index] == LF:
        return index + 1
    if index + 1 == len(text_bytes):
        return -1
    return index + 2 if text_bytes[index + 1] == LF else index + 1


@inlined
def _find_special(text_bytes: np.ndarray, start: int, is_special: np.ndarray) -> int:
    """Return the first index from ``start`` on where ``is_special[text_bytes[index]]``; ``len(text_bytes)`` if none."""
    rest = text_bytes[start:]
    for index in range(len(rest)):
        if is_special[rest[index]]:
            return start + index
    return len(text_bytes)


@inlined
def _skip_quote(text_bytes: np.ndarray, index: int, record_start: int, marks: tuple[int, int]) -> int:
    """Return the index after the quote at ``index``, or after the whole quoted part if this quote opens a field.

    The result is -1 if the quote opens a field and no quote closes it. ``marks`` are the bytes of delimiter and quote.
    """
    delimiter, quote = marks
    if index > record_start and text_bytes[index - 1] != delimiter:
        return index + 1
    return quoted_end(text_bytes, index + 1, len(text_bytes), quote)


@inlined
def _find_byte(text_bytes: np.ndarray, start: int, stop: int, code: int) -> int:
    """Return the index of the first byte equal to ``code`` in ``text_bytes[start:stop]``; ``stop`` if none."""
    window = text_bytes[start:stop]
    for index in range(len(window)):
        if window[index] == code:
            return start + index
    return stop


@compiled
def quoted_end(text_bytes: np.ndarray, start: int, stop: int, quote: int) -> int:
    """Return the index after the closing quote of a field; -1 if there is none between ``start`` and ``stop``."""
    index = start
    while True:
        index = _find_byte(text_bytes, index, stop, quote)
        if index == stop:
            return -1
        if index + 1 == stop or text_bytes[index + 1] != quote:
            return index + 1
        index += 2


@compiled
def locate_fields(
    text_bytes: np.ndarray, offsets: np.ndarray, marks: tuple[int, int], column_of: np.ndarray, spans: np.ndarray
) -> np.ndarray:
    """Write start and end of each wanted field to ``spans``; return for each record whether it is ragged (bool).

    A record is ragged if it does not have ``len(column_of)`` fields. Start and end of its fields are then 0.

    Args:
        text_bytes: The bytes of the records.
        offsets: int32, shape ``(records + 1,)``: where records start and end; blank lines belong to the next record.
        marks: The bytes of delimiter and quote.
        column_of: int32, for each field of a record the index of its column in ``spans``; -1 for unwanted fields.
        spans: int32, shape ``(columns, records, 2)``: start and end. The end is stored inverted (``~end``) if the field
            has quotes that :func:`gather_fields` must remove.
    """
    delimiter, quote = marks
    is_ragged = np.zeros(len(offsets) - 1, np.bool_)
    for row in range(len(is_ragged)):
        index, stop = _without_line_ends(text_bytes, offsets[row], offsets[row + 1])
        field = 0
        while index <= stop:
            start = end = index
            if index < stop and text_bytes[index] == quote:
                start, end, index = _quoted_field(text_bytes, index + 1, (stop, offsets[row + 1]), marks)
            else:
                end = index = _find_byte(text_bytes, index, stop, delimiter)
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
def _without_line_ends(text_bytes: np.ndarray, start: int, stop: int) -> tuple[int, int]:
    """Return new start and stop of a record, without the blank lines before it and without its line end."""
    while start < stop and (text_bytes[start] == LF or text_bytes[start] == CR):
        start += 1
    if stop > start and text_bytes[stop - 1] == LF:
        stop -= 1
    if stop > start and text_bytes[stop - 1] == CR:
        stop -= 1
    return start, stop


@compiled
def _quoted_field(
    text_bytes: np.ndarray, start: int, stops: tuple[int, int], marks: tuple[int, int]
) -> tuple[int, int, int]:
    """Return a quoted field's start, its end (inverted as in :func:`locate_fields`), and the next delimiter's index.

    ``start`` is the index after the opening quote. ``stops`` are the start and end of the record's line end; ``marks``
    are the bytes of delimiter and quote. If the field has no closing quote, it includes the line end.
    """
    stop, (delimiter, quote) = stops[0], marks
    closed = quoted_end(text_bytes, start, stop, quote)
    if closed < 0:
        return start, ~stops[1], stop
    field_end = _find_byte(text_bytes, closed, stop, delimiter)
    if field_end == closed and _find_byte(text_bytes, start, closed - 1, quote) == closed - 1:
        return start, closed - 1, field_end
    return start, ~field_end, field_end


@compiled
def gather_fields(text_bytes: np.ndarray, spans: np.ndarray, quote: int, offsets: np.ndarray) -> np.ndarray:
    """Return the bytes of one column's fields without quotes; write where each field starts and ends to ``offsets``."""
    size = 0
    for row in range(len(spans)):
        start, end = spans[row, 0], spans[row, 1]
        size += (end if end >= 0 else ~end) - start
    body, index = np.empty(size, np.uint8), 0
    for row in range(len(spans)):
        offsets[row] = index
        start, end = spans[row, 0], spans[row, 1]
        if end < 0:
            index = _resolve_quotes(text_bytes[start:~end], quote, body, index)
        else:
            index = copy_bytes(text_bytes, start, end, body, index)
    offsets[len(spans)] = index
    return body[:index]


@compiled
def _resolve_quotes(field: np.ndarray, quote: int, body: np.ndarray, index: int) -> int:
    """Copy a quoted field without its quotes to ``body``, from ``index`` on; return the index after the copied bytes.

    ``field`` begins after its opening quote. A doubled quote becomes one quote.
    """
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
