"""Row groups whose bytes depend on the rows alone: fixed length, one piece, canonical dictionaries."""

from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

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
    codes = array.indices.fill_null(-1).to_numpy(zero_copy_only=False) + 1
    texts = array.dictionary
    used = np.bincount(codes, minlength=len(texts) + 1)[1:] > 0
    order = pc.sort_indices(texts).to_numpy()
    order = order[used[order]]
    rank = np.full(len(texts) + 1, -1, np.int32)
    rank[order + 1] = np.arange(len(order), dtype=np.int32)
    ranked = rank[codes]
    indices = pa.array(ranked, mask=ranked < 0) if array.null_count else pa.array(ranked)
    return pa.DictionaryArray.from_arrays(indices, texts.take(pa.array(order)))
