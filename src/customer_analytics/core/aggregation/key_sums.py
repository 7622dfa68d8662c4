"""Sums per integer key, stored in sorted runs: arrays of ascending keys with their sums."""

from bisect import insort
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, starmap
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

I64 = npt.NDArray[np.int64]

ONE_BLOCK = 63
"""The ``block_bits`` that put all keys into one block; keys must not be negative."""


class SortedRun(NamedTuple):
    """Distinct keys in ascending order, and one or more arrays of sums, each with one sum per key."""

    keys: I64
    sums: tuple[I64, ...]


@dataclass(frozen=True, slots=True, eq=False)
class KeySums:
    """Sums of whole numbers per key. ``KeySums()`` holds no key; adding it to another object changes nothing.

    The keys and sums are stored in sorted runs. ``+`` merges two sorted runs if they have a similar length and belong
    to the same block (a range of keys). Merging n chunks with k keys in total costs O(k log n), not O(k n). Small
    blocks limit the memory of a merge. ``==`` compares the sums per key, not how the keys are divided into sorted runs.

    Args:
        runs: Sorted runs; all keys of a sorted run are in the same block.
        block_bits: Keys that differ only in their lowest ``block_bits`` bits are in the same block.
    """

    runs: tuple[SortedRun, ...] = ()
    block_bits: int = ONE_BLOCK

    @classmethod
    def of_keys(cls, keys: I64, block_bits: int = ONE_BLOCK) -> Self:
        """Count each key; the sums are the counts. Keys with equal ``key >> block_bits`` form a block."""
        if not len(keys):
            return cls(block_bits=block_bits)
        from customer_analytics.core.aggregation._kernels import count_keys  # noqa: PLC0415  imports Numba

        distinct, counts = count_keys(keys)
        return cls(tuple(_split_run(SortedRun(distinct, (counts,)), block_bits)), block_bits)

    @classmethod
    def of_run(cls, keys: I64, *sums: I64) -> Self:
        """Build from keys (in any order) and arrays with one sum per key; the sums of equal keys are added."""
        if not len(keys):
            return cls()
        return cls((SortedRun(keys, sums) if (keys[1:] > keys[:-1]).all() else _sort_run(keys, sums),))

    def __add__(self, other: Self) -> Self:
        bits = min(self.block_bits, other.block_bits)
        run_by_size: dict[tuple[int, int], SortedRun] = {}
        for run in (*self._runs_in_blocks(bits), *other._runs_in_blocks(bits)):
            merged = run
            while similar := run_by_size.pop(_size_class(merged, bits), None):
                merged = _merge_pair(similar, merged)
            run_by_size[_size_class(merged, bits)] = merged
        return type(self)(tuple(run_by_size.values()), bits)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, KeySums):
            return NotImplemented
        left, right = self.settled(), other.settled()
        columns = zip((left.keys, *left.sums), (right.keys, *right.sums), strict=False)  # an empty run has no sums
        return len(left.keys) == len(right.keys) and all(starmap(np.array_equal, columns))

    def __hash__(self) -> int:
        return hash(len(self.settled().keys))

    def settled(self) -> SortedRun:
        """Return all keys with their sums as one sorted run; without keys, this run has no arrays of sums."""
        blocks = [_merge_runs(runs) for _, runs in sorted(self._runs_by_block().items())]
        if not blocks:
            return SortedRun(np.zeros(0, np.int64), ())
        return blocks[0] if len(blocks) == 1 else _concatenate(blocks)

    def blocks(self) -> Iterator[Self]:
        """Yield one ``KeySums`` for each block (range of keys) that is not empty, in ascending order of the keys."""
        for _, runs in sorted(self._runs_by_block().items()):
            yield type(self)(tuple(runs), self.block_bits)

    def prefixes(self, bits: int) -> list[int]:
        """Return the distinct values of ``key >> bits`` over all keys, in ascending order."""
        prefixes: list[int] = []
        start = None
        while next_keys := [key for run in self.runs if (key := _first_key(run, start)) is not None]:
            prefixes.append(min(next_keys) >> bits)
            start = (prefixes[-1] + 1) << bits
        return prefixes

    def select_prefix(self, prefix: int, bits: int) -> SortedRun:
        """Return the keys with ``key >> bits == prefix``, and their sums, as one sorted run."""
        bounds = [prefix << bits, (prefix + 1) << bits]
        selected = (_slice_run(run, slice(*np.searchsorted(run.keys, bounds))) for run in self.runs)
        return type(self)(tuple(run for run in selected if len(run.keys))).settled()

    def min_size(self) -> int:
        """Return a lower bound of the number of distinct keys, computed without merging the sorted runs."""
        return sum(len(runs[-1].keys) for runs in self._runs_by_block().values())

    def max_size(self) -> int:
        """Return an upper bound of the number of distinct keys: the total length of all sorted runs."""
        return sum(len(run.keys) for run in self.runs)

    def _runs_by_block(self) -> dict[int, list[SortedRun]]:
        runs_by_block: dict[int, list[SortedRun]] = {}
        for run in sorted(self._runs_in_blocks(self.block_bits), key=lambda run: len(run.keys)):
            runs_by_block.setdefault(_block(run, self.block_bits), []).append(run)
        return runs_by_block

    def _runs_in_blocks(self, bits: int) -> Iterable[SortedRun]:
        """Return the sorted runs that are not empty, split so that each of them has one value of ``key >> bits``."""
        runs = (run for run in self.runs if len(run.keys))
        return runs if bits == self.block_bits else chain.from_iterable(_split_run(run, bits) for run in runs)


NO_SUMS = KeySums()
"""``KeySums`` without keys; adding it to another object changes nothing."""


def _first_key(run: SortedRun, start: int | None) -> int | None:
    """Return the lowest key that is at least ``start`` (``None``: no limit); ``None`` if there is no such key."""
    index = 0 if start is None else int(np.searchsorted(run.keys, start))
    return int(run.keys[index]) if index < len(run.keys) else None


def _block(run: SortedRun, bits: int) -> int:
    return int(run.keys[0]) >> bits


def _size_class(run: SortedRun, bits: int) -> tuple[int, int]:
    """Return the block and the bit length of the number of keys; ``+`` merges runs for which both are equal."""
    return _block(run, bits), len(run.keys).bit_length()


def _slice_run(run: SortedRun, rows: slice) -> SortedRun:
    return SortedRun(run.keys[rows], tuple(column[rows] for column in run.sums))


def _split_run(run: SortedRun, bits: int) -> Iterator[SortedRun]:
    """Split a sorted run (not empty) into one per block, the keys with equal ``key >> bits``; no shared memory."""
    blocks = run.keys >> bits
    starts = np.flatnonzero(np.diff(blocks, prepend=blocks[:1] - 1)).tolist()
    if len(starts) == 1:
        yield run
        return
    for start, stop in zip(starts, [*starts[1:], len(blocks)], strict=True):
        yield SortedRun(run.keys[start:stop].copy(), tuple(column[start:stop].copy() for column in run.sums))


def _concatenate(runs: list[SortedRun]) -> SortedRun:
    """Join sorted runs in the given order; all keys of a sorted run must be below all keys of the next one."""
    keys, sums = zip(*runs, strict=True)
    return SortedRun(np.concatenate(keys), tuple(map(np.concatenate, zip(*sums, strict=True))))


def _merge_runs(runs: Sequence[SortedRun]) -> SortedRun:
    """Merge all sorted runs into one. Always merge the two shortest first, to limit the memory."""
    longest_first = sorted(runs, key=lambda run: -len(run.keys))
    while len(longest_first) > 1:
        merged = _merge_pair(longest_first.pop(), longest_first.pop())
        insort(longest_first, merged, key=lambda run: -len(run.keys))
    return longest_first[0]


def _merge_pair(left: SortedRun, right: SortedRun) -> SortedRun:
    first, last = (left, right) if left.keys[0] <= right.keys[0] else (right, left)
    if first.keys[-1] < last.keys[0]:
        return _concatenate([first, last])
    from customer_analytics.core.aggregation._kernels import merge_counts  # noqa: PLC0415  imports Numba

    columns = zip(first.sums, last.sums, strict=True)
    merged = [merge_counts(first.keys, first_sums, last.keys, last_sums) for first_sums, last_sums in columns]
    return SortedRun(merged[0][0], tuple(sums for _, sums in merged))


def _sort_run(keys: I64, sums: tuple[I64, ...]) -> SortedRun:
    """Sort keys and their sums into a sorted run; the sums of equal keys are added."""
    order = np.argsort(keys, kind="stable")
    sorted_keys = keys[order]
    starts = np.flatnonzero(np.diff(sorted_keys, prepend=sorted_keys[:1] - 1))
    return SortedRun(sorted_keys[starts], tuple(np.add.reduceat(column[order], starts) for column in sums))
