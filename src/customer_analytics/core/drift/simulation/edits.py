"""Profiles after a change to their delivery."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from customer_analytics.core.aggregation.key_sums import KeySums, SortedRun
from customer_analytics.core.drift.profile import packed_counts as cells
from customer_analytics.core.drift.profile.amounts import CENT_BITS, CENT_MASK, NULL_CENTS, PLAIN_CENTS, AmountCounts
from customer_analytics.core.drift.profile.packed_counts import CellCounts, CountTable, TextCategories
from customer_analytics.core.drift.profile.purchase_profile import PurchaseProfile, octave_of
from customer_analytics.core.drift.profile.views import aligned

I64 = npt.NDArray[np.int64]


def with_word(profile: PurchaseProfile, table: CountTable, word: str) -> PurchaseProfile:
    """The profile in a vocabulary that has the word."""
    added = {CountTable.PAYMENT: TextCategories(payment=(word,)), CountTable.COUNTRY: TextCategories(country=(word,))}[
        table
    ]
    return aligned(profile, profile.words.union(added))


def moved(
    profile: PurchaseProfile,
    table: CountTable,
    share: float,
    to: Callable[[I64], I64 | int],
    rng: np.random.Generator,
) -> PurchaseProfile:
    """A share of a table's rows that have a value, drawn without replacement, given another value."""
    found = cells.unpacked(profile.tally, table)
    some = np.flatnonzero(found.value != cells.NULL)
    drawn = np.zeros_like(found.rows)
    drawn[some] = _drawn(found.rows[some], round(share * int(found.rows[some].sum())), rng)
    gone = found._replace(rows=drawn, cents=_part(found, drawn))
    left = found._replace(rows=found.rows - drawn, cents=found.cents - gone.cents)
    come = gone._replace(value=np.broadcast_to(to(found.value), found.value.shape))
    return _with_table(profile, table, (left, come))


def scaled(profile: PurchaseProfile, factor: float) -> PurchaseProfile:
    """All amounts times a factor, rounded half-even."""
    tally = KeySums()
    for table in CountTable:
        found = cells.unpacked(profile.tally, table)
        money = np.rint(found.cents * factor).astype(np.int64)
        if table is CountTable.AMOUNT_OCTAVE:
            known = found.value != cells.NULL
            value = np.where(known, octave_of(np.rint(money / found.rows).astype(np.int64)), cells.NULL)
            found = found._replace(value=value)
        tally += cells.repacked(found._replace(cents=money), table)
    return replace(
        profile, amounts=_scaled_amounts(profile.amounts.settled(), Fraction(str(factor))), tally=tally
    ).settled()


def largest_country(profile: PurchaseProfile) -> str:
    """The country of most rows; of several, the first in order."""
    found = cells.unpacked(profile.tally, CountTable.COUNTRY)
    rows = np.bincount(found.value, found.rows, len(profile.words.country) + 1)[1:]
    return profile.words.country[int(np.argmax(rows))]


def country_renamed(profile: PurchaseProfile, source: str, target: str) -> PurchaseProfile:
    """All rows of a country under another code, which may exist; a profile without the country stays as it is."""
    if source not in profile.words.country:
        return profile
    known = with_word(profile, CountTable.COUNTRY, target)
    before, after = (known.words.country.index(name) + 1 for name in (source, target))
    tally = KeySums()
    for table in CountTable:
        found = cells.unpacked(known.tally, table)
        if table is CountTable.COUNTRY:
            found = found._replace(value=np.where(found.value == before, after, found.value))
        segment = np.where(found.segment == before + cells.NO_SEGMENT, after + cells.NO_SEGMENT, found.segment)
        tally += cells.repacked(found._replace(segment=segment), table)
    return replace(known, tally=tally).settled()


def drawn_without_replacement(profile: PurchaseProfile, rows: int, rng: np.random.Generator) -> PurchaseProfile:
    """So many rows of a profile, each table drawn on its own; all of it where ``rows`` is all it has."""
    tally = KeySums()
    for table in CountTable:
        found = cells.unpacked(profile.tally, table)
        drawn = _drawn(found.rows, rows, rng)
        tally += _some(found._replace(rows=drawn, cents=_part(found, drawn)), table)
    at = profile.amounts.settled()
    run = (at.buckets if at.detail else at.exact).settled()
    drawn = _drawn(run.sums[0], min(rows, int(run.sums[0].sum())), rng)
    some = np.flatnonzero(drawn)
    sums = [drawn[some]]
    if at.detail:
        sums.append(np.rint(run.sums[1][some] / run.sums[0][some] * drawn[some]).astype(np.int64))
    kept = KeySums((SortedRun(run.keys[some], tuple(sums)),))
    amounts = replace(at, buckets=kept, whole=KeySums()) if at.detail else replace(at, exact=kept)
    return replace(profile, amounts=amounts, tally=tally).settled()


def _with_table(profile: PurchaseProfile, table: CountTable, parts: tuple[CellCounts, ...]) -> PurchaseProfile:
    tally = KeySums()
    for other in CountTable:
        for found in parts if other is table else (cells.unpacked(profile.tally, other),):
            tally += _some(found, other)
    return replace(profile, tally=tally).settled()


def _some(found: CellCounts, table: CountTable) -> KeySums:
    some = np.flatnonzero(found.rows)
    return cells.repacked(CellCounts(*(each[some] for each in found)), table)


def _part(found: CellCounts, drawn: I64) -> I64:
    """The money of so many average rows of each cell; all of it for all rows."""
    part = np.rint(found.cents * (drawn / np.maximum(found.rows, 1))).astype(np.int64)
    return np.where(drawn == found.rows, found.cents, part)


def _drawn(rows: I64, wanted: int, rng: np.random.Generator) -> I64:
    """How many of each cell's rows are among ``wanted`` drawn without replacement."""
    total = int(rows.sum())
    if wanted >= total:
        return rows.copy()
    chosen = np.sort(rng.choice(total, wanted, replace=False, shuffle=False))
    return np.bincount(np.searchsorted(np.cumsum(rows), chosen, side="right"), minlength=len(rows)).astype(np.int64)


def _times(cents: I64, factor: Fraction) -> I64:
    """Whole units times a factor, rounded half-even; at least ``PLAIN_CENTS`` where the product is."""
    if factor.numerator >= _MOST_NUMERATOR or factor.denominator >= _MOST_NUMERATOR:
        return np.array([min(round(int(unit) * factor), PLAIN_CENTS) for unit in cents], np.int64)
    whole, rest = np.divmod(np.minimum(cents, PLAIN_CENTS) * factor.numerator, factor.denominator)
    up = (2 * rest > factor.denominator) | ((2 * rest == factor.denominator) & (whole % 2 == 1))
    return np.asarray(whole + up, np.int64)


_MOST_NUMERATOR = 1 << 26
"""Times ``PLAIN_CENTS`` still an int64."""


def _scaled_amounts(at: AmountCounts, factor: Fraction) -> AmountCounts:
    large: dict[tuple[int, int], int] = {}
    for (first_day, units_before), rows in at.large:
        key = (first_day, round(units_before * factor))
        large[key] = large.get(key, 0) + rows
    parts = []
    for tally in (at.exact, at.whole, at.buckets):
        run = tally.settled()
        window, cents = run.keys >> CENT_BITS, run.keys & CENT_MASK
        units = np.where(cents == NULL_CENTS, cents, _times(cents, factor))
        keep = (cents == NULL_CENTS) | (units < PLAIN_CENTS)
        for cell in np.flatnonzero(~keep):
            key = (int(window[cell]), round(int(cents[cell]) * factor))
            large[key] = large.get(key, 0) + int(run.sums[0][cell])
        sums = [run.sums[0][keep]] if run.sums else []
        if len(run.sums) > 1:
            sums.append(np.rint(run.sums[1][keep] * float(factor)).astype(np.int64))
        parts.append(KeySums.of_run((window[keep] << CENT_BITS) | units[keep], *sums))
    return replace(at, exact=parts[0], whole=parts[1], buckets=parts[2], large=tuple(sorted(large.items())))
