"""Where CSV records end: RFC 4180 quoting, every line end, without parsing the fields.

The rules are those of Arrow's and Python's CSV readers: a quote opens a quoted field only at the field's start; inside,
a doubled quote is one quote; after the closing quote the rest of the field is plain; LF, CRLF and a lone CR end a
record.
"""

from typing import NamedTuple

import numpy as np

from customer_analytics.core.arrow.lanes import LANES, find_byte, flags_from, lowest
from customer_analytics.core.compiled import compiled, inlined

LF, CR = 10, 13
NO_QUOTE = -1
"""The code of the quote where quotes mean nothing: as a byte 255, which UTF-8 does not have."""


class Records(NamedTuple):
    """Whole records at the front of some bytes.

    Args:
        begin: The first byte of the first record: blank lines, in which not even white space stands, are no records.
        ends: int64, shape ``(records,)``: just past the line end of each record; blank lines belong to the next one.
        used: Bytes that the records and blank lines take; what follows is the start of a record still to come.
    """

    begin: int
    ends: np.ndarray
    used: int


def split_records(data: bytes | memoryview, delimiter: bytes, quote: bytes | None) -> Records:
    """Find the whole records in ``data``, which begins where a record begins.

    Args:
        data: UTF-8 bytes; a record without a line end at the end of ``data`` is left for later.
        delimiter: The byte between fields.
        quote: The quoting byte; ``None`` where quotes mean nothing.
    """
    codes = np.frombuffer(data, np.uint8)
    ends = np.empty(len(codes) // len(b"a\n") + 1, np.int64)
    begin, found, used = _scan(codes, delimiter[0], NO_QUOTE if quote is None else quote[0], ends)
    return Records(begin, ends[:found].copy(), used)


@compiled
def _scan(codes: np.ndarray, delimiter: int, quote: int, ends: np.ndarray) -> tuple[int, int, int]:
    """Fill ``ends``; where the first record begins, how many there are, and the bytes that they take."""
    size, begin, found, used = len(codes), 0, 0, 0
    window, flags = 0, flags_from(codes, 0, quote, CR + 1)
    while True:
        window, flags = _window_ahead(codes, window, flags, quote)
        if not flags:
            return begin, found, used
        at = window + lowest(flags)  # type: ignore[call-arg]
        flags &= flags - np.uint64(1)
        code = codes[at]
        if code == LF or (code == CR and at + 1 < size):
            stop = at + 2 if code == CR and codes[at + 1] == LF else at + 1
            if at > used:
                ends[found] = stop
                found += 1
            elif not found:
                begin = stop
            used = stop
        elif code == quote and (at == used or codes[at - 1] == delimiter):
            closed = quoted_end(codes, at + 1, size, quote)
            if closed < 0:
                return begin, found, used
            window, flags = closed - LANES, np.uint64(0)  # the next window begins where the quoted field ends


@inlined
def _window_ahead(codes: np.ndarray, window: int, flags: np.uint64, quote: int) -> tuple[int, np.uint64]:
    """Where the next window with a quote or a control byte begins, and its flags: this one while it has some.

    There are no flags at the end.
    """
    while not flags and window + LANES < len(codes):
        window += LANES
        flags = flags_from(codes, window, quote, CR + 1)
    return window, flags


@compiled
def quoted_end(codes: np.ndarray, at: int, stop: int, quote: int) -> int:
    """Just past the quote that closes the quoted field whose text begins at ``at``; -1 if none does before ``stop``."""
    while True:
        at = find_byte(codes, at, stop, quote)
        if at == stop:
            return -1
        if at + 1 == stop or codes[at + 1] != quote:
            return at + 1
        at += 2
