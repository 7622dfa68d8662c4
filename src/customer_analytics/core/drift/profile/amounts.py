"""How often each amount occurs in each window, exactly; past a cap in log-linear buckets with exact sums."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Self

import numpy as np
import numpy.typing as npt

from customer_analytics.core.aggregation.key_sums import NO_SUMS, KeySums, SortedRun

I64 = npt.NDArray[np.int64]

CENT_BITS = 41
CENT_MASK = (1 << CENT_BITS) - 1
NULL_CENTS = CENT_MASK
"""Stands for "no amount" in a key."""

PLAIN_CENTS = 1 << 36
"""Amounts from here (687 million of a currency with cents) are counted apart, as Python integers of any size."""

BUCKET_BITS = 7
BOUND = 2.0**-BUCKET_BITS
"""A bucket is narrower than this share of any value in it (values below 256 minor units are exact)."""

DISTINCT_CAP = 2_000_000
"""Distinct amounts; past it every count is of buckets."""

PAIR_CAP = 8_000_000
"""Distinct (window, amount) pairs; past it windows are counted in buckets, the whole delivery still exactly."""

PRESENCE_CELLS = 1 << 24
"""Amounts below are counted by a byte each, for the caps alone."""

_BLOCK_BITS = CENT_BITS + 7
"""Pairs are merged within blocks of 128 days, a few megabytes each."""

_LOOKED_AT = 1 << 17
"""Pairs looked at at once, so that no copy of all is made."""

WINDOWS_EXACT, WHOLE_EXACT, BUCKETED = 0, 1, 2
"""Levels of detail."""

Large = tuple[tuple[tuple[int, int], int], ...]


def minor_units(amounts: npt.NDArray[np.float64], decimals: int) -> tuple[I64, dict[int, int]]:
    """Amounts as whole minor units.

    Args:
        amounts: Major units with at most ``decimals`` decimals; NaN is null.
        decimals: Digits of the minor unit.

    Returns:
        Minor units per row (``NULL_CENTS`` for null, -1 where they are not from 0 to ``PLAIN_CENTS``), and the exact
        value by row for the latter.
    """
    scale = 10**decimals
    with np.errstate(over="ignore"):  # to infinity, which is not below the bound
        scaled = np.rint(amounts * scale)
    plain = (scaled >= 0) & (scaled < PLAIN_CENTS)
    if plain.all():
        return scaled.astype(np.int64), {}
    cents = np.where(plain, scaled, -1).astype(np.int64)
    cents[np.isnan(amounts)] = NULL_CENTS
    return cents, {int(row): round(Fraction(amounts[row]) * scale) for row in np.flatnonzero(cents < 0)}


def partition_of(cents: I64) -> I64:
    """The lowest minor unit in each value's bucket: the value cut to its ``BUCKET_BITS + 1`` leading bits."""
    _, bits = np.frexp(cents.astype(np.float64))
    cut = np.maximum(bits.astype(np.int64) - (BUCKET_BITS + 1), 0)
    return np.where(cents == NULL_CENTS, cents, cents >> cut << cut)


@dataclass(frozen=True, slots=True, eq=False)
class AmountCounts:
    """Amounts per window as a partial; ``AmountCounts()`` is the identity.

    Three levels of detail, each a function of the union of the rows, so that merging stays associative, commutative
    and equal: ``exact`` until ``PAIR_CAP`` distinct (window, amount) pairs, then ``whole`` (amounts over all windows)
    with ``buckets`` per window, then, past ``DISTINCT_CAP`` distinct amounts, ``buckets`` alone.

    Args:
        exact: Rows per ``window << CENT_BITS | minor units``.
        whole: Rows per minor units.
        buckets: Rows and sum of minor units per ``window << CENT_BITS | bucket``.
        large: Rows per (window, minor units) outside 0 to ``PLAIN_CENTS``, ascending.
        pair_cap: See ``PAIR_CAP``.
        distinct_cap: See ``DISTINCT_CAP``.
    """

    exact: KeySums = NO_SUMS
    whole: KeySums = NO_SUMS
    buckets: KeySums = NO_SUMS
    large: Large = ()
    pair_cap: int = PAIR_CAP
    distinct_cap: int = DISTINCT_CAP

    @classmethod
    def of(cls, windows: I64, cents: I64, large: dict[int, int]) -> Self:
        """The amounts of rows.

        Args:
            windows: Window code of each row.
            cents: As from :func:`minor_units`.
            large: Likewise.
        """
        counted = Counter((int(windows[row]), value) for row, value in large.items())
        keys = (windows << CENT_BITS) | cents
        exact = KeySums.of_keys(keys[cents >= 0] if large else keys, _BLOCK_BITS)
        return cls(exact, large=tuple(sorted(counted.items())))

    def __add__(self, other: Self) -> Self:
        mine, theirs = self, other
        if mine.detail != theirs.detail:
            mine, theirs = mine._at(theirs.detail), theirs._at(mine.detail)
        counted = Counter(dict(mine.large))
        counted.update(dict(theirs.large))
        merged = type(self)(
            mine.exact + theirs.exact,
            mine.whole + theirs.whole,
            mine.buckets + theirs.buckets,
            tuple(sorted(counted.items())) if counted else (),
            min(mine.pair_cap, theirs.pair_cap),
            min(mine.distinct_cap, theirs.distinct_cap),
        )
        over = merged.exact.size() > merged.pair_cap or merged.whole.size() > merged.distinct_cap
        return merged.settled() if over else merged

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, AmountCounts):
            return NotImplemented
        mine, theirs = self.settled(), other.settled()
        return (mine.exact, mine.whole, mine.buckets, mine.large) == (
            theirs.exact,
            theirs.whole,
            theirs.buckets,
            theirs.large,
        )

    def __hash__(self) -> int:
        return hash(self.settled().exact)

    @property
    def detail(self) -> int:
        """0 exact, 1 exact as a whole but not per window, 2 in buckets."""
        if self.whole.runs:
            return WHOLE_EXACT
        return BUCKETED if self.buckets.runs else WINDOWS_EXACT

    def settled(self) -> Self:
        """The same value in one run per tally, at the detail that the caps allow."""
        at = self.decided()
        tallies = _one(at.exact), _one(at.whole), _one(at.buckets)
        return type(self)(*tallies, at.large, at.pair_cap, at.distinct_cap)

    def decided(self) -> Self:
        """The same value at the detail that the caps allow; its runs are left as they are where that is this one."""
        exact = self.exact
        distinct = (
            _distinct(exact, self.distinct_cap) if self.detail == WINDOWS_EXACT else len(self.whole.settled().keys)
        )
        if self.detail < BUCKETED and distinct > self.distinct_cap:
            return self._at(BUCKETED)
        if self.detail == WINDOWS_EXACT and exact.most() > self.pair_cap and _pairs(exact) > self.pair_cap:
            return self._at(WHOLE_EXACT)
        return self

    def within(self, windows: frozenset[int]) -> Self:
        """The amounts in these windows; where windows are counted in buckets, those."""
        chosen = np.array(sorted(windows), np.int64)
        at = self.settled()
        exact, buckets = (_selected(tally.settled(), chosen) for tally in (at.exact, at.buckets))
        large = tuple(entry for entry in at.large if entry[0][0] in windows)
        return type(self)(exact, KeySums(), buckets, large, at.pair_cap, at.distinct_cap)

    def _at(self, detail: int) -> Self:
        """This value at a coarser detail; itself when it is as coarse already."""
        if detail <= self.detail:
            return self
        buckets = sum(map(_bucketed, _pieces(self.exact)), self.buckets)
        whole = KeySums() if detail == BUCKETED else sum(map(_whole, _pieces(self.exact)), self.whole)
        return type(self)(KeySums(), whole, buckets, self.large, self.pair_cap, self.distinct_cap)


NO_AMOUNTS = AmountCounts()
"""The identity."""


def _one(tally: KeySums) -> KeySums:
    return _tally(tally.settled())


def _tally(run: SortedRun) -> KeySums:
    return KeySums((run,)) if len(run.keys) else KeySums()


def _selected(run: SortedRun, windows: I64) -> KeySums:
    inside = np.flatnonzero(np.isin(run.keys >> CENT_BITS, windows))
    return KeySums.of_run(run.keys[inside], *(each[inside] for each in run.sums))


def _pieces(exact: KeySums) -> Iterator[SortedRun]:
    """The pairs, few enough at once that what is made of them takes little memory."""
    for run in exact.runs:
        for start in range(0, len(run.keys), _LOOKED_AT):
            at = slice(start, start + _LOOKED_AT)
            yield SortedRun(run.keys[at], tuple(each[at] for each in run.sums))


def _whole(exact: SortedRun) -> KeySums:
    return KeySums.of_run(exact.keys & CENT_MASK, *exact.sums)


def _pairs(exact: KeySums) -> int:
    """Distinct (window, amount) pairs."""
    return sum(
        len(block.group(window, CENT_BITS).keys) for block in exact.blocks() for window in block.groups(CENT_BITS)
    )


def _distinct(exact: KeySums, cap: int) -> int:
    """Distinct amounts over all windows; 0 where there cannot be more than the cap."""
    if exact.most() <= cap:
        return 0
    present, large = np.zeros(PRESENCE_CELLS, bool), []
    for piece in _pieces(exact):
        cents = piece.keys & CENT_MASK
        few = cents < PRESENCE_CELLS
        present[cents[few]] = True
        large.append(np.unique(cents[~few]))
    return int(np.count_nonzero(present)) + len(np.unique(np.concatenate(large)))


def _bucketed(exact: SortedRun) -> KeySums:
    cents, (counts,) = exact.keys & CENT_MASK, exact.sums
    keys = (exact.keys - cents) | partition_of(cents)
    return KeySums.of_run(keys, counts, np.where(cents == NULL_CENTS, 0, cents * counts))
