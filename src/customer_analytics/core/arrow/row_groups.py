"""Row groups whose bytes depend on the rows alone: fixed length, canonical dictionaries."""

from collections.abc import Generator, Iterable
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from customer_analytics.core.arrow._kernels import occurring
from customer_analytics.core.arrow.frames import arrow_array, bits, cached_by_texts, codes_of, contiguous

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
        codes, names = codes_of(column)
        return _in_order(codes, _order(tuple(names)))
    return _coded_anew(arrow_array(column, kind))


def _coded_anew(column: pa.ChunkedArray | pa.DictionaryArray) -> pa.DictionaryArray:
    array = contiguous(column.unify_dictionaries()) if isinstance(column, pa.ChunkedArray) else column
    codes = array.indices.fill_null(-1) if array.null_count else array.indices
    return _in_order(codes.to_numpy(), _Order.of(array.dictionary))


class _Order(NamedTuple):
    """Distinct texts, their places in ascending order, and whether they stand so."""

    texts: pa.StringArray
    places: np.ndarray
    ascending: bool

    @classmethod
    def of(cls, texts: pa.StringArray) -> "_Order":
        places = pc.sort_indices(texts).to_numpy()
        return cls(texts, places, np.array_equal(places, np.arange(len(places))))


@cached_by_texts
def _order(names: tuple[str, ...]) -> _Order:
    return _Order.of(pa.array(names, pa.string()))


def _in_order(codes: np.ndarray, order: _Order) -> pa.DictionaryArray:
    """Codes into distinct texts, -1 for null, as codes into those in use in ascending order."""
    used, any_null = occurring(codes, len(order.texts))
    if order.ascending and used.all():
        ranked, texts = np.ascontiguousarray(codes, np.int32), order.texts
    else:
        places = order.places[used[order.places]]
        rank = np.full(len(order.texts) + 1, -1, np.int32)
        rank[places] = np.arange(len(places), dtype=np.int32)
        ranked, texts = rank[codes], order.texts.take(pa.array(places))
    valid = bits(ranked >= 0) if any_null else None
    indices = pa.Int32Array.from_buffers(pa.int32(), len(codes), [valid, pa.py_buffer(ranked)])
    return pa.DictionaryArray.from_arrays(indices, texts, safe=False)
