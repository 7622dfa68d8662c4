"""Rows and money per (window, country, column, value), packed in one integer key."""

from collections.abc import Sequence
from enum import IntEnum
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.core.contract import Column
from customer_analytics.core.drift.tally import Run, Tally

I64 = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Texts = tuple[str, ...]

VALUE_BITS, SEGMENT_BITS, WINDOW_BITS = 24, 14, 22
_SEGMENT_AT = VALUE_BITS
_WINDOW_AT = _SEGMENT_AT + SEGMENT_BITS
_TABLE_AT = 60

ALL_SEGMENTS, NO_SEGMENT, FIRST_SEGMENT = 0, 1, 2
"""Segment codes: the whole delivery, rows without a country, then the countries in order."""

NULL = 0
"""Value code of a null in every table; other values start at 1."""

_DENSE_CELLS = 16
_LOW_BITS = 20
_EXACT_BITS = 53
_SPAN = 1 << 14
_VALUE_MASK = (1 << VALUE_BITS) - 1


class Table(IntEnum):
    """What the cells count."""

    COUNTRY = 0
    AGE = 1
    CATEGORY = 2
    PAYMENT = 3
    AGE_DECADE = 4
    AMOUNT_OCTAVE = 5


WHOLE_TABLES = frozenset({Table.COUNTRY, Table.AGE})
"""Counted for the whole delivery only: segment ``ALL_SEGMENTS``."""

TEXT_TABLES = {
    Table.COUNTRY: Column.COUNTRY_CODE,
    Table.CATEGORY: Column.PRODUCT_CATEGORY,
    Table.PAYMENT: Column.PAYMENT_TYPE,
}


class Vocabulary(NamedTuple):
    """The distinct texts of each text column, ascending; code of a text = its place + 1."""

    country: Texts = ()
    category: Texts = ()
    payment: Texts = ()

    def of(self, table: Table) -> Texts:
        """The texts of a text table."""
        return self[_PLACES[table]]

    def union(self, other: Self) -> Self:
        """The texts of both."""
        return self if self == other else type(self)(*(_union(one, two) for one, two in zip(self, other, strict=True)))


NO_WORDS = Vocabulary()
_PLACES = {Table.COUNTRY: 0, Table.CATEGORY: 1, Table.PAYMENT: 2}


class Cells(NamedTuple):
    """Unpacked cells: five aligned arrays."""

    window: I64
    segment: I64
    value: I64
    rows: I64
    cents: I64


def coded(column: pd.Series) -> tuple[I64, Texts]:
    """A text column as codes (0 for null) into its distinct texts, ascending.

    Args:
        column: ``category`` or any text dtype; categories that do not occur are left out.
    """
    if isinstance(column.dtype, pd.CategoricalDtype):
        codes, names = column.cat.codes.to_numpy().astype(np.int64) + 1, column.cat.categories
    else:
        raw, names = pd.factorize(column)
        codes = raw.astype(np.int64) + 1
    used = np.bincount(codes, minlength=len(names) + 1)[1:] > 0
    texts = sorted({str(name) for name, occurs in zip(names, used, strict=True) if occurs})
    place = {text: code for code, text in enumerate(texts, 1)}
    recode = np.array([0, *(place.get(str(name), 0) for name in names)], np.int64)
    return recode[codes], tuple(texts)


def packed(window: I64, segment: I64, table: Table, value: I64) -> I64:
    """The keys of cells."""
    return (np.int64(table) << _TABLE_AT) | (window << _WINDOW_AT) | (segment << _SEGMENT_AT) | value


def counted(window: I64, segment: I64, columns: dict[Table, I64], cents: I64) -> Tally:
    """Rows and minor units per cell of a chunk, by a dense histogram over the values that occur.

    Args:
        window: Window code per row.
        segment: Segment code per row.
        columns: Value code per row, for each table but ``COUNTRY``, in their order; one per country at least.
        cents: Minor units per row that money is summed from.
    """
    windows, place = _ranked(window)
    segments = int(segment.max()) + 1
    cell, weights, runs = place * segments + segment, _Weights.of(cents), list[Run]()
    countries: Run | None = None
    for table, value in columns.items():
        outer, width = (place, 1) if table in WHOLE_TABLES else (cell, segments)
        values = int(value.max()) + 1
        found, rows, sums = _histogram(outer * values + value, weights, len(windows) * width * values)
        at, inner = np.divmod(found, values)
        row, part = np.divmod(at, width)
        runs.append(Run(packed(windows[row], part, table, inner), (rows, sums)))
        if countries is None and table not in WHOLE_TABLES:
            starts = np.flatnonzero(np.diff(at, prepend=-1))  # the segments of any table, added up, are the countries
            code = packed(
                windows[row[starts]], np.full(len(starts), ALL_SEGMENTS), Table.COUNTRY, part[starts] - NO_SEGMENT
            )
            countries = Run(code, (np.add.reduceat(rows, starts), np.add.reduceat(sums, starts)))
    every = [*([countries] if countries else []), *runs]
    keys, counts, totals = (
        np.concatenate(each) for each in zip(*((run.keys, *run.sums) for run in every), strict=True)
    )
    return Tally((Run(keys, (counts, totals)),))


def unpacked(tally: Tally, table: Table) -> Cells:
    """The cells of one table, ordered by window, segment and value."""
    run = tally.settled()
    low, high = np.searchsorted(run.keys, [int(table) << _TABLE_AT, (int(table) + 1) << _TABLE_AT])
    keys = run.keys[low:high]
    sums = (each[low:high] for each in run.sums) if run.sums else (keys, keys)
    return Cells(window_of(keys), segment_of(keys), keys & _VALUE_MASK, *sums)


def repacked(cells: Cells, table: Table) -> Tally:
    """Cells of one table as a tally."""
    return Tally.of_run(packed(cells.window, cells.segment, table, cells.value), cells.rows, cells.cents)


def window_of(keys: I64) -> I64:
    """The window codes of packed keys."""
    return (keys >> _WINDOW_AT) & ((1 << WINDOW_BITS) - 1)


def segment_of(keys: I64) -> I64:
    """The segment codes of packed keys."""
    return (keys >> _SEGMENT_AT) & ((1 << SEGMENT_BITS) - 1)


def in_words_of(tally: Tally, mine: Vocabulary, theirs: Vocabulary) -> Tally:
    """The same cells coded in a larger vocabulary; the order of the keys does not change."""
    if mine == theirs or not tally.runs:
        return tally
    recodes = {table: _recode(mine.of(table), theirs.of(table), 1) for table in TEXT_TABLES}
    segments = _recode(mine.country, theirs.country, FIRST_SEGMENT)
    return Tally(tuple(Run(_recoded(run.keys, recodes, segments), run.sums) for run in tally.runs))


def _recoded(keys: I64, recodes: dict[Table, I64], segments: I64) -> I64:
    table, value = keys >> _TABLE_AT, keys & _VALUE_MASK
    for each, recode in recodes.items():
        here = np.flatnonzero(table == each)
        value[here] = recode[value[here]]
    return (keys >> _WINDOW_AT << _WINDOW_AT) | (segments[segment_of(keys)] << _SEGMENT_AT) | value


def _recode(mine: Sequence[str], theirs: Sequence[str], first: int) -> I64:
    place = {text: code for code, text in enumerate(theirs, first)}
    return np.array([*range(first), *(place[text] for text in mine)], np.int64)


def _union(one: Texts, two: Texts) -> Texts:
    return one if one == two else tuple(sorted({*one, *two}))


def _ranked(codes: I64) -> tuple[I64, I64]:
    """The distinct codes, ascending, and the place of each row's among them."""
    lowest = int(codes.min())
    if int(codes.max()) - lowest <= _SPAN:
        present = np.bincount(codes - lowest) > 0
        return np.flatnonzero(present) + lowest, (np.cumsum(present) - 1)[codes - lowest]
    ordered = np.sort(codes)
    distinct = ordered[np.diff(ordered, prepend=-1) != 0]
    return distinct, np.searchsorted(distinct, codes)


class _Weights(NamedTuple):
    """What rows weigh, as floats whose sums are exact, so that one histogram counts rows and money.

    Args:
        both: ``2**shift`` for the row plus its minor units, where the sum over all rows is below ``2**53``.
        shift: Bits for the minor units; 0 where they leave no room for the rows.
        parts: Otherwise the minor units in two parts, high and low.
    """

    both: Floats
    shift: int
    parts: tuple[Floats, ...] = ()

    @classmethod
    def of(cls, cents: I64) -> Self:
        shift = max(int(cents.sum()).bit_length(), 1)
        if shift + len(cents).bit_length() <= _EXACT_BITS:
            return cls((cents + (1 << shift)).astype(np.float64), shift)
        high, low = cents >> _LOW_BITS, cents & ((1 << _LOW_BITS) - 1)
        return cls(np.ones(len(cents)), 0, (high.astype(np.float64), low.astype(np.float64)))

    def sums(self, dense: I64, size: int) -> tuple[I64, I64, I64]:
        """Distinct codes, ascending, with rows and minor units of each."""
        both = np.bincount(dense, self.both, size)
        found = np.flatnonzero(both)
        rows = both[found].astype(np.int64)
        if self.shift:
            return found, rows >> self.shift, rows & ((1 << self.shift) - 1)
        high, low = (np.bincount(dense, part, size)[found].astype(np.int64) for part in self.parts)
        return found, rows, (high << _LOW_BITS) + low


def _histogram(dense: I64, weights: _Weights, size: int) -> tuple[I64, I64, I64]:
    """Distinct codes, ascending, with rows and minor units of each."""
    distinct: I64 | None = None
    if size > _DENSE_CELLS * len(dense) + _SPAN:
        distinct, dense = _ranked(dense)
        size = len(distinct)
    found, rows, sums = weights.sums(dense, size)
    return found if distinct is None else distinct, rows, sums
