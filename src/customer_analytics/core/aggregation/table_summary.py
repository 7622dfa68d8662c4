"""Summaries of tables for the log: rows, nulls, distinct values, least, mean, greatest, memory."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from customer_analytics.core.arrow.frames import contiguous, values_and_validity
from customer_analytics.core.display import shortened, visible

COUNTED = 10_000
"""Distinct values are counted up to here; more are only said to be more."""

_WIDTH = 24
_LARGE = 1000


@dataclass(frozen=True, slots=True)
class ColumnSummary:
    """One column: nulls, distinct values (``None`` where they are too many), least, greatest and sum of its values.

    ``+`` describes the rows of both together; ``ColumnSummary()`` describes none.
    """

    nulls: int = 0
    distinct: frozenset[Any] | None = frozenset()
    least: Any = None
    most: Any = None
    total: float | None = None

    @classmethod
    def of(cls, column: pa.Array, *, told_apart: bool = True) -> "ColumnSummary":
        """A column described, its distinct values only if they are to be told apart.

        What a column of the streamed tables needs are few steps: after each, a thread waits for the interpreter.
        """
        kind = column.type
        if column.null_count == len(column):
            return cls(column.null_count, frozenset() if told_apart else None)
        if pa.types.is_dictionary(kind):
            return replace(_of_distinct(column.dictionary), nulls=column.null_count, total=None)
        if pa.types.is_boolean(kind):
            rows = {False: column.false_count, True: column.true_count}
            return cls(column.null_count, frozenset(flag for flag in rows if rows[flag]))
        return _of_values(column, told_apart=told_apart)

    def __add__(self, other: "ColumnSummary") -> "ColumnSummary":
        ends = [one for one in (self.least, self.most, other.least, other.most) if one is not None]
        totals = [one for one in (self.total, other.total) if one is not None]
        return ColumnSummary(
            self.nulls + other.nulls,
            None if self.distinct is None or other.distinct is None else _few(self.distinct | other.distinct),
            min(ends, default=None),
            max(ends, default=None),
            sum(totals) if totals else None,
        )


def _few(values: frozenset[Any]) -> frozenset[Any] | None:
    return values if len(values) <= COUNTED else None


def _of_distinct(values: pa.Array) -> ColumnSummary:
    """A column by the distinct values that it has codes of, mostly few texts."""
    if not pa.types.is_string(values.type):
        return _of_values(values, told_apart=True)
    if len(values) > COUNTED:
        return ColumnSummary(0, None, *pc.min_max(values).as_py().values())
    texts = values.to_pylist()
    return ColumnSummary(0, frozenset(texts), min(texts), max(texts))


def _of_values(column: pa.Array, *, told_apart: bool) -> ColumnSummary:
    """A column that holds its values themselves, at least one."""
    kind, nulls = column.type, column.null_count
    if pa.types.is_int16(kind) or (not told_apart and (kind in _LOOPED or pa.types.is_timestamp(kind))):
        return _of_numbers(column, told_apart=told_apart)
    distinct = _few(frozenset(pc.unique(column).drop_null().to_pylist())) if told_apart else None
    if pa.types.is_string(kind):
        return ColumnSummary(nulls, distinct)
    least, most = pc.min_max(column).as_py().values()
    total = float(pc.sum(column).as_py()) if pa.types.is_integer(kind) or pa.types.is_floating(kind) else None
    return ColumnSummary(nulls, distinct, least, most, total)


_LOOPED = (pa.int64(), pa.uint32(), pa.float64())
"""Types of the streamed tables' numbers, besides moments and int16."""

_SMALLEST = int(np.iinfo(np.int16).min)


def _of_numbers(column: pa.Array, *, told_apart: bool) -> ColumnSummary:
    from customer_analytics.core.aggregation._kernels import extent, small_ones  # noqa: PLC0415  only where there are numbers

    values, valid = values_and_validity(column)
    if pa.types.is_timestamp(column.type):
        least, most, _ = extent(values.view(np.int64), valid)
        return ColumnSummary(column.null_count, None, *pa.array([least, most]).cast(column.type).to_pylist())
    distinct = None
    if told_apart:
        distinct = _few(frozenset((np.flatnonzero(small_ones(values, valid)) + _SMALLEST).tolist()))
    return ColumnSummary(column.null_count, distinct, *extent(values, valid))


@dataclass(frozen=True, slots=True)
class TableSummary:
    """A table described; ``+`` describes the rows of two with the same columns together.

    Args:
        columns: By name; text of many values has no least and greatest.
        rows: How many there are.
        footprint_bytes: What they take in memory.
    """

    columns: Mapping[str, ColumnSummary]
    rows: int = 0
    footprint_bytes: int = 0

    @classmethod
    def of(cls, table: pa.Table) -> "TableSummary":
        """A table whose columns are one piece each; distinct values are told apart where they are few by nature."""
        columns = {
            one.name: ColumnSummary.of(contiguous(column), told_apart=_is_few(one.type))
            for one, column in zip(table.schema, table.columns, strict=True)
        }
        return cls(columns, table.num_rows, table.nbytes)

    def __add__(self, other: "TableSummary") -> "TableSummary":
        columns = {name: column + other.columns[name] for name, column in self.columns.items()}
        return TableSummary(columns, self.rows + other.rows, self.footprint_bytes + other.footprint_bytes)

    def __str__(self) -> str:
        lines = [f"{self.rows:,} rows, {self.footprint_bytes / 2**20:,.1f} MB in memory"]
        lines += [f"  {name:<18} {self._line(one)}" for name, one in self.columns.items()]
        return "\n".join(lines)

    def _line(self, one: ColumnSummary) -> str:
        distinct = "many" if one.distinct is None else f"{len(one.distinct):,}"
        known = self.rows - one.nulls
        shown = [f"nulls {one.nulls:,}", f"distinct {distinct}", f"min {_short(one.least)}", f"max {_short(one.most)}"]
        if one.total is not None and known:
            mean = one.total / known
            shown.insert(3, f"mean {mean:,.0f}" if abs(mean) >= _LARGE else f"mean {mean:.4g}")
        return "  ".join(shown)


def _is_few(kind: pa.DataType) -> bool:
    return pa.types.is_dictionary(kind) or pa.types.is_boolean(kind) or pa.types.is_int16(kind)


def summarise_frame(frame: pd.DataFrame) -> str:
    """The summary of a small frame of any dtypes; of what Arrow cannot hold or compare it tells the nulls alone."""
    columns = {str(name): _describe(frame.iloc[:, place]) for place, name in enumerate(frame.columns)}
    return str(TableSummary(columns, len(frame), int(frame.memory_usage(index=False, deep=True).sum())))


def _describe(column: pd.Series) -> ColumnSummary:
    try:
        return ColumnSummary.of(contiguous(pa.array(column, from_pandas=True)))
    except pa.ArrowException:
        return ColumnSummary(int(column.isna().sum()), distinct=None)


def _short(value: object) -> str:
    """A value in a column's width; what a terminal would act on is shown as a sign."""
    if isinstance(value, float):
        return f"{value:,.10g}"
    return "-" if value is None else shortened(visible(str(value)), _WIDTH)
