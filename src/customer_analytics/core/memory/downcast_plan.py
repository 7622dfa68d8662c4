"""The downcast plan: every way to hold a column, what it costs, and whether each of its values survives."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

import numpy as np
import pandas as pd
import pyarrow as pa

from customer_analytics.core.contract.columns import REASONS, Column
from customer_analytics.core.contract.schemas import AMOUNT_ROUNDED, FAULTS, SOURCE_ROW
from customer_analytics.core.memory.conversions import Conversion, by_objects, convert, find_changed, values_of
from customer_analytics.core.memory.footprint import Footprint, Misreading, find_misreadings, read_plainly


class DowncastVerdict(StrEnum):
    """What became of a way to hold a column."""

    PLAIN = "plain"
    ADOPTED = "adopted"
    POSSIBLE = "possible"
    QUARANTINED = "refused"


@dataclass(frozen=True, slots=True)
class StorageOption:
    """One way to hold one column.

    Args:
        column: Its name.
        dtype: What it is held in.
        verdict: ``plain`` as plain pandas reads it, ``adopted`` as the project holds it, ``possible`` where it is
            smaller and every value survives but the project holds it wider, ``refused`` else.
        deep_bytes: By ``memory_usage(deep=True)``, index left out.
        changed: Values that do not come back, or that plain pandas misreads.
        reason: Why, in words.
    """

    column: str
    dtype: str
    verdict: DowncastVerdict
    deep_bytes: int
    changed: int
    reason: str


@dataclass(frozen=True, slots=True)
class TableMemory:
    """A chunk of one table.

    Args:
        name: The table's name.
        plain: As ``pd.read_csv`` holds its columns.
        held: As the project does.
        beside_bytes: Deep bytes of what the chunk holds besides these columns.
        holdings: Every way to hold each of these columns: plain, adopted, then the others.
    """

    name: str
    plain: Footprint
    held: Footprint
    beside_bytes: int
    holdings: tuple[StorageOption, ...]

    @property
    def smallest_total(self) -> int:
        """Deep bytes with every column in the smallest type that all its values survive."""
        lossless = (DowncastVerdict.ADOPTED, DowncastVerdict.POSSIBLE)
        sizes = {
            name: [one.deep_bytes for one in self.holdings if one.column == name and one.verdict in lossless]
            for name in self.held.deep_bytes
        }
        return sum(min(one, default=0) for one in sizes.values())


def measure_table(name: str, chunk: pd.DataFrame, columns: tuple[str, ...], decimals: int) -> TableMemory:
    """What a chunk costs and could cost.

    Args:
        name: The table's name.
        chunk: Columns of the dtypes that ``core.frames`` describes; zero rows are fine.
        columns: Those that plain pandas would read.
        decimals: Digits of the minor unit.
    """
    wanted = chunk[list(columns)]
    held = Footprint.of(wanted)
    plain = read_plainly(wanted)
    read = Footprint.of(plain)
    misread = find_misreadings(wanted, plain)
    rest = chunk[[one for one in chunk.columns if one not in columns]]
    holdings = [
        one
        for column in columns
        for one in (_plain(column, read, misread[column]), *plan_column(wanted[column], decimals))
    ]
    return TableMemory(name, read, held, Footprint.of(rest).total, tuple(holdings))


def plan_column(column: pd.Series, decimals: int) -> Iterator[StorageOption]:
    """The column as it is held, then every other type worth a look."""
    own_bytes = _bytes(column)  # first of all: Python's texts grow when Arrow asks for their UTF-8
    values = values_of(column)
    own = by_objects(column)
    lost = find_changed(values, own.back)
    kept = f"all {len(values):,} values come back from Python objects" if not lost.any() else _lost(values, own, lost)
    yield StorageOption(str(column.name), own.dtype, DowncastVerdict.ADOPTED, own_bytes, int(lost.sum()), kept)
    for one in convert(column, decimals):
        yield _judge(str(column.name), values, one, own_bytes)


def _plain(column: str, read: Footprint, misread: Misreading) -> StorageOption:
    reason = "as pd.read_csv holds it"
    if misread.missing:
        reason += f"; it takes {misread.missing:,} values for missing, such as '{_short(misread.example)}'"
    if misread.altered:
        reason += f"; it reads {misread.altered:,} numbers differently"
    changed = misread.missing + misread.altered
    return StorageOption(column, read.dtypes[column], DowncastVerdict.PLAIN, read.deep_bytes[column], changed, reason)


def _judge(column: str, values: pa.Array, tried: Conversion, own_bytes: int) -> StorageOption:
    lost = find_changed(values, tried.back)
    size = _bytes(tried.held)
    if lost.any():
        verdict, reason = DowncastVerdict.QUARANTINED, _lost(values, tried, lost)
    elif tried.dtype == "float32":
        verdict, reason = DowncastVerdict.QUARANTINED, "money is never float32, even where a chunk would survive it"
    elif size >= own_bytes:
        verdict, reason = DowncastVerdict.QUARANTINED, f"saves nothing: {size:,} bytes against {own_bytes:,}"
    else:
        verdict, reason = DowncastVerdict.POSSIBLE, _WIDER.get(column, _LATER)
    return StorageOption(column, tried.dtype, verdict, size, int(lost.sum()), reason)


_LATER = "every value of this chunk survives, but all chunks have one type and a later one may need the wider"
_WIDER: Mapping[str, str] = MappingProxyType(
    {
        Column.CUSTOMER_ID: "every value of this chunk survives, but the contract allows 18 digits",
        Column.PURCHASE_AMOUNT: "every value of this chunk survives, but the contract sets no upper bound",
        Column.CUSTOMER_AGE: "every value of this chunk survives, but a refused age is kept up to 32,767",
        SOURCE_ROW: "every value of this chunk survives, but a file may have more rows",
        FAULTS: f"every value of this chunk survives, but there are {len(REASONS)} reasons of a bit each",
        AMOUNT_ROUNDED: "every value survives, but NumPy computes with bytes",
    }
)
"""Why the project holds a column wider than a chunk needs."""


def _lost(values: pa.Array, tried: Conversion, lost: np.ndarray) -> str:
    first = int(np.flatnonzero(lost)[0])
    came, went = (_short(array[first].as_py()) for array in (values, tried.back))
    return f"{int(lost.sum()):,} of {len(values):,} values do not come back: {came} becomes {went}"


def _bytes(column: pd.Series) -> int:
    return int(column.memory_usage(index=False, deep=True))


def _short(value: object) -> str:
    text = "null" if value is None else str(value)
    return text if len(text) <= 40 else f"{text[:39]}…"  # noqa: PLR2004  the width of an example
