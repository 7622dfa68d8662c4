"""Conversions between pandas frames and Arrow tables; they do not copy where the types allow it.

The frames of this project use ``string[pyarrow]`` (:data:`TEXT`) for text, ``category`` for text with few distinct
values, pandas' masked types for nullable integers, ``datetime64[us]`` for timestamps, and float64 with NaN for nullable
floats. The index of a chunk is the row number in the whole table.
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

_MOST_CACHED_TEXTS = 1000


def to_table(frame: pd.DataFrame, schema: pa.Schema | None = None) -> pa.Table:
    """Convert the columns of a frame, but not its index, to an Arrow table; NaN becomes null.

    Args:
        frame: Columns with the dtypes that :mod:`~customer_analytics.core.arrow.frames` lists, or plain NumPy dtypes.
        schema: Names and types of the wanted columns. If ``None``, all columns are converted, and columns of NumPy
            integers or bools are not nullable.
    """
    wanted = _schema_of(frame) if schema is None else schema
    return pa.Table.from_arrays([arrow_array(frame[field.name], field.type) for field in wanted], schema=wanted)


def to_frame(table: pa.Table, start: int = 0) -> pd.DataFrame:
    """Convert an Arrow table to a frame; an integer column that is not nullable becomes a NumPy column.

    Args:
        table: The table to convert. Do not use it later: the frame shares its memory, and nulls may become NaN or NaT.
        start: The first row number in the frame's index.

    Raises:
        pa.ArrowInvalid: An integer column has nulls although the schema says that it is not nullable.
    """
    fields_and_columns = zip(table.schema, table.columns, strict=True)
    columns = {field.name: _pandas_array(contiguous(column), field) for field, column in fields_and_columns}
    return pd.DataFrame(columns, index=pd.RangeIndex(start, start + table.num_rows), copy=False)


def arrow_array(column: pd.Series, arrow_type: pa.DataType) -> pa.Array:
    """Convert a column to one contiguous Arrow array; NaN becomes null."""
    if isinstance(column.dtype, pd.CategoricalDtype) and not pa.types.is_dictionary(arrow_type):
        codes, categories = codes_of(column)
        return pa.array(categories, arrow_type).take(pa.array(codes, mask=codes < 0))
    if _is_fixed_width(arrow_type) and _numpy_dtype(column) == arrow_type.to_pandas_dtype():
        return _from_numpy(column, arrow_type)
    return contiguous(pa.array(column, type=arrow_type, from_pandas=True))


def text_array(column: pd.Series) -> pa.StringArray:
    """Convert a text column to one contiguous Arrow array."""
    return arrow_array(column, pa.string())


def categorical(codes: np.ndarray, categories: pa.Array | list[str]) -> pd.Categorical:
    """Build a categorical column from its codes (integers, -1 for null) and its distinct categories."""
    names = categories if isinstance(categories, list) else categories.to_pylist()
    return pd.Categorical.from_codes(codes, dtype=_categorical_dtype(tuple(names)), validate=False)


def cached_by_texts(function: Callable[[tuple[str, ...]], R]) -> Callable[[tuple[str, ...]], R]:
    """Cache the results of a function that takes a tuple of texts, because most chunks have the same categories."""
    cached = lru_cache(maxsize=64)(function)
    return lambda texts: (cached if len(texts) <= _MOST_CACHED_TEXTS else function)(texts)


@cached_by_texts
def _categorical_dtype(names: tuple[str, ...]) -> pd.CategoricalDtype:
    """Return the dtype with the categories ``names``; cached, because pandas' check for duplicates is slow."""
    return pd.CategoricalDtype(pd.Index(names, dtype=object))


def codes_of(column: pd.Series) -> tuple[np.ndarray, pd.Index]:
    """Return the codes (integers, -1 for null) and the categories of a categorical column."""
    values = cast(pd.Categorical, column.array)
    return values.codes, values.categories


def validity_bitmap(is_valid: np.ndarray) -> pa.Buffer:
    """Pack bools into an Arrow validity bitmap: a bit is 1 where ``is_valid`` is true."""
    return pa.py_buffer(np.packbits(is_valid, bitorder="little"))


def dictionary_codes(array: pa.DictionaryArray) -> np.ndarray:
    """Return the codes of a dictionary-encoded array: integers, -1 for null."""
    return (array.indices.fill_null(-1) if array.null_count else array.indices).to_numpy()


def contiguous(array: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Convert a chunked array to one array; no copy if it has one chunk."""
    if not isinstance(array, pa.ChunkedArray):
        return array
    return array.chunk(0) if array.num_chunks == 1 else array.combine_chunks()


def values_and_validity(array: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """Return the values (numbers or timestamps), and whether each is valid (bool; empty array if there is no null)."""
    return _values(array), _is_valid(array) if array.null_count else np.zeros(0, bool)


def _schema_of(frame: pd.DataFrame) -> pa.Schema:
    return pa.schema(
        [
            pa.field(str(name), _arrow_type(dtype), nullable=not (isinstance(dtype, np.dtype) and dtype.kind in "iub"))
            for name, dtype in frame.dtypes.items()
        ]
    )


def _arrow_type(dtype: Any) -> pa.DataType:  # noqa: ANN401  NumPy's, pandas' or Arrow's
    if isinstance(dtype, pd.ArrowDtype):
        return dtype.pyarrow_dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return pa.string()
    if isinstance(dtype, pd.api.extensions.ExtensionDtype) and hasattr(dtype, "numpy_dtype"):
        return pa.from_numpy_dtype(dtype.numpy_dtype)
    return pa.string() if dtype.kind == "O" else pa.from_numpy_dtype(dtype)


def _is_fixed_width(arrow_type: pa.DataType) -> bool:
    checks = (pa.types.is_integer, pa.types.is_floating, pa.types.is_boolean, pa.types.is_timestamp)
    return any(check(arrow_type) for check in checks)


def _numpy_dtype(column: pd.Series) -> np.dtype | None:
    """Return the NumPy dtype of the values; ``None`` for text, categories and columns backed by Arrow."""
    dtype = column.dtype
    if isinstance(dtype, np.dtype):
        return dtype
    return None if isinstance(dtype, pd.ArrowDtype) else getattr(dtype, "numpy_dtype", None)


def _from_numpy(column: pd.Series, arrow_type: pa.DataType) -> pa.Array:
    """Convert a NumPy or masked column to an array of the equal ``arrow_type``; far faster than ``pa.array``."""
    is_numpy = isinstance(column.dtype, np.dtype)
    filled = column.to_numpy() if is_numpy else column.to_numpy(arrow_type.to_pandas_dtype(), na_value=0)
    values = np.ascontiguousarray(filled)
    body = validity_bitmap(values) if pa.types.is_boolean(arrow_type) else pa.py_buffer(values)
    is_null = pd.isna(values if is_numpy else column.array)
    validity = validity_bitmap(~is_null) if is_null.any() else None
    return pa.Array.from_buffers(arrow_type, len(column), [validity, body])


def _pandas_array(array: pa.Array, field: pa.Field) -> Any:  # noqa: ANN401  NumPy's or pandas' array
    if pa.types.is_dictionary(field.type):
        return categorical(dictionary_codes(array), array.dictionary)
    if pa.types.is_string(field.type):
        return pd.arrays.ArrowExtensionArray(array)
    if pa.types.is_integer(field.type) and field.nullable:
        return pd.arrays.IntegerArray(_values(array), ~_is_valid(array))
    if array.null_count and (pa.types.is_floating(field.type) or pa.types.is_timestamp(field.type)):
        values = _values(array) if array.buffers()[1].is_mutable else _values(array).copy()
        values[~_is_valid(array)] = np.datetime64("NaT") if pa.types.is_timestamp(field.type) else np.nan
        return values
    if pa.types.is_boolean(field.type) and not array.null_count:
        return _unpack_bits(array, array.buffers()[1])
    return array.to_numpy(zero_copy_only=pa.types.is_integer(field.type))


def _values(array: pa.Array) -> np.ndarray:
    """Return a NumPy view of the values; nulls are arbitrary numbers. It is writable if Arrow's buffer is writable."""
    _, body = array.buffers()
    return np.frombuffer(body, array.type.to_pandas_dtype())[array.offset : array.offset + len(array)]


def _is_valid(array: pa.Array) -> np.ndarray:
    validity, _ = array.buffers()
    return np.ones(len(array), bool) if validity is None else _unpack_bits(array, validity)


def _unpack_bits(array: pa.Array, bitmap: pa.Buffer) -> np.ndarray:
    """Return one bool per row of ``array``, read from ``bitmap``; NumPy does this far faster than Arrow."""
    stop = array.offset + len(array)
    return np.unpackbits(np.frombuffer(bitmap, np.uint8), count=stop, bitorder="little")[array.offset :].view(bool)
