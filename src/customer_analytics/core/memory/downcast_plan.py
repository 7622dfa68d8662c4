"""Plan smaller data types: measure for each column how much memory a type needs and how many values it changes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

import numpy as np
import pandas as pd
import pyarrow as pa

from customer_analytics.core.contract.columns import REASONS, Column
from customer_analytics.core.contract.schemas import AMOUNT_ROUNDED, FAULTS, SOURCE_ROW
from customer_analytics.core.memory.conversions import Conversion, convert, convert_by_objects, find_changed, to_values
from customer_analytics.core.memory.footprint import Footprint, Misreading, find_misreadings, read_plainly

_EXAMPLE_WIDTH = 40


class DowncastVerdict(StrEnum):
    """The verdict on a data type for a column.

    - ``plain``: the type that ``pd.read_csv`` chooses.
    - ``adopted``: the type that this project uses.
    - ``possible``: a type that needs less memory and changes no value of the chunk.
    - ``rejected``: any other type.
    """

    PLAIN = "plain"
    ADOPTED = "adopted"
    POSSIBLE = "possible"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class StorageOption:
    """One data type that is judged for one column.

    Args:
        column: Name of the column.
        dtype: Name of the data type.
        verdict: The verdict on the type.
        deep_bytes: Bytes of the column in this type by ``memory_usage(deep=True)``, without the index.
        changed: Number of values that the type changes; for verdict ``plain``, number that ``pd.read_csv`` misreads.
        reason: Reason for the verdict, as text.
    """

    column: str
    dtype: str
    verdict: DowncastVerdict
    deep_bytes: int
    changed: int
    reason: str


@dataclass(frozen=True, slots=True)
class TableMemory:
    """Memory of a chunk of one table.

    Args:
        name: Name of the table.
        plain: Memory of the measured columns if ``pd.read_csv`` chooses their types.
        adopted: Memory of the measured columns with the types of this project.
        other_columns_bytes: Bytes of all other columns of the chunk, by ``memory_usage(deep=True)``.
        options: The judged data types of each measured column, in this order: plain, adopted, all others.
    """

    name: str
    plain: Footprint
    adopted: Footprint
    other_columns_bytes: int
    options: tuple[StorageOption, ...]

    @property
    def smallest_total_bytes(self) -> int:
        """Return how many bytes the measured columns need if each column has its smallest type without loss."""
        lossless = (DowncastVerdict.ADOPTED, DowncastVerdict.POSSIBLE)
        options = [option for option in self.options if option.verdict in lossless]
        return sum(
            min(option.deep_bytes for option in options if option.column == column)
            for column in self.adopted.deep_bytes
        )


def measure_table(name: str, chunk: pd.DataFrame, columns: tuple[str, ...], decimals: int) -> TableMemory:
    """Measure how much memory the columns of a chunk need in plain pandas, in this project, and in other data types.

    Args:
        name: Name of the table.
        chunk: A frame with the dtypes that ``core.arrow.frames`` describes; it can have no rows.
        columns: The columns to measure.
        decimals: Decimal places of an amount; 2 for cents.
    """
    measured = chunk[list(columns)]
    adopted_footprint = Footprint.of(measured)
    plain = read_plainly(measured)
    plain_footprint = Footprint.of(plain)
    misreadings = find_misreadings(measured, plain)
    other_columns = chunk[[column for column in chunk.columns if column not in columns]]
    options = [
        option
        for column in columns
        for option in (
            _plain_option(column, plain_footprint, misreadings[column]),
            *plan_column(measured[column], decimals),
        )
    ]
    other_columns_bytes = Footprint.of(other_columns).total_bytes
    return TableMemory(name, plain_footprint, adopted_footprint, other_columns_bytes, tuple(options))


def plan_column(column: pd.Series, decimals: int) -> Iterator[StorageOption]:
    """Judge data types for a column: first the type that this project uses, then the types that could be smaller."""
    # Measure before the conversion to Arrow: the conversion makes Python cache the UTF-8 bytes in each str object.
    adopted_bytes = _count_bytes(column)
    values = to_values(column)
    adopted = convert_by_objects(column)
    is_changed = find_changed(values, adopted.restored)
    reason = f"no change of {len(values):,} values after a conversion to Python objects"
    if is_changed.any():
        reason = _describe_changes(values, adopted, is_changed)
    changed = int(is_changed.sum())
    yield StorageOption(str(column.name), adopted.dtype, DowncastVerdict.ADOPTED, adopted_bytes, changed, reason)
    for conversion in convert(column, decimals):
        yield _judge(str(column.name), values, conversion, adopted_bytes)


def _plain_option(column: str, plain: Footprint, misreading: Misreading) -> StorageOption:
    reason = "the type that pd.read_csv chooses"
    if misreading.missing:
        reason += f"; it reads {misreading.missing:,} values as missing, such as '{_shorten(misreading.example)}'"
    if misreading.altered:
        reason += f"; it reads {misreading.altered:,} numbers incorrectly"
    changed = misreading.missing + misreading.altered
    return StorageOption(column, plain.dtypes[column], DowncastVerdict.PLAIN, plain.deep_bytes[column], changed, reason)


def _judge(column: str, values: pa.Array, conversion: Conversion, adopted_bytes: int) -> StorageOption:
    is_changed = find_changed(values, conversion.restored)
    size = _count_bytes(conversion.converted)
    verdict = DowncastVerdict.REJECTED
    if is_changed.any():
        reason = _describe_changes(values, conversion, is_changed)
    elif conversion.dtype == "float32":
        reason = "money is never float32, even if it changes no value of this chunk"
    elif size >= adopted_bytes:
        reason = f"saves no memory: {size:,} bytes instead of {adopted_bytes:,}"
    else:
        verdict = DowncastVerdict.POSSIBLE
        reason = f"changes no value of this chunk, but {_WIDER_REASONS.get(column, _DEFAULT_WIDER_REASON)}"
    return StorageOption(column, conversion.dtype, verdict, size, int(is_changed.sum()), reason)


_DEFAULT_WIDER_REASON = "all chunks have the same type, and a later one can need the wider type"
_WIDER_REASONS: Mapping[str, str] = MappingProxyType(
    {
        Column.CUSTOMER_ID: "the contract allows 18 digits",
        Column.PURCHASE_AMOUNT: "the contract's amount_max allows larger amounts",
        Column.CUSTOMER_AGE: "the typed table contains ages beyond the contract's range, up to 32,767",
        SOURCE_ROW: "a file can have more rows",
        FAULTS: f"the mask has a bit for each of {len(REASONS)} reasons",
        AMOUNT_ROUNDED: "NumPy needs a byte per value",
    }
)
"""Column → reason why this project uses a wider type than the measured chunk needs."""


def _describe_changes(values: pa.Array, conversion: Conversion, is_changed: np.ndarray) -> str:
    first = int(np.flatnonzero(is_changed)[0])
    before, after = (_shorten(array[first].as_py()) for array in (values, conversion.restored))
    return f"changes {int(is_changed.sum()):,} of {len(values):,} values: {before} becomes {after}"


def _count_bytes(column: pd.Series) -> int:
    return int(column.memory_usage(index=False, deep=True))


def _shorten(value: object) -> str:
    text = "null" if value is None else str(value)
    return text if len(text) <= _EXAMPLE_WIDTH else f"{text[: _EXAMPLE_WIDTH - 1]}…"
