"""Reader that turns a block of CSV records into a frame of text columns."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from customer_analytics.core.arrow.frames import TEXT, categorical
from customer_analytics.core.contract.columns import COLUMNS, FEW_VALUED_COLUMNS
from customer_analytics.core.contract.schemas import RAW_TEXT, SOURCE_FILE, SOURCE_ROW
from customer_analytics.core.csv_reader.dialect import Dialect
from customer_analytics.core.csv_reader.header import Header
from customer_analytics.core.csv_reader.tokenizer import FieldSpans, split_fields
from customer_analytics.core.errors import InputError

RAW_COLUMNS: tuple[str, ...] = (*COLUMNS, SOURCE_FILE, SOURCE_ROW, RAW_TEXT)
"""The columns of ``raw_purchases``."""


@dataclass(frozen=True, slots=True)
class RecordBlock:
    """A block of CSV bytes: consecutive whole records of one file.

    Args:
        data: UTF-8 bytes.
        offsets: int32, shape ``(records + 1,)``: record ``i`` is ``data[offsets[i]:offsets[i + 1]]``, with its line end
            and any blank lines before it.
        first_row: ``source_row`` of the first record: its position in the file, counted from 1.
        source_file: The file's name as tables and messages show it.
    """

    data: pa.Buffer
    offsets: np.ndarray
    first_row: int
    source_file: str

    def __len__(self) -> int:
        return len(self.offsets) - 1


def read_block(
    block: RecordBlock, header: Header, dialect: Dialect, columns: Sequence[str] | None = None
) -> pd.DataFrame:
    """Convert a block of records to a frame of text columns.

    Args:
        block: At least one record.
        header: Positions of the contract's columns in a record.
        dialect: Delimiter and quote.
        columns: The wanted columns, a subset of :data:`RAW_COLUMNS`; ``None`` for all.

    Returns:
        One row per record, in order. The contract's columns are text, or categorical if they have few distinct values;
        in a ragged record, all of them are null. Further columns: ``source_file`` (category), ``source_row`` (int64,
        from 1) and ``raw_text`` (text, not null).

    Raises:
        InputError: The block has bytes that are not UTF-8; the message names the record.
    """
    wanted = RAW_COLUMNS if columns is None else columns
    _check_utf8(block)
    positions = {name: header.positions[name] for name in wanted if name in header.positions}
    text_bytes = np.frombuffer(block.data, np.uint8)
    field_columns = split_fields(text_bytes, block.offsets, dialect, list(positions.values()), header.width)
    arrays = {name: _text_array(fields, name) for name, fields in zip(positions, field_columns, strict=True)}
    return pd.DataFrame({name: arrays[name] if name in arrays else _origin(block, name) for name in wanted}, copy=False)


def empty_raw() -> pd.DataFrame:
    """Return a frame with the columns :data:`RAW_COLUMNS` and no rows."""
    columns: dict[str, object] = {column: "category" if column in FEW_VALUED_COLUMNS else TEXT for column in COLUMNS}
    dtypes = columns | {SOURCE_FILE: "category", SOURCE_ROW: np.int64, RAW_TEXT: TEXT}
    return pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in dtypes.items()})  # type: ignore[call-overload]


def _text_array(fields: FieldSpans, column: str) -> pd.api.extensions.ExtensionArray:
    if column in FEW_VALUED_COLUMNS:
        return categorical(*fields.dictionary())
    return pd.arrays.ArrowExtensionArray(fields.text())


def _origin(block: RecordBlock, name: str) -> pd.api.extensions.ExtensionArray | np.ndarray:
    """Return the column ``source_file``, ``source_row`` or ``raw_text`` of a block."""
    if name == SOURCE_FILE:
        return categorical(np.zeros(len(block), np.int8), [block.source_file])
    if name == SOURCE_ROW:
        return np.arange(block.first_row, block.first_row + len(block))
    return pd.arrays.ArrowExtensionArray(
        pa.StringArray.from_buffers(len(block), pa.py_buffer(block.offsets), block.data)
    )


def _check_utf8(block: RecordBlock) -> None:
    """Raise InputError if the block is not UTF-8. Arrow checks fast; after an error, Python finds the invalid byte."""
    offsets = pa.py_buffer(np.array([0, block.data.size], np.int32))
    try:
        pa.StringArray.from_buffers(1, offsets, block.data).validate(full=True)
    except pa.ArrowInvalid:
        try:
            block.data.to_pybytes().decode()
        except UnicodeDecodeError as error:
            raise _not_utf8(block, error.start) from error


def _not_utf8(block: RecordBlock, index: int) -> InputError:
    row = block.first_row + int(np.searchsorted(block.offsets, index, side="right")) - 1
    return InputError(
        f"{block.source_file}, record {row}",
        "UTF-8 text",
        f"byte 0x{block.data[index]:02x}",
        "set csv.encoding in globals.yml, e.g. latin-1 or cp1252",
    )
