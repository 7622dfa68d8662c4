"""Converts a profile to a frame whose rows have a fixed order: equal profiles give equal frames, byte for byte."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pandas as pd

from customer_analytics.core.aggregation.key_sums import I64, KeySums, SortedRun
from customer_analytics.core.chunks.local import LocalChunks, LocalRuntime, Task
from customer_analytics.core.chunks.protocol import Chunks
from customer_analytics.core.contract.columns import Column
from customer_analytics.core.drift.profile import frame_layout as layout
from customer_analytics.core.drift.profile import packed_counts
from customer_analytics.core.drift.profile.amounts import CENT_BITS, CENT_MASK, NULL_CENTS, AmountCounts
from customer_analytics.core.drift.profile.packed_counts import TEXT_TABLES, CountTable, TextCategories
from customer_analytics.core.drift.profile.purchase_profile import (
    SCHEMA_VERSION,
    ProfileError,
    ProfileShape,
    PurchaseProfile,
)
from customer_analytics.core.drift.profile.windows import decode_windows

ROWS_PER_CHUNK = 1 << 17
"""Maximum number of rows per chunk of the frame."""


def to_frame(profile: PurchaseProfile) -> pd.DataFrame:
    """Convert a profile to a frame with one row per count; the order of the rows is fixed.

    Returns:
        - ``window`` (datetime64[us]): first day; NaT for no date, and for the details ``whole`` and ``about``.
        - ``segment`` (category): ``all`` for the whole delivery, a country, or null for purchases without a country.
        - ``column`` (category): the column whose values are counted, or the name of a fact about the profile itself.
        - ``detail`` (category): ``value`` for an exact count, ``bucket`` for the count of a bucket, ``whole`` for an
          exact count over all windows, ``about`` for a fact about the profile itself.
        - ``value`` (category): the counted text, or a large amount as text; null for other numbers and for null.
        - ``number`` (Int64): the counted minor units or years, or the lower end of the counted bucket; null for a text,
          a large amount or a null.
        - ``count`` (int64): number of purchases with this text, number or null, or in this bucket.
        - ``minor_units`` (int64): sum of their amounts; 0 for exact amounts, because their sum is ``number * count``.

    Raises:
        ProfileError: The profile is the empty profile ``PurchaseProfile()``.
    """
    source = _FrameSource.of(profile)
    return source.frame(0, source.total())


def to_chunks(profile: PurchaseProfile) -> Chunks:
    """Return the same frame as :func:`to_frame`, in chunks of at most ``ROWS_PER_CHUNK`` rows."""
    return LocalChunks(_FrameSource.of(profile), LocalRuntime(threads=2))


class _FrameRows(NamedTuple):
    """Consecutive rows of the frame, one array per column; codes stand for windows, segments and texts.

    Text code n stands for the text ``_Section.texts[n - 1]``. Text code 0 and number -1 stand for null.
    """

    window: I64
    segment: I64
    text: I64
    number: I64
    rows: I64
    cents: I64


class _Section(NamedTuple):
    """A part of the frame: consecutive rows with the same ``column`` and ``detail``. Only ``read`` makes the rows.

    ``size`` is the number of rows. Text code n stands for ``texts[n - 1]``. ``read`` takes the slice of rows to make.
    """

    column: str
    detail: str
    size: int
    texts: tuple[str, ...]
    read: Callable[[slice], _FrameRows]


@dataclass(frozen=True, slots=True)
class _FrameSource:
    """A source of chunks for :class:`LocalChunks`: consecutive row ranges of one frame.

    ``sections`` are the parts of the frame in order. ``countries``, ``columns`` and ``values`` are the distinct texts
    of the frame's columns ``segment`` (without ``all``), ``column`` and ``value``, ascending.
    """

    sections: list[_Section]
    countries: tuple[str, ...]
    columns: list[str]
    values: list[str]

    @classmethod
    def of(cls, profile: PurchaseProfile) -> "_FrameSource":
        if profile.shape is None:
            raise ProfileError("purchase_profile", "a profile of a delivery", "the empty profile", "profile a chunk")
        sections = [
            *_describe_profile(profile, profile.shape),
            *_lay_out_amounts(profile.amounts.coarsen_to_caps()),
            *(_lay_out_table(profile.cell_sums, table, profile.categories) for table in CountTable),
        ]
        sections = [section for section in sections if section.size]
        values = sorted({text for section in sections for text in section.texts})
        return cls(sections, profile.categories.country, sorted({section.column for section in sections}), values)

    def total(self) -> int:
        return sum(section.size for section in self.sections)

    def tasks(self, _columns: Sequence[str] | None) -> AbstractContextManager[Iterator[Task]]:
        bounds = [*range(0, self.total(), ROWS_PER_CHUNK), self.total()]
        return nullcontext(Task(partial(self.frame, start, stop), stop - start) for start, stop in pairwise(bounds))

    def frame(self, start: int, stop: int) -> pd.DataFrame:
        """Return the rows of the frame at the positions from ``start`` (included) to ``stop`` (excluded)."""
        slices = list(self._slice_sections(start, stop))
        sections = [section for section, _ in slices]
        rows_by_section = [section.read(positions) for section, positions in slices]
        sizes = [len(section_rows.rows) for section_rows in rows_by_section]
        rows = _FrameRows(*map(np.concatenate, zip(*rows_by_section, strict=True)))
        segments = (layout.ALL, None, *self.countries)
        text_codes = [section_rows.text for section_rows in rows_by_section]
        texts = [(None, *section.texts) for section in sections]
        details = [layout.ABOUT, layout.BUCKET, layout.VALUE, layout.WHOLE]
        return pd.DataFrame(
            {
                "window": decode_windows(rows.window),
                "segment": _recode([rows.segment], [segments], sorted({layout.ALL, *self.countries})),
                "column": pd.Categorical([section.column for section in sections], self.columns).repeat(sizes),
                "detail": pd.Categorical([section.detail for section in sections], details).repeat(sizes),
                "value": _recode(text_codes, texts, self.values),
                "number": pd.arrays.IntegerArray(np.maximum(rows.number, 0), rows.number < 0),
                "count": rows.rows,
                "minor_units": rows.cents,
            },
            copy=False,
        )

    def _slice_sections(self, start: int, stop: int) -> Iterator[tuple[_Section, slice]]:
        first = 0
        for section in self.sections:
            positions = slice(max(start - first, 0), min(stop - first, section.size))
            if positions.start < positions.stop:
                yield section, positions
            first += section.size


def _describe_profile(profile: PurchaseProfile, shape: ProfileShape) -> Iterator[_Section]:
    """Yield one section, of one row, for each fact about the profile itself, such as its window length."""
    facts: list[tuple[str, tuple[str, ...], int, int]] = [
        (layout.SCHEMA_VERSION_ROW, (), SCHEMA_VERSION, 1),
        (layout.PERIOD_ROW, (str(shape.period),), -1, 1),
        (layout.DECIMALS_ROW, (), shape.amount_decimals, 1),
        *((layout.QUARANTINED_ROW, (reason,), -1, rows) for reason, rows in profile.quarantined),
    ]
    for column, texts, number, rows in facts:
        codes_and_counts = (np.array([integer]) for integer in (0, 0, len(texts), number, rows, 0))
        yield _section_in_memory(column, layout.ABOUT, texts, _FrameRows(*codes_and_counts))


def _section_in_memory(column: str, detail: str, texts: tuple[str, ...], rows: _FrameRows) -> _Section:
    def read(positions: slice) -> _FrameRows:
        return _FrameRows(*(array[positions] for array in rows))

    return _Section(column, detail, len(rows.rows), texts, read)


def _lay_out_amounts(amounts: AmountCounts) -> Iterator[_Section]:
    """Yield the sections of the amounts: one per window, to limit the memory, and a last one for large amounts."""
    column = str(Column.PURCHASE_AMOUNT)
    tables = (amounts.exact, layout.VALUE), (amounts.whole, layout.WHOLE), (amounts.buckets, layout.BUCKET)
    for table, detail in tables:
        for block in table.blocks():
            for window in block.prefixes(CENT_BITS):
                size = len(block.select_prefix(window, CENT_BITS).keys)
                yield _Section(column, detail, size, (), partial(_read_amounts, block, window))
    windows = np.array([window for (window, _), _ in amounts.large], np.int64)
    rows = np.array([count for _, count in amounts.large], np.int64)
    texts = tuple(str(cents) for (_, cents), _ in amounts.large)  # as text, because they may not fit into 64 bits
    zeros, text_codes = np.zeros_like(rows), np.arange(1, len(rows) + 1)
    large_rows = _FrameRows(windows, zeros, text_codes, zeros - 1, rows, zeros)
    yield _section_in_memory(column, layout.VALUE, texts, large_rows)


def _read_amounts(block: KeySums, window: int, positions: slice) -> _FrameRows:
    run = block.select_prefix(window, CENT_BITS)
    keys = run.keys[positions]
    zeros, units = np.zeros_like(keys), keys & CENT_MASK
    rows, cents = (*(column[positions] for column in run.sums), zeros)[:2]  # only buckets have minor units
    return _FrameRows(keys >> CENT_BITS, zeros, zeros, np.where(units == NULL_CENTS, -1, units), rows, cents)


def _lay_out_table(cell_sums: KeySums, table: CountTable, categories: TextCategories) -> _Section:
    column, detail = layout.COLUMN_AND_DETAIL[table]
    texts = categories.of(table) if table in TEXT_TABLES else ()
    run = packed_counts.select_table(cell_sums, table)
    return _Section(str(column), detail, len(run.keys), texts, partial(_read_cells, run, table))


def _read_cells(run: SortedRun, table: CountTable, positions: slice) -> _FrameRows:
    sliced = SortedRun(run.keys[positions], tuple(column[positions] for column in run.sums))
    cells = packed_counts.unpack_run(sliced)
    zeros = np.zeros_like(cells.value)
    if table in TEXT_TABLES:
        text, number = cells.value, zeros - 1
    else:
        text, number = zeros, layout.decode_numbers(table, cells.value)
    return _FrameRows(cells.window, cells.segment, text, number, cells.rows, cells.cents)


def _recode(codes: list[I64], names: list[tuple[str | None, ...]], categories: list[str]) -> pd.Categorical:
    """Join the codes of several sections of the frame, in order, to one categorical column.

    Args:
        codes: One array of codes for each section.
        names: The texts for each section: code n stands for the text at position n; ``None`` is null.
        categories: The distinct texts of all sections, sorted.
    """
    code_by_name: dict[str | None, int] = {name: code for code, name in enumerate(categories)} | {None: -1}
    recoded = [
        np.array([code_by_name[name] for name in section_names], np.int32)[section_codes]
        for section_names, section_codes in zip(names, codes, strict=True)
    ]
    return pd.Categorical.from_codes(np.concatenate(recoded), pd.Index(categories, dtype=object))
