"""Splitter of CSV bytes into records: RFC 4180 quoting and every kind of line end."""

from typing import NamedTuple

import numpy as np

from customer_analytics.core.csv_reader._kernels import scan_records
from customer_analytics.core.csv_reader.dialect import Dialect


class RecordEnds(NamedTuple):
    """Positions of the whole records at the start of some bytes.

    Args:
        begin: Index of the first record. A blank line, which has no character, is no record.
        ends: int64, shape ``(records,)``: index after the line end of each record. A record includes the blank lines
            before it.
        used: Number of bytes of the records and blank lines; the start of an unfinished record can follow.
    """

    begin: int
    ends: np.ndarray
    used: int


def split_records(data: bytes | memoryview, dialect: Dialect) -> RecordEnds:
    """Find the whole records in ``data``, which starts at the start of a record.

    Args:
        data: UTF-8 bytes. A last record without a line end is not whole.
        dialect: Delimiter and quote.
    """
    codes = np.frombuffer(data, np.uint8)
    ends = np.empty(len(codes) // len(b"a\n") + 1, np.int64)
    begin, count, used = scan_records(codes, *dialect.marks, ends)
    return RecordEnds(begin, ends[:count].copy(), used)
