"""Deliveries drawn from a profile: what the same process could have delivered instead."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from customer_analytics.core.aggregation.key_sums import KeySums, SortedRun
from customer_analytics.core.drift.profile import packed_counts as cells
from customer_analytics.core.drift.profile.amounts import CENT_BITS, AmountCounts
from customer_analytics.core.drift.profile.packed_counts import CellCounts, CountTable
from customer_analytics.core.drift.profile.purchase_profile import PurchaseProfile

I64 = npt.NDArray[np.int64]


def resampled(profile: PurchaseProfile, rows: int, seed: int) -> PurchaseProfile:
    """A delivery of ``rows`` rows drawn with replacement from a profile.

    Window and country are drawn first, then each column given them (ages and amounts given the window), so that every
    column and every column per country is distributed as in the profile; columns are independent of one another.
    Money per value is that of its average row. Amounts of 2**36 minor units and more are not drawn.

    Args:
        profile: Where to draw from; of at least one row.
        rows: How many.
        seed: The same seed gives the same delivery.
    """
    rng = np.random.default_rng(seed)
    country = cells.unpacked(profile.tally, CountTable.COUNTRY)
    drawn = rng.multinomial(rows, country.rows / country.rows.sum())
    tally = _kept(country, drawn, CountTable.COUNTRY)
    sizes = _Sizes(rng, country, drawn)
    for table in (one for one in CountTable if one is not CountTable.COUNTRY):
        found = cells.unpacked(profile.tally, table)
        group = found.window if table in cells.WHOLE_TABLES else _group(found.window, found.segment)
        tally += _kept(found, sizes.draw(group, found.rows), table)
    return replace(profile, amounts=_amounts(profile.amounts.settled(), sizes), tally=tally, quarantined=()).settled()


class _Sizes:
    """How many rows to draw in each window and in each country of it."""

    def __init__(self, rng: np.random.Generator, country: CellCounts, drawn: I64) -> None:
        self.rng = rng
        self.of_group = KeySums.of_run(_group(country.window, country.value + cells.NO_SEGMENT), drawn).settled()
        self.of_window = KeySums.of_run(country.window, drawn).settled()

    def draw(self, group: I64, rows: I64) -> I64:
        """Rows drawn per cell; cells are ordered by group."""
        starts = np.flatnonzero(np.diff(group, prepend=-1))
        wanted = self.of_window if len(starts) and group[starts[-1]] < 1 << cells.WINDOW_BITS else self.of_group
        ends = np.cumsum(rows)
        begins = np.concatenate([[0], ends])[starts]
        totals = np.diff(np.append(begins, ends[-1:]))
        size = wanted.sums[0][np.searchsorted(wanted.keys, group[starts])] if len(starts) else starts
        place = np.repeat(begins, size) + (self.rng.random(int(size.sum())) * np.repeat(totals, size)).astype(np.int64)
        return np.bincount(np.searchsorted(ends, place, side="right"), minlength=len(rows))


def _group(window: I64, segment: I64) -> I64:
    return (1 << cells.WINDOW_BITS | window) << cells.SEGMENT_BITS | segment


def _kept(found: CellCounts, drawn: I64, table: CountTable) -> KeySums:
    some = np.flatnonzero(drawn)
    share = found.cents[some] / found.rows[some]
    money = np.rint(share * drawn[some]).astype(np.int64)
    return cells.repacked(
        CellCounts(found.window[some], found.segment[some], found.value[some], drawn[some], money), table
    )


def _amounts(at: AmountCounts, sizes: _Sizes) -> AmountCounts:
    run = (at.buckets if at.detail else at.exact).settled()
    if not len(run.keys):
        return at
    wanted = sizes.draw(run.keys >> CENT_BITS, run.sums[0])
    some = np.flatnonzero(wanted)
    if not at.detail:
        return replace(at, exact=KeySums((SortedRun(run.keys[some], (wanted[some],)),)), large=())
    money = np.rint(run.sums[1][some] / run.sums[0][some] * wanted[some]).astype(np.int64)
    buckets = KeySums((SortedRun(run.keys[some], (wanted[some], money)),))
    return replace(at, whole=KeySums(), buckets=buckets, large=())
