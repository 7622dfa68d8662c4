"""Canonical row groups for Parquet files: the same rows give the same bytes, whatever the size of the chunks.

All row groups except the last have the same number of rows. Dictionaries have only the texts that occur, ascending.
"""

from collections.abc import Generator, Iterable
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from customer_analytics.core.arrow._kernels import occurring
from customer_analytics.core.arrow.frames import (
    arrow_array,
    cached_by_texts,
    codes_of,
    contiguous,
    dictionary_codes,
    validity_bitmap,
)

ROW_GROUP_ROWS = 262_144
"""Number of rows of each row group except the last one, which can be shorter."""


def regroup(
    tables: Iterable[pa.Table], schema: pa.Schema, rows: int = ROW_GROUP_ROWS
) -> Generator[pa.Table, None, None]:
    """Yield all rows in order as canonical tables with ``rows`` rows each; the last table can be shorter.

    Args:
        tables: Tables from :func:`canonical` or :func:`canonical_table`, of any length, with the columns of ``schema``.
        schema: Names and types of the columns.
        rows: Number of rows of each table except the last one.
    """
    pending: list[pa.Table] = []
    pending_rows = 0
    for table in tables:
        if not pending_rows and table.num_rows == rows:
            yield table
            continue
        pending.append(table)
        pending_rows += table.num_rows
        while pending_rows >= rows:
            joined = pa.concat_tables(pending)
            yield canonical(joined.slice(0, rows), schema)
            pending, pending_rows = [joined.slice(rows)], pending_rows - rows
    if pending_rows:
        yield canonical(pa.concat_tables(pending), schema)


def canonical(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """Return the table with canonical dictionaries: they have only the texts that occur, in ascending order."""
    arrays = [
        _encode_again(column) if pa.types.is_dictionary(field.type) else column
        for column, field in zip(table.columns, schema, strict=True)
    ]
    return pa.Table.from_arrays(arrays, schema=schema)


def canonical_table(frame: pd.DataFrame, schema: pa.Schema) -> pa.Table:
    """Convert a chunk to an Arrow table; its dictionaries hold only the texts that occur, in ascending order."""
    arrays = [
        _dictionary_array(frame[field.name], field.type)
        if pa.types.is_dictionary(field.type)
        else arrow_array(frame[field.name], field.type)
        for field in schema
    ]
    return pa.Table.from_arrays(arrays, schema=schema)


def _dictionary_array(column: pd.Series, arrow_type: pa.DataType) -> pa.DictionaryArray:
    if isinstance(column.dtype, pd.CategoricalDtype):
        codes, categories = codes_of(column)
        return _canonical_array(codes, _sort_order(tuple(categories)))
    return _encode_again(arrow_array(column, arrow_type))


def _encode_again(column: pa.ChunkedArray | pa.DictionaryArray) -> pa.DictionaryArray:
    array = contiguous(column.unify_dictionaries()) if isinstance(column, pa.ChunkedArray) else column
    return _canonical_array(dictionary_codes(array), _SortOrder.of(array.dictionary))


class _SortOrder(NamedTuple):
    """Distinct texts, and ``order`` (int64): the indices that sort the texts in ascending order."""

    texts: pa.StringArray
    order: np.ndarray
    is_sorted: bool

    @classmethod
    def of(cls, texts: pa.StringArray) -> "_SortOrder":
        order = pc.sort_indices(texts).to_numpy()
        return cls(texts, order, np.array_equal(order, np.arange(len(order))))


@cached_by_texts
def _sort_order(names: tuple[str, ...]) -> _SortOrder:
    return _SortOrder.of(pa.array(names, pa.string()))


def _canonical_array(codes: np.ndarray, distinct: _SortOrder) -> pa.DictionaryArray:
    """Build a dictionary array from one code per row (-1: null); its dictionary has only texts that occur, sorted."""
    occurs, has_null = occurring(codes, len(distinct.texts))
    if distinct.is_sorted and occurs.all():
        sorted_codes, texts = np.ascontiguousarray(codes, np.int32), distinct.texts
    else:
        used = distinct.order[occurs[distinct.order]]
        code_of = np.full(len(distinct.texts) + 1, -1, np.int32)
        code_of[used] = np.arange(len(used), dtype=np.int32)
        sorted_codes, texts = code_of[codes], distinct.texts.take(pa.array(used))
    validity = None
    if has_null:
        validity = validity_bitmap(sorted_codes >= 0)
        sorted_codes = np.maximum(sorted_codes, 0)  # Polars rejects negative codes, also where the value is null
    indices = pa.Int32Array.from_buffers(pa.int32(), len(codes), [validity, pa.py_buffer(sorted_codes)])
    return pa.DictionaryArray.from_arrays(indices, texts, safe=False)
