"""Tokenizer of CSV records: finds their fields, and returns columns as text or dictionary-encoded."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from customer_analytics.core.arrow.frames import dictionary_codes, validity_bitmap
from customer_analytics.core.csv_reader._kernels import gather_fields, locate_fields
from customer_analytics.core.csv_reader.dialect import Dialect


class FieldSpans(NamedTuple):
    """The fields of one column, as positions in the bytes of the records.

    Args:
        codes: uint8, the bytes of the records.
        spans: int32, shape ``(rows, 2)``: start and end of each field. The end is inverted (``~end``) if the field has
            quotes that are not resolved yet. The span is empty in a ragged record.
        is_ragged: bool, shape ``(rows,)``: whether a record has more or fewer fields than the header.
        quote: Code of the quote; -1 for none.
    """

    codes: np.ndarray
    spans: np.ndarray
    is_ragged: np.ndarray
    quote: int

    def text(self) -> pa.StringArray:
        """Return the fields as text; null in ragged records."""
        offsets = np.empty(len(self.spans) + 1, np.int32)
        body = gather_fields(self.codes, self.spans, self.quote, offsets)
        validity = validity_bitmap(~self.is_ragged) if self.is_ragged.any() else None
        return pa.StringArray.from_buffers(len(self.spans), pa.py_buffer(offsets), pa.py_buffer(body), validity)

    def dictionary(self) -> tuple[np.ndarray, pa.StringArray]:
        """Return codes (int32, -1 in ragged records) and the distinct texts, in the order of first occurrence."""
        encoded = self.text().dictionary_encode()
        return dictionary_codes(encoded), encoded.dictionary


def split_fields(
    codes: np.ndarray, offsets: np.ndarray, dialect: Dialect, positions: Sequence[int], width: int
) -> list[FieldSpans]:
    """Split records into fields; returns one column for each of ``positions``.

    Args:
        codes: uint8, the bytes of the records.
        offsets: int32, shape ``(records + 1,)``: the start of each record. A record includes its line end and the blank
            lines before it.
        dialect: Delimiter and quote.
        positions: Positions of the wanted fields in a record, from 0, each once.
        width: Number of fields that a record must have.
    """
    column_of = np.full(width, -1, np.int32)
    column_of[list(positions)] = np.arange(len(positions), dtype=np.int32)
    spans = np.empty((len(positions), len(offsets) - 1, 2), np.int32)
    is_ragged = locate_fields(codes, offsets, dialect.marks, column_of, spans)
    return [FieldSpans(codes, column_spans, is_ragged, dialect.marks[1]) for column_spans in spans]
