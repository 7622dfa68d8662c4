"""Functions that choose the options for writing a table to Parquet, and read row groups."""

from collections.abc import Callable, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from kedro_datasets._typing import TablePreview

from customer_analytics.core.arrow.row_groups import ROW_GROUP_ROWS
from customer_analytics.core.contract.schemas import TABLES
from customer_analytics.core.errors import SettingError, listed

_PAGE_BYTES = 1 << 30
"""Page size that no column of a row group reaches: a column is one page, so its bytes do not depend on the chunks."""


def writer_options(schema: pa.Schema, compression: str) -> dict[str, Any]:
    """Return the keyword arguments of :class:`pyarrow.parquet.ParquetWriter` for a table.

    Dictionary columns (text with few distinct values) are stored dictionary-encoded; int64 columns are delta-encoded.
    All other columns are stored plain: an encoding of fault masks or timestamps would cost time and save little space.
    Only plain text columns are compressed. Plain text and dictionary columns have no statistics (minimum, maximum).

    Args:
        schema: Schema of the table.
        compression: A Parquet codec for text, or ``none``.
    """

    def names_of(is_type: Callable[[pa.DataType], bool]) -> list[str]:
        return [field.name for field in schema if is_type(field.type)]

    text, dictionaries = names_of(pa.types.is_string), names_of(pa.types.is_dictionary)
    return {
        "compression": {name: compression if name in text else "none" for name in schema.names},
        "use_dictionary": dictionaries,
        "column_encoding": dict.fromkeys(names_of(pa.types.is_int64), "DELTA_BINARY_PACKED"),
        "write_statistics": [name for name in schema.names if name not in (*text, *dictionaries)],
        "write_batch_size": ROW_GROUP_ROWS,
        "data_page_size": _PAGE_BYTES,
        "store_schema": False,
    }


def schema_of(table: str, filepath: str) -> pa.Schema:
    """Return the Arrow schema of a table of the project.

    Args:
        table: A key of :data:`~customer_analytics.core.contract.schemas.TABLES`.
        filepath: Path of the dataset, used only in the message of the error.

    Raises:
        SettingError: There is no such table.
    """
    if table not in TABLES:
        raise SettingError(f"{filepath}: table", listed(TABLES), repr(table), "correct the catalog entry")
    return TABLES[table]


def selected(schema: pa.Schema, columns: Sequence[str] | None) -> pa.Schema:
    """Return ``schema`` with only the given columns, in the given order; ``None`` selects all columns."""
    return schema if columns is None else pa.schema([schema.field(name) for name in columns])


def read_row_group(source: str | pa.NativeFile, group: int, schema: pa.Schema, meta: pq.FileMetaData) -> pa.Table:
    """Return the columns of ``schema`` from one row group of a Parquet file.

    Text columns are read with 64-bit offsets, because with 32-bit offsets Arrow checks for an overflow at every value.
    Arrow cannot read dictionary columns in the same call, so a second call reads them and all other columns.

    Args:
        source: A path, or an open file, which stays open.
        group: Index of the row group in the file.
        schema: Schema of the columns to read.
        meta: Metadata of the file.
    """
    text = [field.name for field in schema if pa.types.is_string(field.type)]
    dictionaries = [field.name for field in schema if pa.types.is_dictionary(field.type)]
    other_names = [name for name in schema.names if name not in text]
    columns: dict[str, pa.ChunkedArray] = {}
    for names, options in (
        (text, {"binary_type": pa.large_binary()}),
        (other_names, {"read_dictionary": dictionaries}),
    ):
        if names:
            with pq.ParquetFile(source, metadata=meta, pre_buffer=False, **options) as file:
                table = file.read_row_group(group, columns=names, use_threads=False)
            columns |= zip(table.column_names, table.columns, strict=True)
    columns |= {name: columns[name].cast(pa.string()) for name in text}
    return pa.Table.from_arrays([columns[name] for name in schema.names], schema=schema)


def preview_rows(batch: pa.RecordBatch | None, names: Sequence[str]) -> TablePreview:
    """Return the columns ``names`` of ``batch`` for Kedro-Viz; ``None`` has no rows. Non-JSON values become text."""
    rows = batch.to_pylist() if batch is not None else []
    values = [[_json_value(row[name]) for name in names] for row in rows]
    return {"index": list(range(len(rows))), "columns": list(names), "data": values}


def _json_value(value: object) -> object:
    return value if value is None or isinstance(value, int | float | str) else str(value)
