"""Sums of the amounts per country, and texts that name the country with the largest contribution to a change."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from customer_analytics.core.contract.columns import Column
from customer_analytics.core.drift.checks.pair import ProfilePair
from customer_analytics.core.drift.profile import packed_counts
from customer_analytics.core.drift.profile.packed_counts import CountTable
from customer_analytics.core.drift.profile.purchase_profile import LARGE_OCTAVE, PurchaseProfile
from customer_analytics.core.drift.profile.views import count_by_segment, name_segments
from customer_analytics.core.drift.statistics.numeric import I64, Floats


class AmountMoments(NamedTuple):
    """For each segment code: the number of rows with an amount, the sum of the amounts, and the sum of their squares.

    Amounts are in major units. The squares are estimates, because the profile groups amounts by powers of two.
    """

    rows: Floats
    sums: Floats
    squares: Floats


def sum_amounts(profile: PurchaseProfile) -> AmountMoments:
    """Count and sum the amounts per country; the entries for the whole delivery (``ALL_SEGMENTS``) are 0."""
    cells = packed_counts.unpack_counts(profile.cell_sums, CountTable.AMOUNT_OCTAVE)
    has_amount = is_summed_octave(cells.value)
    segments, octaves = cells.segment[has_amount], cells.value[has_amount]
    rows, cents = cells.rows[has_amount].astype(np.float64), cells.cents[has_amount].astype(np.float64)
    width = np.where(octaves > 1, 2.0 ** (octaves - 2), 0.0)
    squares = cents * cents / rows + rows * width * width / 12
    scale = minor_units_per_major(profile)
    segment_count = packed_counts.FIRST_SEGMENT + len(profile.categories.country)
    totals = [np.bincount(segments, weights, segment_count) for weights in (rows, cents / scale, squares / scale**2)]
    return AmountMoments(*(np.asarray(total, np.float64) for total in totals))


def is_summed_octave(octaves: I64) -> npt.NDArray[np.bool_]:
    """Return for each octave code (power of two) whether it has an exact sum; null and large amounts have none."""
    return (octaves != packed_counts.NULL) & (octaves < LARGE_OCTAVE)


def minor_units_per_major(profile: PurchaseProfile) -> float:
    """Return how many minor units make one major unit, such as 100 cents; 1 if ``profile.shape`` is ``None``."""
    return 10.0 ** (profile.shape.amount_decimals if profile.shape else 0)


def explain_mean_change(pair: ProfilePair, column: Column) -> str:
    """Return text that names the country with the largest part in the change of the mean; always empty for ages."""
    if column is not Column.PURCHASE_AMOUNT:
        return ""
    moments = sum_amounts(pair.baseline), sum_amounts(pair.current)
    baseline, current = (side.sums / max(side.rows.sum(), 1) for side in moments)
    return _explain_largest(pair, current - baseline)


def explain_share_change(pair: ProfilePair, table: CountTable, code: int) -> str:
    """Return text that names the country with the largest part in the change of the share of the value ``code``."""
    if table is CountTable.COUNTRY:
        return ""
    counts = [count_by_segment(profile, table).counts for profile in (pair.baseline, pair.current)]
    baseline, current = (np.append([0.0], rows[1:, code] / max(rows[0, 1:].sum(), 1)) for rows in counts)
    return _explain_largest(pair, current - baseline)


def _explain_largest(pair: ProfilePair, contributions: Floats) -> str:
    change = float(contributions.sum())
    if len(contributions) <= packed_counts.FIRST_SEGMENT + 1 or change == 0 or not np.isfinite(change):
        return ""
    largest = int(np.argmax(contributions * np.sign(change)))
    share = contributions[largest] / change
    return f"; {name_segments(pair.baseline)[largest]} contributes most ({share:.0%} of the change)"
