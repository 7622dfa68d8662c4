"""Reads the counts of numbers and texts from a profile: in total, per window or per country."""

from collections import Counter
from dataclasses import dataclass, replace

import numpy as np

from customer_analytics.core.aggregation.key_sums import I64, KeySums
from customer_analytics.core.contract.columns import Column
from customer_analytics.core.drift.profile import packed_counts
from customer_analytics.core.drift.profile.amounts import CENT_BITS, CENT_MASK, NULL_CENTS
from customer_analytics.core.drift.profile.packed_counts import CellCounts, CountTable, TextCategories
from customer_analytics.core.drift.profile.purchase_profile import PurchaseProfile
from customer_analytics.core.drift.statistics.numeric import NumberCounts, WindowValues


@dataclass(frozen=True, slots=True, eq=False)
class SegmentCounts:
    """The number of rows per segment and value of a text column.

    Args:
        counts: Number of rows; axis 0 is the segment code, axis 1 is the value code. Value code 0 is null.
        cells: The same counts for each window: the number of rows per window, segment and value.
    """

    counts: I64
    cells: CellCounts


def align_categories(profile: PurchaseProfile, categories: TextCategories) -> PurchaseProfile:
    """Return the profile with text codes that refer to ``categories``, which must include all texts of the profile."""
    cell_sums = packed_counts.recode_categories(profile.cell_sums, profile.categories, categories)
    return replace(profile, categories=categories, cell_sums=cell_sums).settled()


def count_numbers(profile: PurchaseProfile, column: Column) -> NumberCounts:
    """Count the rows per amount (in minor units) or age. An amount in a bucket counts as the mean of the bucket."""
    if column is Column.CUSTOMER_AGE:
        counts = packed_counts.unpack_counts(profile.cell_sums, CountTable.AGE)
        rows_by_code = np.bincount(counts.value, counts.rows, 1).astype(np.int64)
        ages = np.flatnonzero(rows_by_code[1:])
        return NumberCounts(ages, rows_by_code[1:][ages], int(rows_by_code[0]))
    cents, rows, nulls = _count_amounts(profile)
    if not profile.amounts.large:
        return NumberCounts(cents, rows, nulls, profile.scale)
    rows_by_cents = Counter(dict(zip(cents.tolist(), rows.tolist(), strict=True)))
    for (_, large_cents), large_rows in profile.amounts.large:
        rows_by_cents[large_cents] += large_rows
    all_cents, all_rows = zip(*sorted(rows_by_cents.items()), strict=True)
    return NumberCounts(np.array(all_cents, object), np.array(all_rows, np.int64), nulls, profile.scale)


def count_numbers_by_window(profile: PurchaseProfile, column: Column) -> WindowValues:
    """In each window, count how many rows have each amount (in major units) or each age, without large amounts.

    If the profile has amounts per window only in buckets, an amount counts as the mean of its bucket.
    """
    if column is Column.CUSTOMER_AGE:
        window, _, codes, rows, _ = packed_counts.unpack_counts(profile.cell_sums, CountTable.AGE)
        value, is_null = codes - 1.0, codes == packed_counts.NULL
    else:
        amounts = profile.amounts.settled()
        run = (amounts.buckets if amounts.detail else amounts.exact).settled()
        window, cents = run.keys >> CENT_BITS, run.keys & CENT_MASK
        rows, *bucket_cents = run.sums or (run.keys,)  # a run without keys has no sums
        value, is_null = (bucket_cents[0] / rows if bucket_cents else cents) / profile.scale, cents == NULL_CENTS
    nulls = dict(zip(window[is_null].tolist(), rows[is_null].tolist(), strict=True))
    return WindowValues(window[~is_null], value[~is_null], rows[~is_null], nulls)


def count_by_segment(profile: PurchaseProfile, table: CountTable) -> SegmentCounts:
    """Count the rows per segment and text. Segment 0 is the whole delivery, 1 is no country, 2 the first country."""
    cells = packed_counts.unpack_counts(profile.cell_sums, table)
    segment_count = packed_counts.FIRST_SEGMENT + len(profile.categories.country)
    value_count = 1 + len(profile.categories.of(table))
    counts = np.bincount(cells.segment * value_count + cells.value, cells.rows, segment_count * value_count)
    counts = counts.astype(np.int64).reshape(segment_count, value_count)
    counts[packed_counts.ALL_SEGMENTS] = counts.sum(axis=0)
    return SegmentCounts(counts, cells)


def count_by_window(profile: PurchaseProfile, table: CountTable) -> tuple[I64, I64, I64, I64]:
    """Count the rows and sum their minor units per window and value of one column, for all countries together.

    Returns:
        Four arrays of equal length, ordered by window and value: window codes, value codes, row counts and minor units.
    """
    cells = packed_counts.unpack_counts(profile.cell_sums, table)
    merged = packed_counts.pack_counts(cells._replace(segment=np.zeros_like(cells.segment)), table)
    counts = packed_counts.unpack_counts(merged, table)
    return counts.window, counts.value, counts.rows, counts.cents


def sum_money(profile: PurchaseProfile, table: CountTable, code: int) -> float:
    """Return the revenue (in major units) of the rows with the value code ``code`` in the column of ``table``."""
    cells = packed_counts.unpack_counts(profile.cell_sums, table)
    return float(int(cells.cents[cells.value == code].sum()) / profile.scale)


def name_segments(profile: PurchaseProfile) -> tuple[str, ...]:
    """Return the names of all segments in order of their codes: ``all``, ``no country``, then the countries."""
    return ("all", "no country", *profile.categories.country)


def _count_amounts(profile: PurchaseProfile) -> tuple[I64, I64, int]:
    """Return the distinct amounts in minor units (not large ones), the row count of each, and the number of nulls."""
    amounts = profile.amounts.settled()
    run = (amounts.exact, amounts.whole, amounts.buckets)[amounts.detail].settled()
    units, sums = KeySums.of_run(run.keys & CENT_MASK, *run.sums).settled()
    rows, *bucket_cents = sums or (units,)  # a run without keys has no sums
    is_null = units == NULL_CENTS
    if bucket_cents:  # the mean represents the amounts of a bucket
        units = bucket_cents[0] // rows
    return units[~is_null], rows[~is_null], int(rows[is_null].sum())
