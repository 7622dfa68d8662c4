"""Other types that a column could be held in, and what becomes of every value on the way there and back."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from customer_analytics.core.arrow.frames import TEXT, categorical, contiguous, to_frame, to_table

_INTEGER = r"^-?[0-9]{1,18}$"
_DECIMAL = r"^-?[0-9]{1,15}(?:\.[0-9]{1,15})?$"
_MOMENT = "%Y-%m-%d %H:%M:%S"
_SIGNED = (pa.int32(), pa.int16(), pa.int8())
_UNSIGNED = (pa.uint32(), pa.uint16(), pa.uint8())


class Conversion(NamedTuple):
    """A column in another type.

    Args:
        dtype: The type's name.
        held: The column in it.
        back: The column in the type it came from, converted back.
    """

    dtype: str
    held: pd.Series
    back: pa.Array


def values_of(column: pd.Series) -> pa.Array:
    """The column's values in Arrow: text of categories as text, NaN as null."""
    return contiguous(to_table(column.to_frame("values")).column("values"))


def by_objects(column: pd.Series) -> Conversion:
    """The column's own type, by way of the Python objects that plain pandas would hold."""
    values = values_of(column)
    objects = column.astype(object).where(column.notna(), None)
    return Conversion(str(column.dtype), column, pa.array(objects.to_numpy(), values.type, from_pandas=True))


def convert(column: pd.Series, decimals: int) -> Iterator[Conversion]:
    """The column in every other type worth a look, from wide to narrow.

    Args:
        column: Of one of the dtypes that ``core.frames`` describes.
        decimals: Digits of the minor unit, for amounts (float64).
    """
    values = values_of(column)
    if isinstance(column.dtype, pd.CategoricalDtype):
        yield Conversion(str(TEXT), _arrow(values), values)
    elif pa.types.is_string(values.type):
        yield _as_category(values)
        yield from _read_text(values)
    elif pa.types.is_integer(values.type):
        yield from _narrower(column, values)
    elif pa.types.is_floating(values.type):
        yield from (_as_float32(values), _as_minor_units(values, 10**decimals))
    elif pa.types.is_timestamp(values.type):
        yield from _coarser(values)
    else:  # boolean
        yield Conversion(str(pd.ArrowDtype(pa.bool_())), _arrow(values), values)


def find_changed(values: pa.Array, back: pa.Array) -> np.ndarray:
    """Which values do not come back (bool): floats are compared by their bits, and null equals null alone."""
    one, other = (_comparable(array) for array in (values, back))
    same = pc.fill_null(pc.equal(one, other), fill_value=False)
    neither = pc.and_(pc.is_null(one), pc.is_null(other))
    return ~pc.or_(same, neither).to_numpy(zero_copy_only=False)


def _comparable(array: pa.Array) -> pa.Array:
    return array.view(pa.int64()) if pa.types.is_floating(array.type) else array


def _arrow(array: pa.Array) -> pd.Series:
    return pd.Series(pd.arrays.ArrowExtensionArray(array))


def _as_category(values: pa.Array) -> Conversion:
    coded = values.dictionary_encode()
    held = pd.Series(categorical(coded.indices.fill_null(-1).to_numpy(), coded.dictionary))
    return Conversion("category", held, values_of(held).cast(values.type))


def _read_text(values: pa.Array) -> Iterator[Conversion]:
    """Text as numbers and times; a type that not even half of the values survive is no candidate."""
    known = len(values) - values.null_count
    for read in (_as_integers, _as_decimals, _as_moments):
        one = read(values)
        if known and 2 * (len(values) - int(find_changed(values, one.back).sum()) - values.null_count) >= known:
            yield one


def _as_integers(values: pa.Array) -> Conversion:
    numbers = _where(values, _INTEGER).cast(pa.int64())
    return _in_frame(numbers, pa.field("Int64", pa.int64()), numbers.cast(pa.string()))


def _as_decimals(values: pa.Array) -> Conversion:
    numbers = _where(values, _DECIMAL).cast(pa.float64())
    return _in_frame(numbers, pa.field("float64", pa.float64()), numbers.cast(pa.string()))


def _as_moments(values: pa.Array) -> Conversion:
    moments = pc.strptime(values, format=_MOMENT, unit="s", error_is_null=True)
    return _in_frame(moments, pa.field("datetime64[s]", moments.type), pc.strftime(moments, format=_MOMENT))


def _where(values: pa.Array, pattern: str) -> pa.Array:
    return pc.if_else(pc.match_substring_regex(values, pattern), values, pa.scalar(None, values.type))


def _narrower(column: pd.Series, values: pa.Array) -> Iterator[Conversion]:
    """Narrower integers, down to the first that loses a value."""
    kinds = _SIGNED if pa.types.is_signed_integer(values.type) else _UNSIGNED
    masked = not isinstance(column.dtype, np.dtype)
    for kind in kinds:
        if kind.bit_width >= values.type.bit_width:
            continue
        narrow = values.cast(kind, safe=False)
        name = str(kind).replace("i", "I").replace("u", "U") if masked else str(kind)
        one = _in_frame(narrow, pa.field(name, kind, nullable=masked), narrow.cast(values.type))
        yield one
        if find_changed(values, one.back).any():
            return


def _as_float32(values: pa.Array) -> Conversion:
    single = values.cast(pa.float32(), safe=False)
    return _in_frame(single, pa.field("float32", pa.float32()), single.cast(pa.float64()))


def _as_minor_units(values: pa.Array, scale: int) -> Conversion:
    with np.errstate(over="ignore"):
        units = np.rint(values.fill_null(0).to_numpy() * scale)
    whole = np.where(np.abs(units) <= np.iinfo(np.int32).max, units, 0).astype(np.int32)
    missing = values.is_null().to_numpy(zero_copy_only=False)
    back = pa.array(whole / scale, mask=missing)
    return _in_frame(pa.array(whole, mask=missing), pa.field("Int32 of minor units", pa.int32()), back)


def _coarser(values: pa.Array) -> Iterator[Conversion]:
    seconds = values.cast(pa.timestamp("s"), safe=False)
    yield _in_frame(seconds, pa.field("datetime64[s]", seconds.type), seconds.cast(values.type))
    days = values.cast(pa.date32(), safe=False)
    yield Conversion(str(pd.ArrowDtype(days.type)), _arrow(days), days.cast(values.type))


def _in_frame(array: pa.Array, field: pa.Field, back: pa.Array) -> Conversion:
    """The array as a frame's column; the field's name is the dtype's."""
    table = pa.Table.from_arrays([array], schema=pa.schema([field]))
    return Conversion(field.name, to_frame(table)[field.name], back)
