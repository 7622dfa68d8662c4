"""Summaries of tables for the log: rows, nulls, distinct values, minimum, mean, maximum, memory."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from customer_analytics.core.arrow.frames import contiguous, values_and_validity
from customer_analytics.core.display import make_visible, shorten

MAX_DISTINCT = 10_000
"""Distinct values are counted up to this number; for a column with more, the log says ``many``."""

_MAX_WIDTH = 24
_LARGE_MEAN = 1000


@dataclass(frozen=True, slots=True)
class ColumnSummary:
    """Summary of one column. ``ColumnSummary()`` holds no row; adding it to another object changes nothing.

    Args:
        nulls: Number of nulls.
        distinct: The distinct values; ``None`` if not collected or if there are more than :data:`MAX_DISTINCT`.
        minimum: The lowest value; ``None`` if there is no value or if the minimum is not computed.
        maximum: The highest value; ``None`` if there is no value or if the maximum is not computed.
        total: Sum of the values; ``None`` if they are not numbers.
    """

    nulls: int = 0
    distinct: frozenset[Any] | None = frozenset()
    minimum: Any = None
    maximum: Any = None
    total: float | None = None

    @classmethod
    def of(cls, column: pa.Array) -> "ColumnSummary":
        """Summarise a column and collect its distinct values."""
        if column.null_count == len(column):
            return cls(column.null_count)
        if pa.types.is_dictionary(column.type):
            return replace(_summarise_dictionary(column.dictionary), nulls=column.null_count, total=None)
        if pa.types.is_boolean(column.type):
            rows_by_value = {False: column.false_count, True: column.true_count}
            return cls(column.null_count, frozenset(value for value, rows in rows_by_value.items() if rows))
        if pa.types.is_int16(column.type):
            return replace(_summarise_numbers(column), distinct=_distinct_int16(column))
        return _summarise_values(column, _distinct_values(column))

    @classmethod
    def without_distinct(cls, column: pa.Array) -> "ColumnSummary":
        """Summarise a column of numbers, timestamps or text without collecting its distinct values."""
        if column.null_count == len(column):
            return cls(column.null_count, None)
        if column.type in _NUMBERS or pa.types.is_timestamp(column.type):
            return _summarise_numbers(column)
        return _summarise_values(column, None)

    def __add__(self, other: "ColumnSummary") -> "ColumnSummary":
        extremes = [self.minimum, self.maximum, other.minimum, other.maximum]
        known_extremes = [value for value in extremes if value is not None]
        totals = [total for total in (self.total, other.total) if total is not None]
        return ColumnSummary(
            self.nulls + other.nulls,
            None if self.distinct is None or other.distinct is None else _unless_many(self.distinct | other.distinct),
            min(known_extremes, default=None),
            max(known_extremes, default=None),
            sum(totals) if totals else None,
        )


_NUMBERS = (pa.int16(), pa.int64(), pa.uint32(), pa.float64())
"""Types of the numbers in the streamed tables."""


def _unless_many(values: frozenset[Any]) -> frozenset[Any] | None:
    return values if len(values) <= MAX_DISTINCT else None


def _distinct_values(column: pa.Array) -> frozenset[Any] | None:
    return _unless_many(frozenset(pc.unique(column).drop_null().to_pylist()))


def _distinct_int16(column: pa.Array) -> frozenset[Any] | None:
    from customer_analytics.core.aggregation._kernels import occurring_int16  # noqa: PLC0415  imports Numba

    occurs = occurring_int16(*values_and_validity(column))
    return _unless_many(frozenset((np.flatnonzero(occurs) + np.iinfo(np.int16).min).tolist()))


def _summarise_dictionary(values: pa.Array) -> ColumnSummary:
    """Summarise a dictionary-encoded column from its distinct values (at least one); the result has 0 nulls."""
    if not pa.types.is_string(values.type):
        return _summarise_values(values, _distinct_values(values))
    if len(values) > MAX_DISTINCT:
        return ColumnSummary(0, None, *pc.min_max(values).as_py().values())
    texts = values.to_pylist()
    return ColumnSummary(0, frozenset(texts), min(texts), max(texts))


def _summarise_values(column: pa.Array, distinct: frozenset[Any] | None) -> ColumnSummary:
    """Summarise a column with at least one value; ``distinct`` becomes the ``distinct`` of the summary."""
    if pa.types.is_string(column.type):
        return ColumnSummary(column.null_count, distinct)
    minimum, maximum = pc.min_max(column).as_py().values()
    is_number = pa.types.is_integer(column.type) or pa.types.is_floating(column.type)
    return ColumnSummary(
        column.null_count, distinct, minimum, maximum, float(pc.sum(column).as_py()) if is_number else None
    )


def _summarise_numbers(column: pa.Array) -> ColumnSummary:
    """Summarise numbers or timestamps in one compiled loop, which waits for the GIL less often than calls of Arrow."""
    from customer_analytics.core.aggregation._kernels import min_max_sum  # noqa: PLC0415  imports Numba

    values, valid = values_and_validity(column)
    if not pa.types.is_timestamp(column.type):
        return ColumnSummary(column.null_count, None, *min_max_sum(values, valid))
    minimum, maximum, _ = min_max_sum(values.view(np.int64), valid)
    return ColumnSummary(column.null_count, None, *pa.array([minimum, maximum]).cast(column.type).to_pylist())


@dataclass(frozen=True, slots=True)
class TableSummary:
    """Summary of a table; ``+`` merges the summaries of two tables with the same columns.

    Args:
        columns: Map from the name of a column to its summary.
        rows: Number of rows.
        footprint_bytes: Memory of the table in bytes.
    """

    columns: Mapping[str, ColumnSummary]
    rows: int = 0
    footprint_bytes: int = 0

    @classmethod
    def of(cls, table: pa.Table) -> "TableSummary":
        """Summarise a table; distinct values are collected only for dictionary-encoded, bool and int16 columns."""
        summaries = [_summarise_column(contiguous(column)) for column in table.columns]
        return cls(dict(zip(table.column_names, summaries, strict=True)), table.num_rows, table.nbytes)

    def __add__(self, other: "TableSummary") -> "TableSummary":
        columns = {name: column + other.columns[name] for name, column in self.columns.items()}
        return TableSummary(columns, self.rows + other.rows, self.footprint_bytes + other.footprint_bytes)

    def __str__(self) -> str:
        lines = [f"{self.rows:,} rows, {self.footprint_bytes / 2**20:,.1f} MB in memory"]
        lines += [f"  {name:<18} {self._format_column(summary)}" for name, summary in self.columns.items()]
        return "\n".join(lines)

    def _format_column(self, summary: ColumnSummary) -> str:
        distinct = "many" if summary.distinct is None else f"{len(summary.distinct):,}"
        values = self.rows - summary.nulls
        figures = [
            f"nulls {summary.nulls:,}",
            f"distinct {distinct}",
            f"min {_format_value(summary.minimum)}",
            f"max {_format_value(summary.maximum)}",
        ]
        if summary.total is not None and values:
            mean = summary.total / values
            figures.insert(3, f"mean {mean:,.0f}" if abs(mean) >= _LARGE_MEAN else f"mean {mean:.4g}")
        return "  ".join(figures)


def summarise_frame(frame: pd.DataFrame) -> str:
    """Summarise a small frame as text; if Arrow cannot convert or compare a column, only its nulls are described."""
    columns = {str(name): _summarise_series(frame.iloc[:, index]) for index, name in enumerate(frame.columns)}
    return str(TableSummary(columns, len(frame), int(frame.memory_usage(index=False, deep=True).sum())))


def _summarise_column(column: pa.Array) -> ColumnSummary:
    has_few_values = pa.types.is_dictionary(column.type) or column.type in (pa.bool_(), pa.int16())
    return ColumnSummary.of(column) if has_few_values else ColumnSummary.without_distinct(column)


def _summarise_series(column: pd.Series) -> ColumnSummary:
    try:
        return ColumnSummary.of(contiguous(pa.array(column, from_pandas=True)))
    except pa.ArrowException:
        return ColumnSummary(int(column.isna().sum()), distinct=None)


def _format_value(value: object) -> str:
    """Format a value for the log; visible symbols replace control characters, which could change the terminal."""
    if isinstance(value, float):
        return f"{value:,.10g}"
    return "-" if value is None else shorten(make_visible(str(value)), _MAX_WIDTH)
