"""Counts the rows per window and amount; for too many distinct amounts, per window and interval of amounts (bucket)."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import IntEnum
from fractions import Fraction
from typing import Self

import numpy as np
import numpy.typing as npt

from customer_analytics.core.aggregation.key_sums import I64, NO_SUMS, KeySums, SortedRun

CENT_BITS = 41
CENT_MASK = (1 << CENT_BITS) - 1
NULL_CENTS = CENT_MASK
"""Number of minor units that marks a null amount."""

LARGE_CENTS = 1 << 36
"""Minor units from which an amount is large (687 million with cents). Large amounts are counted as Python integers."""

BUCKET_BITS = 7
RELATIVE_BUCKET_WIDTH = 2.0**-BUCKET_BITS
"""Maximum ratio of a bucket's width to an amount in it. Each amount below 256 minor units has its own bucket."""

DISTINCT_CAP = 2_000_000
"""Maximum number of distinct amounts that are counted exactly."""

PAIR_CAP = 8_000_000
"""Maximum number of distinct (window, amount) pairs that are counted exactly."""

_FLAGGED_CENTS = 1 << 24
"""To count distinct amounts, an array has one flag for each amount below this bound. Greater amounts are sorted."""

_BLOCK_BITS = CENT_BITS + 7
"""``block_bits`` of :class:`KeySums`: a block has 128 days, so a merge of blocks needs only a few megabytes."""

_SLICE_PAIRS = 1 << 17
"""Number of (window, amount) pairs that are converted at once. Converting all at once would copy all."""

LargeCounts = tuple[tuple[tuple[int, int], int], ...]
"""Entries ``((window code, minor units), rows)`` in ascending order."""


class Detail(IntEnum):
    """The level of detail at which amounts are counted, from exact (0) to coarse (2)."""

    EXACT = 0
    """Each amount is counted exactly in each window."""
    WHOLE_EXACT = 1
    """Each amount is counted exactly over all windows; in each window, only buckets are counted."""
    BUCKETED = 2
    """Only buckets are counted."""


def to_minor_units(amounts: npt.NDArray[np.float64], decimals: int) -> tuple[I64, dict[int, int]]:
    """Convert amounts to whole minor units.

    Args:
        amounts: Amount per row in major units with at most ``decimals`` decimals; NaN is null.
        decimals: Decimal places of the minor unit: 2 for cents.

    Returns:
        A pair. First: the minor units of each row; ``NULL_CENTS`` marks null, and -1 marks an amount that is negative
        or at least ``LARGE_CENTS``. Second: a dict from row position to exact minor units, for the rows with -1.
    """
    scale = 10**decimals
    with np.errstate(over="ignore"):  # an overflow gives infinity, which counts as large
        scaled = np.rint(amounts * scale)
    is_packable = (scaled >= 0) & (scaled < LARGE_CENTS)
    if is_packable.all():
        return scaled.astype(np.int64), {}
    cents = np.where(is_packable, scaled, -1).astype(np.int64)
    cents[np.isnan(amounts)] = NULL_CENTS
    return cents, {int(row): round(Fraction(amounts[row]) * scale) for row in np.flatnonzero(cents < 0)}


def floor_to_bucket(cents: I64) -> I64:
    """Return the lower end of each amount's bucket: the ``BUCKET_BITS + 1`` leading bits are kept, all others are 0."""
    _, bit_lengths = np.frexp(cents.astype(np.float64))
    dropped_bits = np.maximum(bit_lengths.astype(np.int64) - (BUCKET_BITS + 1), 0)
    return np.where(cents == NULL_CENTS, cents, cents >> dropped_bits << dropped_bits)


@dataclass(frozen=True, slots=True, eq=False)
class AmountCounts:
    """How many rows have each amount in each window. The counts of several chunks are merged with ``+``.

    The level of detail depends on all rows together, not on their division into chunks. There are three levels:

    - More than ``distinct_cap`` distinct amounts: the counts are in ``buckets``.
    - Otherwise, more than ``pair_cap`` distinct (window, amount) pairs: the counts are in ``whole`` and in ``buckets``.
    - Otherwise: the counts are in ``exact``.

    Args:
        exact: The number of rows per window and amount. Keys: ``window << CENT_BITS | minor units``.
        whole: The number of rows per amount over all windows. Keys: minor units.
        buckets: Number of rows and sum of minor units per window and bucket. Keys: ``window << CENT_BITS | lower end``.
        large: The number of rows per window and large amount (negative, or at least ``LARGE_CENTS``), at every level.
        pair_cap: Maximum number of distinct (window, amount) pairs that are counted exactly.
        distinct_cap: Maximum number of distinct amounts that are counted exactly.
    """

    exact: KeySums = NO_SUMS
    whole: KeySums = NO_SUMS
    buckets: KeySums = NO_SUMS
    large: LargeCounts = ()
    pair_cap: int = PAIR_CAP
    distinct_cap: int = DISTINCT_CAP

    @classmethod
    def of(cls, windows: I64, cents: I64, large_cents: dict[int, int]) -> Self:
        """Count exactly how many rows have each amount in each window.

        Args:
            windows: Window code of each row.
            cents: First result of :func:`to_minor_units`: the minor units of each row.
            large_cents: Second result of :func:`to_minor_units`: exact minor units by row position.
        """
        large = Counter((int(windows[row]), amount) for row, amount in large_cents.items())
        keys = (windows << CENT_BITS) | cents
        exact = KeySums.of_keys(keys[cents >= 0] if large_cents else keys, _BLOCK_BITS)
        return cls(exact, large=tuple(sorted(large.items())))

    def __add__(self, other: Self) -> Self:
        left, right = self, other
        if left.detail != right.detail:
            left, right = left._coarsen(right.detail), right._coarsen(left.detail)
        large = Counter(dict(left.large)) + Counter(dict(right.large))
        merged = type(self)(
            left.exact + right.exact,
            left.whole + right.whole,
            left.buckets + right.buckets,
            tuple(sorted(large.items())),
            min(left.pair_cap, right.pair_cap),
            min(left.distinct_cap, right.distinct_cap),
        )
        is_over_cap = merged.exact.min_size() > merged.pair_cap or merged.whole.min_size() > merged.distinct_cap
        return merged.settled() if is_over_cap else merged

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, AmountCounts):
            return NotImplemented
        left, right = (
            (counts.exact, counts.whole, counts.buckets, counts.large) for counts in (self.settled(), other.settled())
        )
        return left == right

    def __hash__(self) -> int:
        return hash(self.settled().exact)

    @property
    def detail(self) -> Detail:
        """The level of detail of the counts."""
        if self.whole.runs:
            return Detail.WHOLE_EXACT
        return Detail.BUCKETED if self.buckets.runs else Detail.EXACT

    def settled(self) -> Self:
        """Return the counts at the level of detail that the caps require, with all sorted runs of keys merged."""
        capped = self.coarsen_to_caps()
        exact, whole, buckets = map(to_one_run, (capped.exact, capped.whole, capped.buckets))
        return replace(capped, exact=exact, whole=whole, buckets=buckets)

    def coarsen_to_caps(self) -> Self:
        """Return the counts, at a coarser level of detail if they exceed ``distinct_cap`` or ``pair_cap``."""
        is_exact = self.detail is Detail.EXACT
        distinct = _count_amounts(self.exact, self.distinct_cap) if is_exact else len(self.whole.settled().keys)
        if distinct > self.distinct_cap:
            return self._coarsen(Detail.BUCKETED)
        if is_exact and self.exact.max_size() > self.pair_cap and _count_pairs(self.exact) > self.pair_cap:
            return self._coarsen(Detail.WHOLE_EXACT)
        return self

    def select_windows(self, windows: frozenset[int]) -> Self:
        """Return only the counts of the given windows; these are counts of buckets if the level is not ``EXACT``."""
        counts = self.settled()
        runs = counts.exact.settled(), counts.buckets.settled()
        exact, buckets = (select_keys(run, np.isin(run.keys >> CENT_BITS, list(windows))) for run in runs)
        large = tuple(((window, cents), rows) for (window, cents), rows in counts.large if window in windows)
        return replace(counts, exact=exact, whole=NO_SUMS, buckets=buckets, large=large)

    def _coarsen(self, detail: Detail) -> Self:
        """Return the counts at the level ``detail``; unchanged if they already have this level or a coarser one."""
        if detail <= self.detail:
            return self
        buckets = sum(map(_sum_buckets, _slice_pairs(self.exact)), self.buckets)
        whole = NO_SUMS
        if detail is Detail.WHOLE_EXACT:
            amounts = (KeySums.of_run(pairs.keys & CENT_MASK, *pairs.sums) for pairs in _slice_pairs(self.exact))
            whole = sum(amounts, NO_SUMS)
        return replace(self, exact=NO_SUMS, whole=whole, buckets=buckets)


NO_AMOUNTS = AmountCounts()
"""The identity: counts of no rows."""


def to_one_run(table: KeySums) -> KeySums:
    """Return a table with the same sums, stored in one sorted run of keys; ``NO_SUMS`` if the table has no keys."""
    run = table.settled()
    return KeySums((run,)) if len(run.keys) else NO_SUMS


def select_keys(run: SortedRun, is_selected: npt.NDArray[np.bool_]) -> KeySums:
    """Return the keys and sums of a sorted run of keys, at the positions where ``is_selected`` is true."""
    return KeySums.of_run(run.keys[is_selected], *(column[is_selected] for column in run.sums))


def _slice_pairs(exact: KeySums) -> Iterator[SortedRun]:
    for run in exact.runs:
        for start in range(0, len(run.keys), _SLICE_PAIRS):
            positions = slice(start, start + _SLICE_PAIRS)
            yield SortedRun(run.keys[positions], tuple(column[positions] for column in run.sums))


def _count_pairs(exact: KeySums) -> int:
    return sum(
        len(block.select_prefix(window, CENT_BITS).keys)
        for block in exact.blocks()
        for window in block.prefixes(CENT_BITS)
    )


def _count_amounts(exact: KeySums, cap: int) -> int:
    """Return the number of distinct amounts; 0 without counting them if ``exact.max_size()`` is at most ``cap``."""
    if exact.max_size() <= cap:
        return 0
    is_present = np.zeros(_FLAGGED_CENTS, bool)
    unflagged_cents = []
    for pairs in _slice_pairs(exact):
        cents = pairs.keys & CENT_MASK
        is_flagged = cents < _FLAGGED_CENTS
        is_present[cents[is_flagged]] = True
        unflagged_cents.append(np.unique(cents[~is_flagged]))
    return int(np.count_nonzero(is_present)) + len(np.unique(np.concatenate(unflagged_cents)))


def _sum_buckets(pairs: SortedRun) -> KeySums:
    """Sum the rows and minor units per window and bucket; ``pairs`` has the number of rows per window and amount."""
    cents, (rows,) = pairs.keys & CENT_MASK, pairs.sums
    keys = (pairs.keys - cents) | floor_to_bucket(cents)
    return KeySums.of_run(keys, rows, np.where(cents == NULL_CENTS, 0, cents * rows))
