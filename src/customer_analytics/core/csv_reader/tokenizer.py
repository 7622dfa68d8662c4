"""Tokenizer of CSV records: finds their fields, and returns each column as text or dictionary-encoded."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from customer_analytics.core.arrow.frames import dictionary_codes, validity_bitmap
from customer_analytics.core.csv_reader._kernels import gather_fields, locate_fields
from customer_analytics.core.csv_reader.dialect import Dialect


class FieldSpans(NamedTuple):
    """The fields of one column, stored as positions in the bytes of the records.

    Args:
        text_bytes: uint8, the bytes of the records.
        spans: int32, shape ``(rows, 2)``: start and end of each field. The end is stored inverted (``~end``) if the
            field has quotes that must still be removed. In a ragged record, both are 0.
        is_ragged: bool, shape ``(rows,)``: whether a record has more or fewer fields than the header.
        quote: The byte of the quote; -1 if there is none.
    """

    text_bytes: np.ndarray
    spans: np.ndarray
    is_ragged: np.ndarray
    quote: int

    def text(self) -> pa.StringArray:
        """Return the fields as text; null in ragged records."""
        offsets = np.empty(len(self.spans) + 1, np.int32)
        body = gather_fields(self.text_bytes, self.spans, self.quote, offsets)
        validity = validity_bitmap(~self.is_ragged) if self.is_ragged.any() else None
        return pa.StringArray.from_buffers(len(self.spans), pa.py_buffer(offsets), pa.py_buffer(body), validity)

    def dictionary(self) -> tuple[np.ndarray, pa.StringArray]:
        """Return a pair: each row's code (int32, -1 if ragged); and the distinct texts in order of first occurrence."""
        encoded = self.text().dictionary_encode()
        return dictionary_codes(encoded), encoded.dictionary


def split_fields(
    text_bytes: np.ndarray, offsets: np.ndarray, dialect: Dialect, positions: Sequence[int], width: int
) -> list[FieldSpans]:
    """Find the wanted fields of all records; return one ``FieldSpans`` for each of ``positions``.

    Args:
        text_bytes: uint8, the bytes of the records.
        offsets: int32, shape ``(records + 1,)``: where records start and end in ``text_bytes``. A record includes its
            line end and the blank lines before it.
        dialect: Delimiter and quote.
        positions: Positions of the wanted fields in a record, from 0, all different.
        width: Number of fields that a record must have.
    """
    column_of = np.full(width, -1, np.int32)
    column_of[list(positions)] = np.arange(len(positions), dtype=np.int32)
    spans = np.empty((len(positions), len(offsets) - 1, 2), np.int32)
    is_ragged = locate_fields(text_bytes, offsets, dialect.marks, column_of, spans)
    return [FieldSpans(text_bytes, column_spans, is_ragged, dialect.marks[1]) for column_spans in spans]
