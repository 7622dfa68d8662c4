"""Counts of integer keys as a mergeable value: sorted runs that are merged when they are of like size."""

from bisect import insort
from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

I64 = npt.NDArray[np.int64]


class Run(NamedTuple):
    """Distinct keys, ascending, and what is summed for each (one array per measure)."""

    keys: I64
    sums: tuple[I64, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """Sums of whole numbers per key; ``Tally()`` is the identity.

    Adding keeps several runs, none of them of like size: two such are merged, so that adding n chunks costs
    O(size log n) and not O(size n), and no more is held than about two copies. Which runs there are is no part of the
    value: ``==`` compares the settled run.
    """

    runs: tuple[Run, ...] = ()

    @classmethod
    def of_keys(cls, keys: I64) -> Self:
        """How often each key occurs.

        Args:
            keys: In any order, repeated as often as they occur.
        """
        if not len(keys):
            return cls()
        from customer_analytics.core.kernels.runs import counted  # noqa: PLC0415  only where rows are counted

        distinct, counts = counted(keys)
        return cls((Run(distinct, (counts,)),))

    @classmethod
    def of_run(cls, keys: I64, *sums: I64) -> Self:
        """Sums per key, of keys in any order that may repeat; kept, not copied, where they are in order."""
        if not len(keys):
            return cls()
        return cls((Run(keys, sums) if (keys[1:] > keys[:-1]).all() else _ordered(keys, sums),))

    def __add__(self, other: Self) -> Self:
        by_size: dict[int, Run] = {}
        for one in (run for run in (*self.runs, *other.runs) if len(run.keys)):
            merged = one
            while alike := by_size.pop(_size(merged), None):
                merged = _merged_pair(alike, merged)
            by_size[_size(merged)] = merged
        return type(self)(tuple(by_size.values()))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Tally):
            return NotImplemented
        mine, theirs = self.settled(), other.settled()
        return len(mine.keys) == len(theirs.keys) and all(
            np.array_equal(one, two)
            for one, two in zip((mine.keys, *mine.sums), (theirs.keys, *theirs.sums), strict=False)
        )

    def __hash__(self) -> int:
        return hash(len(self.settled().keys))

    def settled(self) -> Run:
        """All in one run; no keys and no sums when nothing was counted."""
        if not self.runs:
            return Run(np.zeros(0, np.int64), ())
        return self.runs[0] if len(self.runs) == 1 else _merged(self.runs)

    def paired(self) -> Self:
        """The same value in two runs at most, the longest as it is: what takes less memory than all in one."""
        ranked = sorted(self.runs, key=lambda run: len(run.keys))
        return self if len(ranked) <= 2 else type(self)((ranked[-1], _merged(tuple(ranked[:-1]))))  # noqa: PLR2004

    def groups(self, bits: int) -> list[int]:
        """What keys have above their lowest ``bits``, ascending, each once."""
        found: list[int] = []
        while heads := [int(run.keys[at]) for run in self.runs if (at := _place(run, found, bits)) < len(run.keys)]:
            found.append(min(heads) >> bits)
        return found

    def group(self, upper: int, bits: int) -> Run:
        """The keys that have this above their lowest ``bits``, in one run."""
        bounds = [upper << bits, (upper + 1) << bits]
        places = [slice(*np.searchsorted(run.keys, bounds)) for run in self.runs]
        cut = (
            Run(run.keys[at], tuple(each[at] for each in run.sums)) for run, at in zip(self.runs, places, strict=True)
        )
        return type(self)(tuple(run for run in cut if len(run.keys))).settled()

    def size(self) -> int:
        """Keys in the largest run: a lower bound of the distinct keys."""
        return max((len(run.keys) for run in self.runs), default=0)

    def most(self) -> int:
        """Keys in all runs: an upper bound of the distinct keys."""
        return sum(len(run.keys) for run in self.runs)


EMPTY = Tally()
"""The identity."""


def _place(run: Run, found: list[int], bits: int) -> int:
    """Where the keys begin that have more above their lowest ``bits`` than the last one found."""
    return int(np.searchsorted(run.keys, (found[-1] + 1) << bits)) if found else 0


def _size(run: Run) -> int:
    """Runs of like size (within a factor of two) have the same."""
    return len(run.keys).bit_length()


def _merged(runs: tuple[Run, ...]) -> Run:
    """All runs as one, the shortest two first, so that little is held besides the runs and the result."""
    waiting = sorted(runs, key=lambda run: -len(run.keys))
    while len(waiting) > 1:
        insort(waiting, _merged_pair(waiting.pop(), waiting.pop()), key=lambda run: -len(run.keys))
    return waiting[0]


def _merged_pair(one: Run, two: Run) -> Run:
    first, last = (one, two) if one.keys[0] <= two.keys[0] else (two, one)
    sums = list(zip(first.sums, last.sums, strict=True))
    if first.keys[-1] < last.keys[0]:
        return Run(np.concatenate([first.keys, last.keys]), tuple(map(np.concatenate, sums)))
    from customer_analytics.core.kernels.runs import merged  # noqa: PLC0415  only where rows were counted

    pairs = [merged(first.keys, mine, last.keys, theirs) for mine, theirs in sums]
    return Run(pairs[0][0], tuple(sums for _, sums in pairs))


def _ordered(keys: I64, sums: tuple[I64, ...]) -> Run:
    """A run of keys in any order that may repeat."""
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    starts = np.flatnonzero(np.diff(ordered, prepend=ordered[:1] - 1))
    return Run(ordered[starts], tuple(np.add.reduceat(each[order], starts) for each in sums))
