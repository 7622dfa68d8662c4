"""Counts of integer keys as a mergeable value: sorted runs that are merged when they are of like size."""

from bisect import insort
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

I64 = npt.NDArray[np.int64]


ONE_BLOCK = 63
"""Lowest bits of a key in a tally that is one block; of keys from 0."""


class SortedRun(NamedTuple):
    """Distinct keys, ascending, and what is summed for each (one array per measure)."""

    keys: I64
    sums: tuple[I64, ...]


@dataclass(frozen=True, slots=True, eq=False)
class KeySums:
    """Sums of whole numbers per key; ``KeySums()`` is the identity.

    Adding keeps several runs in a block, none of them of like size: two such are merged, so that adding n chunks costs
    O(size log n) and not O(size n). While two are merged they are held beside what they become, so a large tally is cut
    into blocks. Which runs there are is no part of the value: ``==`` compares the settled run.

    Args:
        runs: Each in one block.
        block_bits: Keys that differ in these lowest bits alone are of one block.
    """

    runs: tuple[SortedRun, ...] = ()
    block_bits: int = ONE_BLOCK

    @classmethod
    def of_keys(cls, keys: I64, block_bits: int = ONE_BLOCK) -> Self:
        """How often each key occurs.

        Args:
            keys: In any order, repeated as often as they occur.
            block_bits: How the tally is cut.
        """
        if not len(keys):
            return cls(block_bits=block_bits)
        from customer_analytics.core.aggregation._kernels import counted  # noqa: PLC0415  only where rows are counted

        distinct, counts = counted(keys)
        return cls(tuple(_blocks_of(SortedRun(distinct, (counts,)), block_bits)), block_bits)

    @classmethod
    def of_run(cls, keys: I64, *sums: I64) -> Self:
        """Sums per key, of keys in any order that may repeat; kept, not copied, where they are in order."""
        if not len(keys):
            return cls()
        return cls((SortedRun(keys, sums) if (keys[1:] > keys[:-1]).all() else _ordered(keys, sums),))

    def __add__(self, other: Self) -> Self:
        bits = min(self.block_bits, other.block_bits)
        by_size: dict[tuple[int, int], SortedRun] = {}
        for one in (*self._cut(bits), *other._cut(bits)):
            merged = one
            while alike := by_size.pop(_place(merged, bits), None):
                merged = _merged_pair(alike, merged)
            by_size[_place(merged, bits)] = merged
        return type(self)(tuple(by_size.values()), bits)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, KeySums):
            return NotImplemented
        mine, theirs = self.settled(), other.settled()
        return len(mine.keys) == len(theirs.keys) and all(
            np.array_equal(one, two)
            for one, two in zip((mine.keys, *mine.sums), (theirs.keys, *theirs.sums), strict=False)
        )

    def __hash__(self) -> int:
        return hash(len(self.settled().keys))

    def settled(self) -> SortedRun:
        """All in one run; no keys and no sums when nothing was counted."""
        blocks = [_merged(runs) for _, runs in sorted(self._blocks().items())]
        if not blocks:
            return SortedRun(np.zeros(0, np.int64), ())
        return blocks[0] if len(blocks) == 1 else _joined(blocks)

    def blocks(self) -> Iterator[Self]:
        """The blocks that have keys, ascending, each as a tally."""
        for _, runs in sorted(self._blocks().items()):
            yield type(self)(tuple(runs), self.block_bits)

    def groups(self, bits: int) -> list[int]:
        """What keys have above their lowest ``bits``, ascending, each once."""
        found: list[int] = []
        while heads := [int(run.keys[at]) for run in self.runs if (at := _begin(run, found, bits)) < len(run.keys)]:
            found.append(min(heads) >> bits)
        return found

    def group(self, upper: int, bits: int) -> SortedRun:
        """The keys that have this above their lowest ``bits``, in one run."""
        bounds = [upper << bits, (upper + 1) << bits]
        places = [slice(*np.searchsorted(run.keys, bounds)) for run in self.runs]
        cut = (
            SortedRun(run.keys[at], tuple(each[at] for each in run.sums))
            for run, at in zip(self.runs, places, strict=True)
        )
        return type(self)(tuple(run for run in cut if len(run.keys))).settled()

    def size(self) -> int:
        """Keys in the longest run of each block: a lower bound of the distinct keys."""
        return sum(len(runs[-1].keys) for runs in self._blocks().values())

    def most(self) -> int:
        """Keys in all runs: an upper bound of the distinct keys."""
        return sum(len(run.keys) for run in self.runs)

    def _blocks(self) -> dict[int, list[SortedRun]]:
        """The runs of each block, shortest first."""
        found: dict[int, list[SortedRun]] = {}
        for run in sorted(self._cut(self.block_bits), key=lambda run: len(run.keys)):
            found.setdefault(_block(run, self.block_bits), []).append(run)
        return found

    def _cut(self, bits: int) -> Iterable[SortedRun]:
        """The runs that have keys, in blocks of so many bits."""
        runs = (run for run in self.runs if len(run.keys))
        return runs if bits == self.block_bits else chain.from_iterable(_blocks_of(run, bits) for run in runs)


NO_SUMS = KeySums()
"""The identity."""


def _begin(run: SortedRun, found: list[int], bits: int) -> int:
    """Where the keys begin that have more above their lowest ``bits`` than the last one found."""
    return int(np.searchsorted(run.keys, (found[-1] + 1) << bits)) if found else 0


def _block(run: SortedRun, bits: int) -> int:
    return int(run.keys[0]) >> bits


def _place(run: SortedRun, bits: int) -> tuple[int, int]:
    """Runs of one block and like size (within a factor of two) have the same."""
    return _block(run, bits), len(run.keys).bit_length()


def _blocks_of(run: SortedRun, bits: int) -> Iterator[SortedRun]:
    """A run that has keys cut into those of each block; copies, which do not keep the whole alive."""
    blocks = run.keys >> bits
    starts = np.flatnonzero(np.diff(blocks, prepend=blocks[:1] - 1)).tolist()
    if len(starts) == 1:
        yield run
        return
    for start, stop in zip(starts, [*starts[1:], len(blocks)], strict=True):
        yield SortedRun(run.keys[start:stop].copy(), tuple(each[start:stop].copy() for each in run.sums))


def _joined(runs: list[SortedRun]) -> SortedRun:
    """Runs one after the other."""
    keys, sums = zip(*runs, strict=True)
    return SortedRun(np.concatenate(keys), tuple(map(np.concatenate, zip(*sums, strict=True))))


def _merged(runs: Sequence[SortedRun]) -> SortedRun:
    """All runs as one, the shortest two first, so that little is held besides the runs and the result."""
    waiting = sorted(runs, key=lambda run: -len(run.keys))
    while len(waiting) > 1:
        insort(waiting, _merged_pair(waiting.pop(), waiting.pop()), key=lambda run: -len(run.keys))
    return waiting[0]


def _merged_pair(one: SortedRun, two: SortedRun) -> SortedRun:
    first, last = (one, two) if one.keys[0] <= two.keys[0] else (two, one)
    if first.keys[-1] < last.keys[0]:
        return _joined([first, last])
    from customer_analytics.core.aggregation._kernels import merged  # noqa: PLC0415  only where rows were counted

    sums = zip(first.sums, last.sums, strict=True)
    pairs = [merged(first.keys, mine, last.keys, theirs) for mine, theirs in sums]
    return SortedRun(pairs[0][0], tuple(sums for _, sums in pairs))


def _ordered(keys: I64, sums: tuple[I64, ...]) -> SortedRun:
    """A run of keys in any order that may repeat."""
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    starts = np.flatnonzero(np.diff(ordered, prepend=ordered[:1] - 1))
    return SortedRun(ordered[starts], tuple(np.add.reduceat(each[order], starts) for each in sums))
