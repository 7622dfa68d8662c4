"""How row groups of the streamed tables are written to Parquet and read from it."""

from collections.abc import Callable, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from customer_analytics.core.arrow.row_groups import ROW_GROUP_ROWS

_PAGE_BYTES = 1 << 30
"""More than a column of a row group takes, which is one page so, in however many pieces it comes."""


def writer_options(schema: pa.Schema, compression: str) -> dict[str, Any]:
    """How a table is written: dictionaries for few-valued columns, packed integers, a codec and no bounds for text.

    Fault masks have no dictionary, and moments are not packed: either saves a tenth of a file at most, and makes these
    columns two to four times as slow to write or to read.
    """

    def named(holds: Callable[[pa.DataType], bool]) -> list[str]:
        return [one.name for one in schema if holds(one.type)]

    text, few = named(pa.types.is_string), named(pa.types.is_dictionary)
    return {
        "compression": {name: compression if name in text else "none" for name in schema.names},
        "use_dictionary": few,
        "column_encoding": dict.fromkeys(named(pa.types.is_int64), "DELTA_BINARY_PACKED"),
        "write_statistics": [name for name in schema.names if name not in (*text, *few)],
        "write_batch_size": ROW_GROUP_ROWS,
        "data_page_size": _PAGE_BYTES,
        "store_schema": False,
    }


def selected(schema: pa.Schema, columns: Sequence[str] | None) -> pa.Schema:
    """The schema of these columns alone, in their order; ``None`` for all."""
    return schema if columns is None else pa.schema([schema.field(name) for name in columns])


def read_row_group(source: str | pa.NativeFile, group: int, schema: pa.Schema, meta: pq.FileMetaData) -> pa.Table:
    """The columns of ``schema`` of a row group.

    Text is read with 64-bit offsets, a quarter faster: Arrow does not look after each one whether 32 bits suffice.
    Asked for those, it reads no dictionaries, so few-valued columns are read apart.

    Args:
        source: A path, or an open file, which stays open.
        group: Which row group.
        schema: As the file was written.
        meta: Of the file.
    """
    text = [one.name for one in schema if pa.types.is_string(one.type)]
    few = [one.name for one in schema if pa.types.is_dictionary(one.type)]
    rest = [name for name in schema.names if name not in text]
    found: dict[str, pa.ChunkedArray] = {}
    for names, options in ((text, {"binary_type": pa.large_binary()}), (rest, {"read_dictionary": few})):
        if names:
            with pq.ParquetFile(source, metadata=meta, pre_buffer=False, **options) as file:
                table = file.read_row_group(group, columns=names, use_threads=False)
            found |= zip(table.column_names, table.columns, strict=True)
    found |= {name: found[name].cast(pa.string()) for name in text}
    return pa.Table.from_arrays([found[name] for name in schema.names], schema=schema)
