"""Counts of integer keys as a mergeable value: sorted runs that are merged when they are of like size."""

from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

I64 = npt.NDArray[np.int64]

_FAN_IN = 8
_MOST_RUNS = 64
_MERGED_KEYS = 1 << 20
_ROWS_AGAIN = 2_000_000


class Run(NamedTuple):
    """Distinct keys, ascending, and what is summed for each (one array per measure)."""

    keys: I64
    sums: tuple[I64, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """Sums of whole numbers per key; ``Tally()`` is the identity.

    Adding keeps several runs and merges only many of like size at once (``_FAN_IN`` that have ``_MERGED_KEYS`` keys, or
    ``_MOST_RUNS``), so that adding n chunks costs O(size log n) and not O(size n). Which runs there are is no part of
    the value: ``==`` compares the settled run.
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
        ordered = np.sort(keys)
        starts = _starts(ordered)
        return cls((Run(ordered[starts], (np.diff(starts, append=len(ordered)),)),))

    @classmethod
    def of_run(cls, keys: I64, *sums: I64) -> Self:
        """Sums per key, of keys in any order that may repeat; kept, not copied, where they are in order."""
        if not len(keys):
            return cls()
        run = Run(keys, sums)
        return cls((run if (keys[1:] > keys[:-1]).all() else _merged((run,)),))

    def __add__(self, other: Self) -> Self:
        runs = (*self.runs, *other.runs)
        while crowd := _crowd(runs):
            runs = (*(run for run in runs if not any(run is one for one in crowd)), _merged(crowd))
        return type(self)(runs)

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

    def size(self) -> int:
        """Keys in the largest run: a lower bound of the distinct keys."""
        return max((len(run.keys) for run in self.runs), default=0)


EMPTY = Tally()
"""The identity."""


def _crowd(runs: tuple[Run, ...]) -> tuple[Run, ...]:
    """The first runs of like size (within a factor of eight) that are enough to merge; else none."""
    sizes = [len(run.keys).bit_length() // 3 for run in runs]
    for size in sorted(set(sizes)):
        alike = tuple(run for run, own in zip(runs, sizes, strict=True) if own == size)
        few = len(alike) < _MOST_RUNS and sum(len(run.keys) for run in alike) < _MERGED_KEYS
        if len(alike) >= _FAN_IN and not few:
            return alike
    return ()


def _merged(runs: tuple[Run, ...]) -> Run:
    if all(len(run.sums) == 1 and (run.sums[0] > 0).all() for run in runs):
        rows = sum(int(run.sums[0].sum()) for run in runs)
        if rows <= min(2 * sum(len(run.keys) for run in runs), _ROWS_AGAIN):
            again = np.concatenate([np.repeat(run.keys, run.sums[0]) for run in runs])
            return Tally.of_keys(again).runs[0]  # sorting few rows again costs less than merging their counts
    keys = np.concatenate([run.keys for run in runs])
    order = np.argsort(keys, kind="stable")  # merges runs that are sorted already
    keys = keys[order]
    starts = _starts(keys)
    keys = keys[starts]
    if len(order) <= np.iinfo(np.int32).max:
        order = order.astype(np.int32)  # half of what a merge holds at its peak
    return Run(
        keys, tuple(_summed([run.sums[place] for run in runs], order, starts) for place in range(len(runs[0].sums)))
    )


def _summed(pieces: list[I64], order: npt.NDArray[np.signedinteger], starts: npt.NDArray[np.intp]) -> I64:
    """Sums between starts, as differences of a running sum: ``add.reduceat`` is slow on short stretches."""
    running = np.concatenate(pieces)[order]
    np.cumsum(running, out=running)
    ends = running[np.append(starts[1:], len(running)) - 1]
    return np.asarray(np.diff(ends, prepend=0), np.int64)


def _starts(ordered: I64) -> npt.NDArray[np.intp]:
    changes = np.ones(len(ordered), bool)
    np.not_equal(ordered[1:], ordered[:-1], out=changes[1:])
    return np.flatnonzero(changes)
