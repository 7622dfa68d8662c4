"""What the measures read from a profile: numbers over all windows, values per window, shares per country."""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from customer_analytics.core.contract.columns import Column
from customer_analytics.core.drift.profile import packed_counts as cells
from customer_analytics.core.drift.profile.amounts import (
    BUCKETED,
    CENT_BITS,
    CENT_MASK,
    NULL_CENTS,
    WHOLE_EXACT,
    AmountCounts,
)
from customer_analytics.core.drift.profile.packed_counts import CellCounts, CountTable, TextCategories
from customer_analytics.core.drift.profile.purchase_profile import ProfileShape, PurchaseProfile
from customer_analytics.core.drift.statistics.numeric import NumberCounts

I64 = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


class WindowValues(NamedTuple):
    """Numbers per window in long form: aligned arrays, nulls left out, and nulls per window."""

    window: I64
    value: Floats
    rows: I64
    nulls: dict[int, int]


@dataclass(frozen=True, slots=True, eq=False)
class Cut:
    """Counts of a text column per group (row) and value (column, null first), and the cells they came from."""

    groups: I64
    counts: I64
    cells: CellCounts


def aligned(profile: PurchaseProfile, words: TextCategories) -> PurchaseProfile:
    """The profile coded in a larger vocabulary, settled."""
    recoded = replace(profile, words=words, tally=cells.in_words_of(profile.tally, profile.words, words))
    return recoded.settled()


def numbers(profile: PurchaseProfile, column: Column) -> NumberCounts:
    """Amounts (minor units) or ages over all windows."""
    if column is Column.CUSTOMER_AGE:
        found = cells.unpacked(profile.tally, CountTable.AGE)
        rows = np.bincount(found.value, found.rows, 1).astype(np.int64)
        ages = np.flatnonzero(rows[1:])
        return NumberCounts(ages, rows[1:][ages], int(rows[0]))
    shape = profile.shape or ProfileShape()
    units, rows, nulls = _amounts(profile.amounts.settled())
    if profile.amounts.large:
        every, rows = _with_large(units, rows, profile.amounts)
        return NumberCounts(every, rows, nulls, 10**shape.amount_decimals)
    return NumberCounts(units, rows, nulls, 10**shape.amount_decimals)


def window_values(profile: PurchaseProfile, column: Column) -> WindowValues:
    """Amounts (major units; means of buckets where windows are in buckets) or ages per window."""
    if column is Column.CUSTOMER_AGE:
        found = cells.unpacked(profile.tally, CountTable.AGE)
        null = found.value == cells.NULL
        nulls = _by_window(found.window[null], found.rows[null])
        return WindowValues(found.window[~null], found.value[~null] - 1.0, found.rows[~null], nulls)
    at, scale = profile.amounts.settled(), 10 ** (profile.shape or ProfileShape()).amount_decimals
    run = (at.buckets if at.detail else at.exact).settled()
    if not len(run.keys):
        empty = np.zeros(0, np.int64)
        return WindowValues(empty, empty.astype(np.float64), empty, {})
    window, cents, rows = run.keys >> CENT_BITS, run.keys & CENT_MASK, run.sums[0]
    null = cents == NULL_CENTS
    units = run.sums[1] / rows if at.detail else cents
    nulls = _by_window(window[null], rows[null])
    return WindowValues(window[~null], units[~null] / scale, rows[~null], nulls)


def per_segment(profile: PurchaseProfile, table: CountTable) -> Cut:
    """A text table's counts per country; group 0 is the whole delivery, group 1 the rows without a country."""
    found = cells.unpacked(profile.tally, table)
    return _cut(found, 2 + len(profile.words.country), len(profile.words.of(table)) + 1)


def per_window(profile: PurchaseProfile, table: CountTable) -> tuple[I64, I64, I64, I64]:
    """A table over all countries: window, value, rows and money, aligned, ordered by window and value."""
    found = cells.unpacked(profile.tally, table)
    tally = cells.repacked(found._replace(segment=np.zeros_like(found.segment)), table)
    whole = cells.unpacked(tally, table)
    return whole.window, whole.value, whole.rows, whole.cents


def money_of(profile: PurchaseProfile, table: CountTable, code: int) -> float:
    """Revenue, in major units, of the rows with a value."""
    found = cells.unpacked(profile.tally, table)
    shape = profile.shape or ProfileShape()
    return float(int(found.cents[found.value == code].sum()) / 10**shape.amount_decimals)


def segment_names(profile: PurchaseProfile) -> tuple[str, ...]:
    """Names of the segment codes."""
    return ("all", "no country", *profile.words.country)


def _cut(found: CellCounts, groups: int, values: int) -> Cut:
    counts = np.bincount(found.segment * values + found.value, found.rows, groups * values)
    counts = counts.astype(np.int64).reshape(groups, values)
    counts[cells.ALL_SEGMENTS] = counts.sum(axis=0)
    return Cut(np.arange(groups), counts, found)


def _amounts(at: AmountCounts) -> tuple[I64, I64, int]:
    run = (at.whole if at.detail == WHOLE_EXACT else at.buckets if at.detail else at.exact).settled()
    if not len(run.keys):
        return run.keys, run.keys, 0
    cents = run.keys & CENT_MASK
    order = np.argsort(cents, kind="stable")
    ordered = cents[order]
    starts = np.flatnonzero(np.diff(ordered, prepend=-1))
    units, rows = ordered[starts], np.add.reduceat(run.sums[0][order], starts)
    if at.detail == BUCKETED:  # each stands at the mean of what is in it
        units = np.where(units == NULL_CENTS, units, np.add.reduceat(run.sums[1][order], starts) // rows)
    null = units == NULL_CENTS
    return units[~null], rows[~null], int(rows[null].sum())


def _with_large(units: I64, rows: I64, at: AmountCounts) -> tuple[npt.NDArray[np.object_], I64]:
    counted = dict(zip(units.tolist(), rows.tolist(), strict=True))
    for (_, cents), count in at.large:
        counted[cents] = counted.get(cents, 0) + count
    ordered = sorted(counted.items())
    return np.array([cents for cents, _ in ordered], object), np.array([count for _, count in ordered], np.int64)


def _by_window(window: I64, rows: I64) -> dict[int, int]:
    return {int(at): int(count) for at, count in zip(window, rows, strict=True)}
