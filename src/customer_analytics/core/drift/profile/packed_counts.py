"""Contingency tables: the number of rows and the sum of money per window, segment and value of a column.

A segment is a country or the whole delivery. A cell of a table is a combination of window, segment and value that at
least one row has. The codes of a cell and of its table are packed into one integer, the key of the cell.
"""

from enum import IntEnum
from typing import NamedTuple, Self

import numpy as np
import pandas as pd

from customer_analytics.core.aggregation.key_sums import I64, KeySums, SortedRun
from customer_analytics.core.arrow.frames import codes_of
from customer_analytics.core.contract.columns import Column

Texts = tuple[str, ...]

VALUE_BITS, SEGMENT_BITS, WINDOW_BITS = 24, 14, 22
_SEGMENT_SHIFT = VALUE_BITS
_WINDOW_SHIFT = _SEGMENT_SHIFT + SEGMENT_BITS
_TABLE_SHIFT = _WINDOW_SHIFT + WINDOW_BITS
_VALUE_MASK = (1 << VALUE_BITS) - 1

ALL_SEGMENTS, NO_SEGMENT, FIRST_SEGMENT = 0, 1, 2
"""Codes of segments: the whole delivery, the rows without a country, and the first of the countries."""

NULL = 0
"""Value code of null in every table; the codes of other values start at 1."""

_DENSE_CELLS_PER_ROW, _DENSE_CELLS = 16, 1 << 14
"""Size limit of a dense histogram, which has an entry for each possible cell: a number per row, plus a constant."""


class CountTable(IntEnum):
    """Names of the contingency tables. Ages are counted per ten years, amounts between powers of two."""

    COUNTRY = 0
    AGE = 1
    CATEGORY = 2
    PAYMENT = 3
    AGE_DECADE = 4
    AMOUNT_OCTAVE = 5


UNSEGMENTED_TABLES = frozenset({CountTable.COUNTRY, CountTable.AGE})
"""Tables without counts per country; the segment of all their cells is ``ALL_SEGMENTS``."""

TEXT_TABLES = {
    CountTable.COUNTRY: Column.COUNTRY_CODE,
    CountTable.CATEGORY: Column.PRODUCT_CATEGORY,
    CountTable.PAYMENT: Column.PAYMENT_TYPE,
}
"""The tables of text columns, each with its column, in the order of the fields of :class:`TextCategories`."""


class TextCategories(NamedTuple):
    """The distinct texts of each text column, ascending; the value code of a text is its position plus 1."""

    country: Texts = ()
    category: Texts = ()
    payment: Texts = ()

    def of(self, table: CountTable) -> Texts:
        """Return the distinct texts of the column that ``table`` counts; ``table`` is a key of ``TEXT_TABLES``."""
        return self[list(TEXT_TABLES).index(table)]

    def union(self, other: Self) -> Self:
        """Return, for each column, the distinct texts of ``self`` and ``other``, ascending."""
        pairs = zip(self, other, strict=True)
        return type(self)(*(left if left == right else tuple(sorted({*left, *right})) for left, right in pairs))


NO_CATEGORIES = TextCategories()


class CellCounts(NamedTuple):
    """The cells of one contingency table, one array entry per cell: three codes, row count and sum of minor units."""

    window: I64
    segment: I64
    value: I64
    rows: I64
    cents: I64


def encode_texts(column: pd.Series) -> tuple[I64, Texts]:
    """Dictionary-encode a text column.

    Args:
        column: ``category`` or any text dtype.

    Returns:
        A pair. First: the code of each row, which is 0 for null and k + 1 for the text at position k of the second
        result. Second: the distinct texts that occur in the column, ascending.
    """
    from customer_analytics.core.arrow._kernels import occurring  # noqa: PLC0415  imports Numba

    codes, names = codes_of(column) if isinstance(column.dtype, pd.CategoricalDtype) else pd.factorize(column)
    is_used, _ = occurring(codes, len(names))
    texts = tuple(sorted({str(name) for name in names[is_used]}))
    code_by_text = {text: code for code, text in enumerate(texts, 1)}
    new_codes = np.array([*(code_by_text.get(str(name), NULL) for name in names), NULL], np.int64)
    return new_codes[codes], texts


def pack_keys(window: I64, segment: I64, table: CountTable, value: I64) -> I64:
    """Pack the four codes of each cell into one integer key; keys sort by table, window, segment and value."""
    return (np.int64(table) << _TABLE_SHIFT) | (window << _WINDOW_SHIFT) | (segment << _SEGMENT_SHIFT) | value


def count_cells(window: I64, segment: I64, values_by_table: dict[CountTable, I64], cents: I64) -> KeySums:
    """Count the rows and sum the minor units per table, window, segment and value; :func:`pack_keys` makes the keys.

    Args:
        window: Window code of each row.
        segment: Segment code of each row.
        values_by_table: For each contingency table, in ascending order, the value code of each row.
        cents: Minor units of each row: at least 0, below ``2**36``.
    """
    from customer_analytics.core.aggregation._kernels import rank_codes  # noqa: PLC0415  imports Numba

    windows, window_index = rank_codes(window)
    segment_count = int(segment.max()) + 1
    group_index = window_index * segment_count + segment
    tables = []
    for table, value in values_by_table.items():
        group, width = (window_index, 1) if table in UNSEGMENTED_TABLES else (group_index, segment_count)
        value_count = int(value.max()) + 1
        cells, rows, sums = _count_histogram(group, value_count, value, cents, len(windows) * width * value_count)
        cell_groups, cell_values = np.divmod(cells, value_count)
        cell_windows, cell_segments = np.divmod(cell_groups, width)
        tables.append((pack_keys(windows[cell_windows], cell_segments, table, cell_values), rows, sums))
    keys, rows, sums = map(np.concatenate, zip(*tables, strict=True))
    return KeySums((SortedRun(keys, (rows, sums)),))


def unpack_counts(cell_sums: KeySums, table: CountTable) -> CellCounts:
    """Return the cells of one contingency table, ordered by window, segment and value."""
    return unpack_run(select_table(cell_sums, table))


def select_table(cell_sums: KeySums, table: CountTable) -> SortedRun:
    """Return the packed keys of one table's cells in ascending order, and two sums per key: rows and minor units."""
    run = cell_sums.select_prefix(int(table), _TABLE_SHIFT)
    return run if run.sums else SortedRun(run.keys, (run.keys, run.keys))


def unpack_run(run: SortedRun) -> CellCounts:
    """Convert a sorted run of packed keys to cells: keys contain the codes; sums are row counts and minor units."""
    segments = (run.keys >> _SEGMENT_SHIFT) & ((1 << SEGMENT_BITS) - 1)
    return CellCounts(unpack_windows(run.keys), segments, run.keys & _VALUE_MASK, *run.sums)


def pack_counts(counts: CellCounts, table: CountTable) -> KeySums:
    """Convert the cells of a table to packed keys with sums; cells with equal codes are merged into one."""
    keys = pack_keys(counts.window, counts.segment, table, counts.value)
    return KeySums.of_run(keys, counts.rows, counts.cents)


def unpack_windows(keys: I64) -> I64:
    """Return the window code of each packed key."""
    return (keys >> _WINDOW_SHIFT) & ((1 << WINDOW_BITS) - 1)


def recode_categories(cell_sums: KeySums, categories: TextCategories, new_categories: TextCategories) -> KeySums:
    """Return the same cells, with each text code of ``categories`` replaced by its code in ``new_categories``.

    Args:
        cell_sums: Cells with codes that refer to ``categories``.
        categories: The texts that the present codes stand for.
        new_categories: The texts that the new codes stand for: all texts of ``categories`` and possibly more. Both
            parameters are sorted, so the order of the keys does not change.
    """
    if categories == new_categories or not cell_sums.runs:
        return cell_sums
    value_codes = {table: _map_codes(categories.of(table), new_categories.of(table), 1) for table in TEXT_TABLES}
    segment_codes = _map_codes(categories.country, new_categories.country, FIRST_SEGMENT)
    runs = []
    for run in cell_sums.runs:
        tables, cells = run.keys >> _TABLE_SHIFT, unpack_run(run)
        for table, new_codes in value_codes.items():
            positions = np.flatnonzero(tables == table)
            cells.value[positions] = new_codes[cells.value[positions]]
        tables_and_windows = run.keys >> _WINDOW_SHIFT << _WINDOW_SHIFT
        keys = tables_and_windows | (segment_codes[cells.segment] << _SEGMENT_SHIFT) | cells.value
        runs.append(SortedRun(keys, run.sums))
    return KeySums(tuple(runs))


def _map_codes(texts: Texts, new_texts: Texts, first_code: int) -> I64:
    """Return the code in ``new_texts`` for each code in ``texts`` (the index); codes below ``first_code`` are kept."""
    code_by_text = {text: code for code, text in enumerate(new_texts, first_code)}
    return np.array([*range(first_code), *(code_by_text[text] for text in texts)], np.int64)


def _count_histogram(group: I64, value_count: int, value: I64, cents: I64, size: int) -> tuple[I64, I64, I64]:
    """Return the distinct ``group * value_count + value`` (all below ``size``), and row count and cents of each."""
    from customer_analytics.core.aggregation._kernels import histogram, rank_codes  # noqa: PLC0415  imports Numba

    if size <= _DENSE_CELLS_PER_ROW * len(group) + _DENSE_CELLS:
        return histogram(group, value_count, value, cents, size)
    cells, cell_index = rank_codes(group * value_count + value)
    _, rows, sums = histogram(cell_index, 1, np.zeros_like(cell_index), cents, len(cells))
    return cells, rows, sums
