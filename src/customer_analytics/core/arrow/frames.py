"""Frames and Arrow tables: the same rows in two views, sharing memory where the types allow it.

Text is ``string[pyarrow]`` (:data:`TEXT`), few-valued text ``category``, nullable integers pandas' masked types, times
``datetime64[us]``, nullable floats NaN; a frame's index is the row number in the whole table.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeVar, cast

import numpy as np
import pandas as pd
import pyarrow as pa

R = TypeVar("R")

TEXT = pd.ArrowDtype(pa.string())
"""The dtype of text columns."""


def to_table(frame: pd.DataFrame, schema: pa.Schema | None = None) -> pa.Table:
    """The frame as an Arrow table, index left out and NaN as null.

    Args:
        frame: Columns of the dtypes above, or plain NumPy ones.
        schema: Names and types of the columns to take; ``None`` for all as they are, NumPy integers not nullable.
    """
    wanted = _schema_of(frame) if schema is None else schema
    return pa.Table.from_arrays([arrow_array(frame[one.name], one.type) for one in wanted], schema=wanted)


def to_frame(table: pa.Table, start: int = 0) -> pd.DataFrame:
    """The table as a frame whose index counts rows from ``start``; a non-nullable integer is a NumPy one.

    The table's memory becomes the frame's; what stands at its nulls, which means nothing, may be written over.

    Raises:
        pa.ArrowInvalid: Nulls among those.
    """
    columns = {one.name: _column(contiguous(table.column(place)), one) for place, one in enumerate(table.schema)}
    return pd.DataFrame(columns, index=pd.RangeIndex(start, start + table.num_rows), copy=False)


def arrow_array(column: pd.Series, kind: pa.DataType) -> pa.Array:
    """A column as one contiguous Arrow array of a type, NaN as null."""
    if isinstance(column.dtype, pd.CategoricalDtype) and not pa.types.is_dictionary(kind):
        codes, texts = codes_of(column)
        return pa.array(texts, kind).take(pa.array(codes, mask=codes < 0))
    if _is_plain(kind) and _numpy_dtype(column) == kind.to_pandas_dtype():
        return _fixed_width(column, kind)
    return contiguous(pa.array(column, type=kind, from_pandas=True))


def text_array(column: pd.Series) -> pa.StringArray:
    """A text column as one contiguous Arrow array."""
    return arrow_array(column, pa.string())


def categorical(codes: np.ndarray, categories: pa.Array | list[str]) -> pd.Categorical:
    """Few-valued text: ``codes`` (integers, -1 for null) into ``categories`` (distinct)."""
    names = categories if isinstance(categories, list) else categories.to_pylist()
    return pd.Categorical.from_codes(codes, dtype=_dtype(tuple(names)), validate=False)


def cached_by_texts(function: Callable[[tuple[str, ...]], R]) -> Callable[[tuple[str, ...]], R]:
    """The same function, which keeps its latest answers for few texts: chunk after chunk has the same ones."""
    kept = lru_cache(maxsize=64)(function)
    return lambda texts: (kept if len(texts) <= _FEW_TEXTS else function)(texts)


_FEW_TEXTS = 1000


@cached_by_texts
def _dtype(names: tuple[str, ...]) -> pd.CategoricalDtype:
    """A dtype, for which pandas looks whether its categories differ."""
    return pd.CategoricalDtype(pd.Index(names, dtype=object))


def codes_of(column: pd.Series) -> tuple[np.ndarray, pd.Index]:
    """A category column's codes (integers, -1 for null) and categories, without the Series that ``.cat`` makes."""
    values = cast(pd.Categorical, column.array)
    return values.codes, values.categories


def bits(flags: np.ndarray) -> pa.Buffer:
    """Flags (bool) as Arrow holds them, one bit each."""
    return pa.py_buffer(np.packbits(flags, bitorder="little"))


def contiguous(array: pa.Array | pa.ChunkedArray) -> pa.Array:
    """One array of a chunked one; no copy when it has one chunk."""
    if not isinstance(array, pa.ChunkedArray):
        return array
    return array.chunk(0) if array.num_chunks == 1 else array.combine_chunks()


def values_and_validity(array: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """What stands in an array of numbers or moments, and where it is no null (bool; empty where nothing is)."""
    return _values(array), _valid(array) if array.null_count else np.zeros(0, bool)


def _schema_of(frame: pd.DataFrame) -> pa.Schema:
    return pa.schema(
        [
            pa.field(str(name), _type_of(dtype), nullable=not (isinstance(dtype, np.dtype) and dtype.kind in "iub"))
            for name, dtype in frame.dtypes.items()
        ]
    )


def _type_of(dtype: Any) -> pa.DataType:  # noqa: ANN401  NumPy's, pandas' or Arrow's
    if isinstance(dtype, pd.ArrowDtype):
        return dtype.pyarrow_dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return pa.string()
    if isinstance(dtype, pd.api.extensions.ExtensionDtype) and hasattr(dtype, "numpy_dtype"):
        return pa.from_numpy_dtype(dtype.numpy_dtype)
    return pa.string() if dtype.kind == "O" else pa.from_numpy_dtype(dtype)


def _is_plain(kind: pa.DataType) -> bool:
    """Whether NumPy holds the values of a type as Arrow does, or, flags, as bytes."""
    return any(
        holds(kind) for holds in (pa.types.is_integer, pa.types.is_floating, pa.types.is_boolean, pa.types.is_timestamp)
    )


def _numpy_dtype(column: pd.Series) -> np.dtype | None:
    """What the column's values are to NumPy, nulls aside; ``None`` for text, categories and what Arrow holds."""
    dtype = column.dtype
    if isinstance(dtype, np.dtype):
        return dtype
    return None if isinstance(dtype, pd.ArrowDtype) else getattr(dtype, "numpy_dtype", None)


def _fixed_width(column: pd.Series, kind: pa.DataType) -> pa.Array:
    """What ``pa.array`` makes of values that have the type already; NumPy finds and packs nulls ten times faster."""
    plain = isinstance(column.dtype, np.dtype)
    values = np.ascontiguousarray(column.to_numpy() if plain else column.to_numpy(kind.to_pandas_dtype(), na_value=0))
    body = bits(values) if pa.types.is_boolean(kind) else pa.py_buffer(values)
    null = pd.isna(values if plain else column.array)
    return pa.Array.from_buffers(kind, len(column), [bits(~null) if null.any() else None, body])


def _column(array: pa.Array, one: pa.Field) -> Any:  # noqa: ANN401  NumPy's or pandas' array
    if pa.types.is_dictionary(one.type):
        codes = array.indices.fill_null(-1) if array.null_count else array.indices
        return categorical(codes.to_numpy(), array.dictionary)
    if pa.types.is_string(one.type):
        return pd.arrays.ArrowExtensionArray(array)
    if pa.types.is_integer(one.type) and one.nullable:
        return pd.arrays.IntegerArray(_values(array), ~_valid(array))
    if array.null_count and (pa.types.is_floating(one.type) or pa.types.is_timestamp(one.type)):
        values = _values(array) if array.buffers()[1].is_mutable else _values(array).copy()
        values[~_valid(array)] = np.datetime64("NaT") if pa.types.is_timestamp(one.type) else np.nan
        return values
    if pa.types.is_boolean(one.type) and not array.null_count:
        return _flags(array, array.buffers()[1])
    return array.to_numpy(zero_copy_only=pa.types.is_integer(one.type))


def _values(array: pa.Array) -> np.ndarray:
    """What stands in an array of fixed width, at its nulls too; no copy, and writable where Arrow's buffer is."""
    _, values = array.buffers()
    return np.frombuffer(values, array.type.to_pandas_dtype())[array.offset : array.offset + len(array)]


def _valid(array: pa.Array) -> np.ndarray:
    """Which values are no nulls; bool. NumPy unpacks bits ten times faster than Arrow."""
    valid, _ = array.buffers()
    return np.ones(len(array), bool) if valid is None else _flags(array, valid)


def _flags(array: pa.Array, packed: pa.Buffer) -> np.ndarray:
    """One of an array's buffers of single bits as bool."""
    stop = array.offset + len(array)
    return np.unpackbits(np.frombuffer(packed, np.uint8), count=stop, bitorder="little")[array.offset :].view(bool)
