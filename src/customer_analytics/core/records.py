"""Where CSV records end: RFC 4180 quoting, every line end, without parsing the fields.

The rules are those of Arrow's and Python's CSV readers: a quote opens a quoted field only at the field's start; inside,
a doubled quote is one quote; after the closing quote the rest of the field is plain; LF, CRLF and a lone CR end a
record.
"""

from typing import NamedTuple

import numpy as np

LF, CR = 10, 13


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


def find_records(data: bytes, delimiter: bytes, quote: bytes | None) -> Records:
    """Find the whole records in ``data``, which begins where a record begins.

    Args:
        data: UTF-8 bytes; a record without a line end at the end of ``data`` is left for later.
        delimiter: The byte between fields.
        quote: The quoting byte; ``None`` where quotes mean nothing.
    """
    codes = np.frombuffer(data, np.uint8)
    ends = _line_ends(codes, data)
    if quote is not None and quote in data:
        ends = _outside_quotes(ends, codes, delimiter[0], quote[0])
    starts = np.concatenate([np.zeros(1, np.int64), ends[:-1]])[: len(ends)]
    used = int(ends[-1]) if len(ends) else 0
    lengths = ends - starts
    short = np.flatnonzero(lengths <= 2)  # noqa: PLR2004  the longest line end, CRLF
    blank = short[(lengths[short] == 1) | (codes[starts[short]] == CR)]
    if len(blank):
        ends, starts = np.delete(ends, blank), np.delete(starts, blank)
    return Records(ends, starts, len(blank), used)


def _line_ends(codes: np.ndarray, data: bytes) -> np.ndarray:
    """Just past each LF, and past each CR that no LF follows; a CR as the last byte may still be half a CRLF."""
    ends = np.flatnonzero(codes == LF) + 1
    if b"\r" not in data or data.count(b"\r") == data.count(b"\r\n"):
        return ends
    returns = np.flatnonzero(codes[:-1] == CR)
    lone = returns[codes[returns + 1] != LF] + 1
    return np.sort(np.concatenate([ends, lone]))


def _outside_quotes(ends: np.ndarray, codes: np.ndarray, delimiter: int, quote: int) -> np.ndarray:
    quotes = np.flatnonzero(codes == quote)
    opening, closing = quotes[0::2], quotes[1::2]
    before, after = np.zeros(256, bool), np.zeros(256, bool)
    before[[delimiter, LF, CR, quote]] = after[[delimiter, LF, CR, quote]] = True
    plain = before[codes[opening - 1]] | (opening == 0)
    if not (plain.all() and after[codes[np.minimum(closing + 1, len(codes) - 1)]].all()):
        opening, closing = _quoted_fields(quotes, codes, before, quote)
    if not len(opening):
        return ends
    closing = np.append(closing, len(codes)) if len(closing) < len(opening) else closing
    place = np.searchsorted(opening, ends) - 1
    return ends[(place < 0) | (ends > closing[np.maximum(place, 0)])]


def _quoted_fields(
    quotes: np.ndarray, codes: np.ndarray, before: np.ndarray, quote: int
) -> tuple[np.ndarray, np.ndarray]:
    """Opening and closing quotes where some quotes stand inside plain text and mean nothing."""
    opening, closing = [], []
    starts_field = (before[codes[quotes - 1]] & (codes[quotes - 1] != quote)) | (quotes == 0)
    doubled = np.append(np.diff(quotes) == 1, [False])
    flags, twice, places = starts_field.tolist(), doubled.tolist(), quotes.tolist()
    at = 0
    while at < len(places):
        if not flags[at]:
            at += 1
            continue
        opening.append(places[at])
        at += 1
        while at < len(places) and twice[at]:
            at += 2
        if at < len(places):
            closing.append(places[at])
            at += 1
    return np.array(opening, np.int64), np.array(closing, np.int64)
