"""Summaries of tables for the log: rows, nulls, distinct values, least, mean, greatest, memory."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from customer_analytics.core.charts.style import shortened, visible
from customer_analytics.core.frames import contiguous

COUNTED = 10_000
"""Distinct values are counted up to here; more are only said to be more."""

_WIDTH = 24
_LARGE = 1000


@dataclass(slots=True)
class ColumnDescription:
    """One column: nulls, distinct values (``None`` where they are too many), least, greatest and sum of its values."""

    nulls: int = 0
    distinct: frozenset[Any] | None = frozenset()
    least: Any = None
    most: Any = None
    total: float | None = None

    def add(self, column: pa.Array) -> None:
        """Take a further piece in; its distinct values are looked at only while they are few."""
        self.nulls += column.null_count
        texts = column.dictionary if pa.types.is_dictionary(column.type) else column
        ends = [] if pa.types.is_string(column.type) else _ends(texts)
        if self.distinct is not None:
            values = pa.array(ends) if pa.types.is_boolean(column.type) else _distinct(texts, ends)
            self.distinct = _united(self.distinct, values.drop_null())
        if pa.types.is_integer(column.type) or pa.types.is_floating(column.type):
            self.total = (self.total or 0.0) + float(pc.sum(column).as_py() or 0.0)
        if not pa.types.is_boolean(column.type):
            known = [one for one in (self.least, self.most, *ends) if one is not None]
            self.least, self.most = min(known, default=None), max(known, default=None)


def _ends(values: pa.Array) -> list[Any]:
    """The least and the greatest value; ``None`` for no value."""
    if pa.types.is_floating(values.type) and values.null_count < len(values):
        known = values.drop_null().to_numpy()  # NumPy finds the ends of floats ten times faster than Arrow
        return [known.min().item(), known.max().item()]
    ends = pc.min_max(values)
    return [ends["min"].as_py(), ends["max"].as_py()]


def _distinct(values: pa.Array, ends: list[Any]) -> pa.Array:
    if not pa.types.is_int16(values.type) or values.null_count == len(values):
        return pc.unique(values)
    known = values.fill_null(ends[0])
    counts = np.bincount(known.to_numpy().view(np.uint16))  # a third of the time of a hash table
    return pa.array(np.flatnonzero(counts).astype(np.uint16).view(np.int16))


def _united(seen: frozenset[Any], values: pa.Array) -> frozenset[Any] | None:
    if len(values) > COUNTED:
        return None
    union = seen.union(values.to_pylist())
    return union if len(union) <= COUNTED else None


@dataclass(slots=True)
class TableDescription:
    """A table described piece by piece; text of many values has no least and greatest."""

    columns: dict[str, ColumnDescription]
    rows: int = 0
    footprint_bytes: int = 0

    @classmethod
    def start(cls, schema: pa.Schema) -> "TableDescription":
        """The description of no rows; distinct values will be counted where they are few by nature."""
        return cls({one.name: ColumnDescription(distinct=frozenset() if _is_few(one.type) else None) for one in schema})

    def add(self, table: pa.Table) -> None:
        """Take a further piece in."""
        self.rows += table.num_rows
        self.footprint_bytes += table.nbytes
        for name, column in self.columns.items():
            for piece in table.column(name).chunks:
                column.add(piece)

    def __str__(self) -> str:
        lines = [f"{self.rows:,} rows, {self.footprint_bytes / 2**20:,.1f} MB in memory"]
        lines += [f"  {name:<18} {self._line(one)}" for name, one in self.columns.items()]
        return "\n".join(lines)

    def _line(self, one: ColumnDescription) -> str:
        distinct = "many" if one.distinct is None else f"{len(one.distinct):,}"
        known = self.rows - one.nulls
        shown = [f"nulls {one.nulls:,}", f"distinct {distinct}", f"min {_short(one.least)}", f"max {_short(one.most)}"]
        if one.total is not None and known:
            mean = one.total / known
            shown.insert(3, f"mean {mean:,.0f}" if abs(mean) >= _LARGE else f"mean {mean:.4g}")
        return "  ".join(shown)


def _is_few(kind: pa.DataType) -> bool:
    return pa.types.is_dictionary(kind) or pa.types.is_boolean(kind) or pa.types.is_int16(kind)


def describe_frame(frame: pd.DataFrame) -> str:
    """The summary of a small frame of any dtypes; of what Arrow cannot hold or compare it tells the nulls alone."""
    columns = {str(name): _describe(frame.iloc[:, place]) for place, name in enumerate(frame.columns)}
    return str(TableDescription(columns, len(frame), int(frame.memory_usage(index=False, deep=True).sum())))


def _describe(column: pd.Series) -> ColumnDescription:
    description = ColumnDescription()
    try:
        description.add(contiguous(pa.array(column, from_pandas=True)))
    except pa.ArrowException:
        return ColumnDescription(int(column.isna().sum()), distinct=None)
    return description


def _short(value: object) -> str:
    """A value in a column's width; what a terminal would act on is shown as a sign."""
    if isinstance(value, float):
        return f"{value:,.10g}"
    return "-" if value is None else shortened(visible(str(value)), _WIDTH)
