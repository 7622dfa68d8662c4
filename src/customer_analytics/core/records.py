"""Where CSV records end: RFC 4180 quoting, every line end, without parsing the fields.

The rules are those of Arrow's and Python's CSV readers: a quote opens a quoted field only at the field's start; inside,
a doubled quote is one quote; after the closing quote the rest of the field is plain; LF, CRLF and a lone CR end a
record.
"""

from typing import NamedTuple

import numpy as np

from customer_analytics.core.compiled import compiled
from customer_analytics.core.words import find_below, find_byte, pattern_of

LF, CR = 10, 13
NO_QUOTE = -1
"""The code of the quote where quotes mean nothing."""


class Records(NamedTuple):
    """Whole records at the front of some bytes.

    Args:
        ends: int64, shape ``(records,)``: just past the line end of each record; blank lines belong to the next one.
        starts: int64, shape ``(records,)``: the first byte of each record, blank lines before it passed over.
        blank: Lines with nothing in them, not even white space; they are no records.
        used: Bytes that the records and blank lines take; what follows is the start of a record still to come.
    """

    ends: np.ndarray
    starts: np.ndarray
    blank: int
    used: int


def find_records(data: bytes | memoryview, delimiter: bytes, quote: bytes | None) -> Records:
    """Find the whole records in ``data``, which begins where a record begins.

    Args:
        data: UTF-8 bytes; a record without a line end at the end of ``data`` is left for later.
        delimiter: The byte between fields.
        quote: The quoting byte; ``None`` where quotes mean nothing.
    """
    codes = np.frombuffer(data, np.uint8)
    most = len(codes) // len(b"a\n") + 1
    ends, starts = np.empty(most, np.int64), np.empty(most, np.int64)
    found, blank, used = _scan(codes, delimiter[0], NO_QUOTE if quote is None else quote[0], ends, starts)
    return Records(ends[:found].copy(), starts[:found].copy(), blank, used)


@compiled
def _scan(codes: np.ndarray, delimiter: int, quote: int, ends: np.ndarray, starts: np.ndarray) -> tuple[int, int, int]:
    """Fill ``ends`` and ``starts``; how many records, how many blank lines, and the bytes they take."""
    size, found, blank, used, at = len(codes), 0, 0, 0, 0
    plain = pattern_of(max(CR, quote) + 1)
    while True:
        at = find_below(codes, at, plain)
        if at == size:
            return found, blank, used
        code = codes[at]
        if code == LF or (code == CR and at + 1 < size):
            stop = at + 2 if code == CR and codes[at + 1] == LF else at + 1
            if at == used:
                blank += 1
            else:
                starts[found], ends[found] = used, stop
                found += 1
            at = used = stop
        elif code == quote and (at == used or codes[at - 1] == delimiter):
            closed = quoted_end(codes, at + 1, size, quote)
            at = closed if closed > 0 else size
        else:
            at += 1


@compiled
def quoted_end(codes: np.ndarray, at: int, stop: int, quote: int) -> int:
    """Just past the quote that closes the quoted field whose text begins at ``at``; -1 if none does before ``stop``."""
    pattern = pattern_of(quote)
    while True:
        at = find_byte(codes, at, stop, pattern)
        if at == stop:
            return -1
        if at + 1 == stop or codes[at + 1] != quote:
            return at + 1
        at += 2
