"""Row groups whose bytes depend on the rows alone: fixed length, one piece, canonical dictionaries."""

from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from customer_analytics.core.compiled import compiled
from customer_analytics.core.frames import contiguous, to_table

ROW_GROUP_ROWS = 131_072


def regroup(tables: Iterable[pa.Table], schema: pa.Schema, rows: int = ROW_GROUP_ROWS) -> Iterator[pa.Table]:
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
    """One contiguous piece; each dictionary holds the texts in use, in ascending order."""
    arrays = [
        _canonical_dictionary(column) if pa.types.is_dictionary(one.type) else contiguous(column)
        for column, one in zip(table.columns, schema, strict=True)
    ]
    return pa.Table.from_arrays(arrays, schema=schema)


def canonical_table(frame: pd.DataFrame, schema: pa.Schema) -> pa.Table:
    """A chunk as a canonical table."""
    return canonical(to_table(frame, schema), schema)


def _canonical_dictionary(column: pa.ChunkedArray) -> pa.DictionaryArray:
    array = contiguous(column.unify_dictionaries())
    texts, codes = array.dictionary, array.indices
    if array.null_count:
        codes = codes.fill_null(-1)
    codes = codes.to_numpy().astype(np.int32)
    order = pc.sort_indices(texts).to_numpy()
    order = order[_used(codes, len(texts))[order]]
    rank = np.full(len(texts), -1, np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    known = _rerank(codes, rank)
    valid = pa.py_buffer(np.packbits(known, bitorder="little")) if array.null_count else None
    indices = pa.Int32Array.from_buffers(pa.int32(), len(codes), [valid, pa.py_buffer(codes)])
    return pa.DictionaryArray.from_arrays(indices, texts.take(pa.array(order)))


@compiled
def _used(codes: np.ndarray, size: int) -> np.ndarray:
    """Which of ``size`` texts a row has; a row without one has -1."""
    used = np.zeros(size, np.bool_)
    for code in codes:
        if code >= 0:
            used[code] = True
    return used


@compiled
def _rerank(codes: np.ndarray, rank: np.ndarray) -> np.ndarray:
    """Put the rank of each code in its place; which rows have one."""
    known = np.zeros(len(codes), np.bool_)
    for row in range(len(codes)):
        if codes[row] >= 0:
            codes[row] = rank[codes[row]]
            known[row] = True
    return known
