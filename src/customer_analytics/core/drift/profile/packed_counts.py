"""Rows and money per (window, country, column, value), packed in one integer key."""

from collections.abc import Sequence
from enum import IntEnum
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.core.aggregation.key_sums import KeySums, SortedRun
from customer_analytics.core.arrow.frames import codes_of
from customer_analytics.core.contract.columns import Column

I64 = npt.NDArray[np.int64]
Texts = tuple[str, ...]

VALUE_BITS, SEGMENT_BITS, WINDOW_BITS = 24, 14, 22
_SEGMENT_AT = VALUE_BITS
_WINDOW_AT = _SEGMENT_AT + SEGMENT_BITS
_TABLE_AT = 60

ALL_SEGMENTS, NO_SEGMENT, FIRST_SEGMENT = 0, 1, 2
"""Segment codes: the whole delivery, rows without a country, then the countries in order."""

NULL = 0
"""Value code of a null in every table; other values start at 1."""

_DENSE_CELLS, _FEW_CELLS = 16, 1 << 14
"""A histogram has a cell for each value that may occur while it has no more than so many a row, and as many besides."""

_VALUE_MASK = (1 << VALUE_BITS) - 1


class CountTable(IntEnum):
    """What the cells count."""

    COUNTRY = 0
    AGE = 1
    CATEGORY = 2
    PAYMENT = 3
    AGE_DECADE = 4
    AMOUNT_OCTAVE = 5


WHOLE_TABLES = frozenset({CountTable.COUNTRY, CountTable.AGE})
"""Counted for the whole delivery only: segment ``ALL_SEGMENTS``."""

TEXT_TABLES = {
    CountTable.COUNTRY: Column.COUNTRY_CODE,
    CountTable.CATEGORY: Column.PRODUCT_CATEGORY,
    CountTable.PAYMENT: Column.PAYMENT_TYPE,
}


class TextCategories(NamedTuple):
    """The distinct texts of each text column, ascending; code of a text = its place + 1."""

    country: Texts = ()
    category: Texts = ()
    payment: Texts = ()

    def of(self, table: CountTable) -> Texts:
        """The texts of a text table."""
        return self[_PLACES[table]]

    def union(self, other: Self) -> Self:
        """The texts of both."""
        return self if self == other else type(self)(*(_union(one, two) for one, two in zip(self, other, strict=True)))


NO_CATEGORIES = TextCategories()
_PLACES = {CountTable.COUNTRY: 0, CountTable.CATEGORY: 1, CountTable.PAYMENT: 2}


class CellCounts(NamedTuple):
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
    from customer_analytics.core.arrow._kernels import occurring  # noqa: PLC0415  only where rows are counted

    if isinstance(column.dtype, pd.CategoricalDtype):
        codes, names = codes_of(column)
    else:
        codes, names = pd.factorize(column)
    places = codes + np.int64(1)
    used, _ = occurring(codes, len(names))
    known = tuple(map(str, names[used]))
    texts = tuple(sorted(set(known)))
    if known == texts and used.all():
        return places, texts
    place = {text: code for code, text in enumerate(texts, 1)}
    recode = np.array([0, *(place.get(str(name), 0) for name in names)], np.int64)
    return recode[places], texts


def packed(window: I64, segment: I64, table: CountTable, value: I64) -> I64:
    """The keys of cells."""
    return (np.int64(table) << _TABLE_AT) | (window << _WINDOW_AT) | (segment << _SEGMENT_AT) | value


def counted(window: I64, segment: I64, columns: dict[CountTable, I64], cents: I64) -> KeySums:
    """Rows and minor units per cell of a chunk, by a dense histogram over the values that occur.

    Args:
        window: Window code per row.
        segment: Segment code per row.
        columns: Value code per row, for each table in their order.
        cents: Minor units per row that money is summed from; from 0, and below ``2**36`` as amounts are counted.
    """
    from customer_analytics.core.aggregation._kernels import ranked  # noqa: PLC0415  as above

    windows, place = ranked(window)
    segments = int(segment.max()) + 1
    cell, runs = place * segments + segment, list[SortedRun]()
    for table, value in columns.items():
        outer, width = (place, 1) if table in WHOLE_TABLES else (cell, segments)
        values = int(value.max()) + 1
        found, rows, sums = _histogram(outer, values, value, cents, len(windows) * width * values)
        at, inner = np.divmod(found, values)
        row, part = np.divmod(at, width)
        runs.append(SortedRun(packed(windows[row], part, table, inner), (rows, sums)))
    keys, counts, totals = (np.concatenate(each) for each in zip(*((run.keys, *run.sums) for run in runs), strict=True))
    return KeySums((SortedRun(keys, (counts, totals)),))


def unpacked(tally: KeySums, table: CountTable) -> CellCounts:
    """The cells of one table, ordered by window, segment and value."""
    return cells_of(run_of(tally, table))


def run_of(tally: KeySums, table: CountTable) -> SortedRun:
    """The packed cells of one table; those of others are not merged for it."""
    run = tally.group(int(table), _TABLE_AT)
    return run if run.sums else SortedRun(run.keys, (run.keys, run.keys))


def cells_of(run: SortedRun) -> CellCounts:
    """Cells unpacked."""
    rows, cents = run.sums
    return CellCounts(window_of(run.keys), segment_of(run.keys), run.keys & _VALUE_MASK, rows, cents)


def repacked(cells: CellCounts, table: CountTable) -> KeySums:
    """Cells of one table as a tally."""
    return KeySums.of_run(packed(cells.window, cells.segment, table, cells.value), cells.rows, cells.cents)


def window_of(keys: I64) -> I64:
    """The window codes of packed keys."""
    return (keys >> _WINDOW_AT) & ((1 << WINDOW_BITS) - 1)


def segment_of(keys: I64) -> I64:
    """The segment codes of packed keys."""
    return (keys >> _SEGMENT_AT) & ((1 << SEGMENT_BITS) - 1)


def in_words_of(tally: KeySums, mine: TextCategories, theirs: TextCategories) -> KeySums:
    """The same cells coded in a larger vocabulary; the order of the keys does not change."""
    if mine == theirs or not tally.runs:
        return tally
    recodes = {table: _recode(mine.of(table), theirs.of(table), 1) for table in TEXT_TABLES}
    segments = _recode(mine.country, theirs.country, FIRST_SEGMENT)
    return KeySums(tuple(SortedRun(_recoded(run.keys, recodes, segments), run.sums) for run in tally.runs))


def _recoded(keys: I64, recodes: dict[CountTable, I64], segments: I64) -> I64:
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


def _histogram(outer: I64, span: int, value: I64, cents: I64, size: int) -> tuple[I64, I64, I64]:
    """The cells ``outer * span + value`` that occur, ascending, with rows and minor units of each."""
    from customer_analytics.core.aggregation._kernels import histogram, ranked  # noqa: PLC0415  as above

    if size <= _DENSE_CELLS * len(outer) + _FEW_CELLS:
        return histogram(outer, span, value, cents, size)
    distinct, places = ranked(outer * span + value)
    _, rows, sums = histogram(places, 1, np.zeros_like(places), cents, len(distinct))
    return distinct, rows, sums
