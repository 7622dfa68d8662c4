"""Convert a column to other data types and back, to find the values that a type changes."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from customer_analytics.core.arrow.frames import TEXT, categorical, contiguous, to_frame, to_table

_INTEGER = r"^-?[0-9]{1,18}$"
_DECIMAL = r"^-?[0-9]{1,15}(?:\.[0-9]{1,15})?$"
_TIMESTAMP = "%Y-%m-%d %H:%M:%S"
_SIGNED_TYPES = (pa.int32(), pa.int16(), pa.int8())
_UNSIGNED_TYPES = (pa.uint32(), pa.uint16(), pa.uint8())


class Conversion(NamedTuple):
    """A column converted to another data type.

    Args:
        dtype: Name of the data type.
        converted: The column in this type.
        restored: The converted column, converted back to the original type.
    """

    dtype: str
    converted: pd.Series
    restored: pa.Array


def to_values(column: pd.Series) -> pa.Array:
    """Return the column's values as an Arrow array: categories as text, NaN as null."""
    return contiguous(to_table(column.to_frame("values")).column("values"))


def convert_by_objects(column: pd.Series) -> Conversion:
    """Convert the column to Python objects, as in an ``object`` column of pandas, and back to its own type."""
    values = to_values(column)
    objects = column.astype(object).where(column.notna(), None)
    return Conversion(str(column.dtype), column, pa.array(objects.to_numpy(), values.type, from_pandas=True))


def convert(column: pd.Series, decimals: int) -> Iterator[Conversion]:
    """Yield one conversion of the column for each type that could need less memory, from wide to narrow types.

    Args:
        column: Column with one of the dtypes that ``core.arrow.frames`` describes.
        decimals: Decimal places of an amount, 2 for cents; only float64 columns need it.
    """
    values = to_values(column)
    if isinstance(column.dtype, pd.CategoricalDtype):
        yield Conversion(str(TEXT), _to_arrow_column(values), values)
    elif pa.types.is_string(values.type):
        yield _to_category(values)
        yield from _parse_text(values)
    elif pa.types.is_integer(values.type):
        yield from _to_narrower_integers(column, values)
    elif pa.types.is_floating(values.type):
        yield from (_to_float32(values), _to_minor_units(values, 10**decimals))
    elif pa.types.is_timestamp(values.type):
        yield from _to_coarser_timestamps(values)
    else:  # boolean
        yield Conversion(str(pd.ArrowDtype(pa.bool_())), _to_arrow_column(values), values)


def find_changed(values: pa.Array, restored: pa.Array) -> np.ndarray:
    """Return one bool per row: whether the values differ. Floats are compared bit by bit; null equals only null."""
    before, after = _to_bits(values), _to_bits(restored)
    is_equal = pc.fill_null(pc.equal(before, after), fill_value=False)
    are_null = pc.and_(pc.is_null(before), pc.is_null(after))
    return ~pc.or_(is_equal, are_null).to_numpy(zero_copy_only=False)


def _to_bits(array: pa.Array) -> pa.Array:
    return array.view(pa.int64()) if pa.types.is_floating(array.type) else array


def _to_arrow_column(array: pa.Array) -> pd.Series:
    return pd.Series(pd.arrays.ArrowExtensionArray(array))


def _to_category(values: pa.Array) -> Conversion:
    encoded = values.dictionary_encode()
    column = pd.Series(categorical(encoded.indices.fill_null(-1).to_numpy(), encoded.dictionary))
    return Conversion("category", column, to_values(column).cast(values.type))


def _parse_text(values: pa.Array) -> Iterator[Conversion]:
    """Convert texts to integers, decimals and timestamps; yield each conversion that changes at most half of them."""
    known_count = len(values) - values.null_count
    for to_type in (_to_integers, _to_decimals, _to_timestamps):
        conversion = to_type(values)
        restored_count = known_count - int(find_changed(values, conversion.restored).sum())
        if known_count and 2 * restored_count >= known_count:
            yield conversion


def _to_integers(values: pa.Array) -> Conversion:
    numbers = _null_unless_match(values, _INTEGER).cast(pa.int64())
    return _to_conversion(numbers, pa.field("Int64", pa.int64()), numbers.cast(pa.string()))


def _to_decimals(values: pa.Array) -> Conversion:
    numbers = _null_unless_match(values, _DECIMAL).cast(pa.float64())
    return _to_conversion(numbers, pa.field("float64", pa.float64()), numbers.cast(pa.string()))


def _to_timestamps(values: pa.Array) -> Conversion:
    timestamps = pc.strptime(values, format=_TIMESTAMP, unit="s", error_is_null=True)
    texts = pc.strftime(timestamps, format=_TIMESTAMP)
    return _to_conversion(timestamps, pa.field("datetime64[s]", timestamps.type), texts)


def _null_unless_match(values: pa.Array, pattern: str) -> pa.Array:
    return pc.if_else(pc.match_substring_regex(values, pattern), values, pa.scalar(None, values.type))


def _to_narrower_integers(column: pd.Series, values: pa.Array) -> Iterator[Conversion]:
    """Yield conversions to ever narrower integer types; the first one that changes a value is the last one yielded."""
    narrow_types = _SIGNED_TYPES if pa.types.is_signed_integer(values.type) else _UNSIGNED_TYPES
    is_nullable = not isinstance(column.dtype, np.dtype)
    for narrow_type in narrow_types:
        if narrow_type.bit_width >= values.type.bit_width:
            continue
        numbers = values.cast(narrow_type, safe=False)
        numpy_name = str(narrow_type)
        name = numpy_name.replace("i", "I").replace("u", "U") if is_nullable else numpy_name
        field = pa.field(name, narrow_type, nullable=is_nullable)
        conversion = _to_conversion(numbers, field, numbers.cast(values.type))
        yield conversion
        if find_changed(values, conversion.restored).any():
            return


def _to_float32(values: pa.Array) -> Conversion:
    numbers = values.cast(pa.float32(), safe=False)
    return _to_conversion(numbers, pa.field("float32", pa.float32()), numbers.cast(pa.float64()))


def _to_minor_units(values: pa.Array, scale: int) -> Conversion:
    with np.errstate(over="ignore"):
        rounded = np.rint(values.fill_null(0).to_numpy() * scale)
    units = np.where(np.abs(rounded) <= np.iinfo(np.int32).max, rounded, 0).astype(np.int32)
    is_null = values.is_null().to_numpy(zero_copy_only=False)
    restored = pa.array(units / scale, mask=is_null)
    return _to_conversion(pa.array(units, mask=is_null), pa.field("Int32 of minor units", pa.int32()), restored)


def _to_coarser_timestamps(values: pa.Array) -> Iterator[Conversion]:
    seconds = values.cast(pa.timestamp("s"), safe=False)
    yield _to_conversion(seconds, pa.field("datetime64[s]", seconds.type), seconds.cast(values.type))
    days = values.cast(pa.date32(), safe=False)
    yield Conversion(str(pd.ArrowDtype(days.type)), _to_arrow_column(days), days.cast(values.type))


def _to_conversion(array: pa.Array, field: pa.Field, restored: pa.Array) -> Conversion:
    """Make a conversion to the pandas type that ``field`` describes; the name of ``field`` is the name of this type."""
    table = pa.Table.from_arrays([array], schema=pa.schema([field]))
    return Conversion(field.name, to_frame(table)[field.name], restored)
