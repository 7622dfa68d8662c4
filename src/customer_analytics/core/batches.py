"""Row groups whose bytes depend on the rows alone: fixed length, canonical dictionaries."""

from collections.abc import Generator, Iterable

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from customer_analytics.core.compiled import compiled
from customer_analytics.core.frames import arrow_array, bits, codes_of, contiguous

ROW_GROUP_ROWS = 262_144


def regroup(
    tables: Iterable[pa.Table], schema: pa.Schema, rows: int = ROW_GROUP_ROWS
) -> Generator[pa.Table, None, None]:
    """The same rows in canonical tables of exactly ``rows``, the last one shorter; nothing for no rows.

    Args:
        tables: Canonical pieces of one table in order, of any lengths, with the columns of ``schema``.
        schema: The types wanted; few-valued text as ``dictionary<int32, string>``.
        rows: Rows of each table.
    """
    waiting: list[pa.Table] = []
    count = 0
    for table in tables:
        if not count and table.num_rows == rows:
            yield table
            continue
        waiting.append(table)
        count += table.num_rows
        while count >= rows:
            whole = pa.concat_tables(waiting)
            yield canonical(whole.slice(0, rows), schema)
            waiting, count = [whole.slice(rows)], count - rows
    if count:
        yield canonical(pa.concat_tables(waiting), schema)


def canonical(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """The same rows; few-valued columns in one piece, whose dictionary holds the texts in use, in ascending order."""
    arrays = [
        _coded_anew(column) if pa.types.is_dictionary(one.type) else column
        for column, one in zip(table.columns, schema, strict=True)
    ]
    return pa.Table.from_arrays(arrays, schema=schema)


def canonical_table(frame: pd.DataFrame, schema: pa.Schema) -> pa.Table:
    """A chunk as a canonical table."""
    arrays = [
        _few_valued(frame[one.name], one.type)
        if pa.types.is_dictionary(one.type)
        else arrow_array(frame[one.name], one.type)
        for one in schema
    ]
    return pa.Table.from_arrays(arrays, schema=schema)


def _few_valued(column: pd.Series, kind: pa.DataType) -> pa.DictionaryArray:
    if isinstance(column.dtype, pd.CategoricalDtype):
        codes, texts = codes_of(column)
        return _in_order(codes, pa.array(texts, pa.string()))
    return _coded_anew(arrow_array(column, kind))


def _coded_anew(column: pa.ChunkedArray | pa.DictionaryArray) -> pa.DictionaryArray:
    array = contiguous(column.unify_dictionaries()) if isinstance(column, pa.ChunkedArray) else column
    codes = array.indices.fill_null(-1) if array.null_count else array.indices
    return _in_order(codes.to_numpy(), array.dictionary)


def _in_order(codes: np.ndarray, texts: pa.StringArray) -> pa.DictionaryArray:
    """Codes into distinct texts, -1 for null, as codes into those in use in ascending order."""
    order = pc.sort_indices(texts).to_numpy()
    order = order[_used(codes, len(texts))[order]]
    rank = np.full(len(texts) + 1, -1, np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    ranked, nulls = _ranked(codes, rank)
    valid = bits(ranked >= 0) if nulls else None
    indices = pa.Int32Array.from_buffers(pa.int32(), len(codes), [valid, pa.py_buffer(ranked)], nulls)
    return pa.DictionaryArray.from_arrays(indices, texts.take(pa.array(order)), safe=False)


@compiled
def _used(codes: np.ndarray, size: int) -> np.ndarray:
    """Which of ``size`` texts a row has; a row without one has -1."""
    used = np.zeros(size + 1, np.bool_)
    for code in codes:
        used[code] = True
    return used[:size]


@compiled
def _ranked(codes: np.ndarray, rank: np.ndarray) -> tuple[np.ndarray, int]:
    """The rank of each code, the last one for -1, and how many are below 0."""
    ranked, nulls = np.empty(len(codes), np.int32), 0
    for row in range(len(codes)):
        ranked[row] = rank[codes[row]]
        nulls += ranked[row] < 0
    return ranked, nulls
