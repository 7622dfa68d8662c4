"""Splitter of CSV bytes into records, with RFC 4180 quoting and every kind of line end."""

from typing import NamedTuple

import numpy as np

from customer_analytics.core.csv_reader._kernels import scan_records
from customer_analytics.core.csv_reader.dialect import Dialect


class RecordEnds(NamedTuple):
    """The positions where the whole records in a piece of CSV bytes begin and end.

    Args:
        begin: Byte index where the first record starts. A blank line, which has no character, is not a record.
        ends: int64, shape ``(records,)``: byte index after the line end of each record. A record includes the blank
            lines before it.
        used: Byte index after the last whole record or blank line; the bytes from there on are an unfinished record.
    """

    begin: int
    ends: np.ndarray
    used: int


def split_records(data: bytes | memoryview, dialect: Dialect) -> RecordEnds:
    """Find the whole records in ``data``; its first byte must be the start of a record or of a blank line.

    Args:
        data: UTF-8 bytes. A last record without a line end is not whole.
        dialect: Delimiter and quote.
    """
    text_bytes = np.frombuffer(data, np.uint8)
    ends = np.empty(len(text_bytes) // len(b"a\n") + 1, np.int64)
    begin, count, used = scan_records(text_bytes, *dialect.marks, ends)
    return RecordEnds(begin, ends[:count].copy(), used)
