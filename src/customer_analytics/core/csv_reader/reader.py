"""Blocks of CSV bytes: whole records, numbered, and read into text columns by the worker that gets them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from customer_analytics.core.arrow.frames import TEXT, categorical
from customer_analytics.core.contract.columns import COLUMNS, Column
from customer_analytics.core.contract.schemas import RAW_TEXT, SOURCE_FILE, SOURCE_ROW
from customer_analytics.core.csv_reader.dialect import Dialect, Header
from customer_analytics.core.csv_reader.tokenizer import Fields, Marks, split_fields
from customer_analytics.core.errors import InputError

FEW_VALUED_COLUMNS = frozenset({Column.PRODUCT_CATEGORY, Column.COUNTRY_CODE, Column.CUSTOMER_AGE, Column.PAYMENT_TYPE})
"""Columns of few distinct texts, which are judged once per text."""

RAW_COLUMNS: tuple[str, ...] = (*COLUMNS, SOURCE_FILE, SOURCE_ROW, RAW_TEXT)
"""The columns of ``raw_purchases``."""


@dataclass(frozen=True, slots=True)
class Block:
    """Whole records of one file.

    Args:
        data: UTF-8 bytes.
        offsets: int32, shape ``(records + 1,)``: record ``i`` is ``data[offsets[i]:offsets[i + 1]]``, with its line end
            and any blank lines before it.
        first_row: 1-based number of the first record in its file.
        source_file: The file's public name.
    """

    data: pa.Buffer
    offsets: np.ndarray
    first_row: int
    source_file: str


def read_block(block: Block, header: Header, dialect: Dialect, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """Cut a block into fields.

    Args:
        block: At least one record.
        header: Where the contract's columns stand.
        dialect: Delimiter and quote.
        columns: The columns wanted, of :data:`RAW_COLUMNS`; ``None`` for all.

    Returns:
        One row per record in order: the contract's columns as text, those of :data:`FEW_VALUED_COLUMNS` as categories of text
        (null in all of them where the record has not as many fields as the header), ``source_file`` (category),
        ``source_row`` (int64), ``raw_text`` (text).

    Raises:
        InputError: Bytes that are not UTF-8, in any column, with the record they stand in.
    """
    wanted = RAW_COLUMNS if columns is None else columns
    fields = {column: header.places[column] for column in wanted if column in header.places}
    _check_text(block)
    rows = len(block.offsets) - 1
    codes, marks = np.frombuffer(block.data, np.uint8), Marks.of(dialect)
    cut = split_fields(codes, block.offsets, marks, list(fields.values()), header.width)
    found: dict[str, object] = {column: _column(mine, column) for column, mine in zip(fields, cut, strict=True)}
    also: dict[str, Callable[[], object]] = {
        SOURCE_FILE: lambda: categorical(np.zeros(rows, np.int8), [block.source_file]),
        SOURCE_ROW: lambda: np.arange(block.first_row, block.first_row + rows),
        RAW_TEXT: lambda: pd.arrays.ArrowExtensionArray(
            pa.StringArray.from_buffers(rows, pa.py_buffer(block.offsets), block.data)
        ),
    }
    found |= {name: make() for name, make in also.items() if name in wanted}
    return pd.DataFrame({name: found[name] for name in wanted}, copy=False)


def empty_raw() -> pd.DataFrame:
    """No records: the columns of :data:`RAW_COLUMNS` and no row."""
    columns: dict[str, object] = {column: "category" if column in FEW_VALUED_COLUMNS else TEXT for column in COLUMNS}
    dtypes = columns | {SOURCE_FILE: "category", SOURCE_ROW: np.int64, RAW_TEXT: TEXT}
    return pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in dtypes.items()})  # type: ignore[call-overload]


def _column(fields: Fields, column: str) -> pd.api.extensions.ExtensionArray:
    if column in FEW_VALUED_COLUMNS:
        return categorical(*fields.dictionary())
    return pd.arrays.ArrowExtensionArray(fields.text())


def _check_text(block: Block) -> None:
    whole = pa.py_buffer(np.array([0, block.data.size], np.int32))
    try:
        pa.StringArray.from_buffers(1, whole, block.data).validate(full=True)
    except pa.ArrowInvalid:  # Arrow says quickly that some byte is wrong, Python says which
        try:
            block.data.to_pybytes().decode()
        except UnicodeDecodeError as error:
            raise _not_text(block, error.start) from error


def _not_text(block: Block, place: int) -> InputError:
    row = block.first_row + int(np.searchsorted(block.offsets, place, side="right")) - 1
    return InputError(
        f"{block.source_file}, record {row}",
        "UTF-8 text",
        f"byte 0x{block.data[place]:02x}",
        "set csv.encoding in globals.yml, e.g. latin-1 or cp1252",
    )
