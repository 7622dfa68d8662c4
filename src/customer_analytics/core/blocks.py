"""Blocks of CSV bytes: whole records, numbered, and read into text columns by the worker that gets them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as arrow_csv

from customer_analytics.core.contract import COLUMNS, Column
from customer_analytics.core.dialect import Dialect, Header
from customer_analytics.core.errors import InputError
from customer_analytics.core.frames import TEXT, categorical, contiguous
from customer_analytics.core.tables import RAW_TEXT, SOURCE_FILE, SOURCE_ROW
from customer_analytics.core.text import layout

FEW_VALUED = frozenset({Column.PRODUCT_CATEGORY, Column.COUNTRY_CODE, Column.CUSTOMER_AGE, Column.PAYMENT_TYPE})
"""Columns of few distinct texts, which are judged once per text."""

_FEW = pa.dictionary(pa.int32(), pa.string())

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
        One row per record in order: the contract's columns as text, those of :data:`FEW_VALUED` as categories of text
        (null in all of them where the record has not as many fields as the header), ``source_file`` (category),
        ``source_row`` (int64), ``raw_text`` (text).

    Raises:
        InputError: Bytes that are not UTF-8, with the record they stand in.
    """
    wanted = RAW_COLUMNS if columns is None else columns
    fields = {column: header.places[column] for column in wanted if column in header.places}
    table, ragged = _tokenise(block, header, dialect, fields)
    rows = len(block.offsets) - 1
    found: dict[str, object] = {column: _with_gaps(table.column(column), ragged) for column in fields}
    also: dict[str, Callable[[], object]] = {
        SOURCE_FILE: lambda: categorical(np.zeros(rows, np.int8), [block.source_file]),
        SOURCE_ROW: lambda: np.arange(block.first_row, block.first_row + rows),
        RAW_TEXT: lambda: pd.arrays.ArrowExtensionArray(
            pa.StringArray.from_buffers(rows, pa.py_buffer(block.offsets), block.data)
        ),
    }
    found |= {name: make() for name, make in also.items() if name in wanted}
    return pd.DataFrame(found, columns=list(wanted), copy=False)


def empty_raw() -> pd.DataFrame:
    """No records: the columns of :data:`RAW_COLUMNS` and no row."""
    columns: dict[str, object] = {column: "category" if column in FEW_VALUED else TEXT for column in COLUMNS}
    dtypes = columns | {SOURCE_FILE: "category", SOURCE_ROW: np.int64, RAW_TEXT: TEXT}
    return pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in dtypes.items()})  # type: ignore[call-overload]


def _tokenise(block: Block, header: Header, dialect: Dialect, fields: dict[str, int]) -> tuple[pa.Table, list[int]]:
    """The whole records' fields by column, and the places of the ragged ones in the block."""
    ragged: list[int] = []

    def note_ragged(row: arrow_csv.InvalidRow) -> str:
        ragged.append(row.number - 1)
        return "skip"

    place_of = {place: column for column, place in fields.items()}
    names = [place_of.get(place, str(place)) for place in range(header.width)]
    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(block.data),
            read_options=arrow_csv.ReadOptions(use_threads=False, block_size=block.data.size + 1, column_names=names),
            parse_options=arrow_csv.ParseOptions(
                delimiter=dialect.delimiter,
                quote_char=dialect.quote or False,
                newlines_in_values=True,
                invalid_row_handler=note_ragged,
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types={column: _FEW if column in FEW_VALUED else pa.string() for column in fields},
                include_columns=list(fields),
                strings_can_be_null=False,
                null_values=[],
            ),
        )
    except pa.ArrowInvalid as error:
        raise _not_text(block, error) from error
    if table.num_rows + len(ragged) != len(block.offsets) - 1:
        counted, read = len(block.offsets) - 1, table.num_rows + len(ragged)
        where = f"{block.source_file}, from record {block.first_row}"
        raise InputError(where, f"{counted} records", str(read), "please report this file's form as a bug")
    return table, ragged


def _with_gaps(column: pa.ChunkedArray, ragged: Sequence[int]) -> pd.api.extensions.ExtensionArray:
    """A column with a null at each place in ``ragged`` (ascending places in the answer); text is not copied."""
    array = contiguous(column)
    before = np.array(ragged, np.int64) - np.arange(len(ragged))
    if pa.types.is_dictionary(array.type):
        return categorical(np.insert(array.indices.to_numpy(), before, -1), array.dictionary)
    if not ragged:
        return pd.arrays.ArrowExtensionArray(array)
    offsets, _ = layout(array)
    rows = len(array) + len(ragged)
    known = np.ones(rows, bool)
    known[ragged] = False
    parts = (np.insert(offsets, before, offsets[before]), array.buffers()[2], np.packbits(known, bitorder="little"))
    offsets_buffer, body, bitmap = (part if isinstance(part, pa.Buffer) else pa.py_buffer(part) for part in parts)
    return pd.arrays.ArrowExtensionArray(pa.StringArray.from_buffers(rows, offsets_buffer, body, bitmap, len(ragged)))


def _not_text(block: Block, error: pa.ArrowInvalid) -> InputError:
    try:
        block.data.to_pybytes().decode()
    except UnicodeDecodeError as wrong:
        row = block.first_row + int(np.searchsorted(block.offsets, wrong.start, side="right")) - 1
        return InputError(
            f"{block.source_file}, record {row}",
            "UTF-8 text",
            f"byte 0x{block.data[wrong.start]:02x}",
            "set csv.encoding in globals.yml, e.g. latin-1 or cp1252",
        )
    return InputError(
        f"{block.source_file}, from record {block.first_row}",
        "CSV records",
        str(error),
        "see csv in globals.yml",
    )
