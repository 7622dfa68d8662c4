"""Orders and revenue per group, exact."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import prod
from typing import NamedTuple

import numpy as np

from customer_analytics.core.aggregation._kernels import sum_by_code
from customer_analytics.core.aggregation.key_sums import NO_SUMS, KeySums, SortedRun
from customer_analytics.core.money._kernels import joined_sum
from customer_analytics.core.money.minor_units import MinorUnits

Group = tuple[str, ...]

_DENSE_CELLS = 16


class Total(NamedTuple):
    """One group's orders and revenue in minor units."""

    orders: int
    minor: int


@dataclass(frozen=True, slots=True, eq=False)
class Totals:
    """Group → its total; memory grows with the groups that occur.

    Args:
        axes: The names that each part of a group can have, distinct.
        cells: Per group its orders, and its revenue in minor units as two numbers, of which the first counts ``2**26``;
            a group is its place in the product of the axes, the last part fastest.
    """

    axes: tuple[Group, ...] = ()
    cells: KeySums = NO_SUMS

    @classmethod
    def of(cls, money: MinorUnits, codes: np.ndarray, axes: Sequence[Iterable[str]]) -> "Totals":
        """The totals of a chunk.

        Args:
            money: What each row is worth.
            codes: The group of each row, as a place in the product of the axes; int64.
            axes: The names that each part of a group can have, distinct.
        """
        names = tuple(map(tuple, axes))
        return cls(names, _counted(money.units, codes, prod(map(len, names))))

    def __add__(self, other: "Totals") -> "Totals":
        if not (self.axes and other.axes):
            return self if self.axes else other
        axes = tuple(map(_union, self.axes, other.axes))
        return Totals(axes, _along(axes, self) + _along(axes, other))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Totals) and self.groups == other.groups

    __hash__ = None  # type: ignore[assignment]

    @property
    def groups(self) -> dict[Group, Total]:
        """Each group that occurs and its total."""
        run = self.cells.settled()
        if not len(run.keys):
            return {}
        parts = zip(self.axes, self._parts(run), strict=True)
        names = zip(*([axis[place] for place in part.tolist()] for axis, part in parts), strict=True)
        sums = zip(*(each.tolist() for each in run.sums), strict=True)
        return {
            name: Total(orders, joined_sum(high, low)) for name, (orders, high, low) in zip(names, sums, strict=True)
        }

    def names(self, place: int) -> tuple[str, ...]:
        """What the groups that occur have as their ``place``-th part, each once, ascending."""
        if not self.axes:
            return ()
        used = np.unique(self._parts(self.cells.settled())[place])
        return tuple(sorted(self.axes[place][part] for part in used.tolist()))

    def rolled_up(self, place: int) -> "Totals":
        """The totals of the groups' ``place``-th part alone."""
        run = self.cells.settled()
        if not self.axes:
            return self
        return Totals((self.axes[place],), KeySums.of_run(self._parts(run)[place], *run.sums))

    def _parts(self, run: SortedRun) -> tuple[np.ndarray, ...]:
        """The place of each group's parts along the axes."""
        return np.unravel_index(run.keys, tuple(map(len, self.axes)))


def _counted(units: np.ndarray, codes: np.ndarray, size: int) -> KeySums:
    if size > _DENSE_CELLS * len(codes):
        present, codes = np.unique(codes, return_inverse=True)
    else:
        present = np.arange(size)
    sums = sum_by_code(units, codes, len(present))
    occurs = np.flatnonzero(sums[0])
    return KeySums.of_run(present[occurs], *sums.take(occurs, axis=1))


def _union(one: Group, other: Group) -> Group:
    return one if one == other else tuple(dict.fromkeys((*one, *other)))


def _along(axes: tuple[Group, ...], totals: Totals) -> KeySums:
    """The cells of totals coded along other axes, in which every name of theirs stands."""
    if axes == totals.axes:
        return totals.cells
    places = [{name: place for place, name in enumerate(axis)} for axis in axes]
    recodes = [
        np.array([place[name] for name in axis], np.int64) for place, axis in zip(places, totals.axes, strict=True)
    ]
    return sum(
        (KeySums.of_run(_recoded(run, recodes, totals.axes, axes), *run.sums) for run in totals.cells.runs), NO_SUMS
    )


def _recoded(run: SortedRun, recodes: list[np.ndarray], old: tuple[Group, ...], new: tuple[Group, ...]) -> np.ndarray:
    parts = np.unravel_index(run.keys, tuple(map(len, old)))
    recoded = tuple(recode[part] for recode, part in zip(recodes, parts, strict=True))
    return np.ravel_multi_index(recoded, tuple(map(len, new)))
