"""Exact number of orders and exact revenue per group of purchases."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import prod
from typing import NamedTuple

import numpy as np

from customer_analytics.core.aggregation._kernels import sum_by_code
from customer_analytics.core.aggregation.key_sums import NO_SUMS, KeySums, SortedRun
from customer_analytics.core.money._kernels import join_sum
from customer_analytics.core.money.minor_units import MinorUnits

Group = tuple[str, ...]

_DENSE_GROUPS_PER_ROW = 16
"""If there are more possible groups per row than this, memory is reserved only for the groups that occur."""


class Total(NamedTuple):
    """Number of orders of one group, and their revenue in minor units."""

    orders: int
    minor_units: int


@dataclass(frozen=True, slots=True, eq=False)
class Totals:
    """Orders and revenue per group. ``Totals()`` holds no row; adding it to another object changes nothing.

    A group is a tuple with one name of each axis, such as a country and a category. The code of a group is its index in
    ``itertools.product(*axes)``. Memory grows with the number of groups that occur.

    Args:
        axes: The distinct names on each axis, such as all countries and all categories.
        sums: Three sums per group code. The first is the number of orders. The other two, ``high`` and ``low``,
            together represent the revenue in minor units (see :func:`customer_analytics.core.money._kernels.join_sum`).
    """

    axes: tuple[Group, ...] = ()
    sums: KeySums = NO_SUMS

    @classmethod
    def of(cls, money: MinorUnits, codes: np.ndarray, axes: Sequence[Iterable[str]]) -> "Totals":
        """Compute the totals of a chunk.

        Args:
            money: Amount of each row.
            codes: int64, the group code of each row: the index of its group in ``itertools.product(*axes)``.
            axes: The distinct names on each axis, such as all countries and all categories.
        """
        names = tuple(map(tuple, axes))
        return cls(names, _sum_groups(money.units, codes, prod(map(len, names))))

    def __add__(self, other: "Totals") -> "Totals":
        if not (self.axes and other.axes):
            return self if self.axes else other
        axes = tuple(tuple(dict.fromkeys((*left, *right))) for left, right in zip(self.axes, other.axes, strict=True))
        return Totals(axes, _recode(self, axes) + _recode(other, axes))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Totals) and self.groups == other.groups

    __hash__ = None  # type: ignore[assignment]

    @property
    def groups(self) -> dict[Group, Total]:
        """The total of each group that occurs; empty if there are no rows."""
        run = self.sums.settled()
        if not len(run.keys):
            return {}
        indices_by_axis = zip(self.axes, self._indices(run), strict=True)
        groups = zip(*([axis[index] for index in indices.tolist()] for axis, indices in indices_by_axis), strict=True)
        sums = zip(*(column.tolist() for column in run.sums), strict=True)
        return {
            group: Total(orders, join_sum(high, low)) for group, (orders, high, low) in zip(groups, sums, strict=True)
        }

    def names(self, axis: int) -> tuple[str, ...]:
        """Return the names on one axis that occur in at least one row, in ascending order."""
        if not self.axes:
            return ()
        indices = np.unique(self._indices(self.sums.settled())[axis])
        return tuple(sorted(self.axes[axis][index] for index in indices.tolist()))

    def roll_up(self, axis: int) -> "Totals":
        """Return the totals per name on one axis; totals of groups that differ only on other axes are added."""
        if not self.axes:
            return self
        run = self.sums.settled()
        return Totals((self.axes[axis],), KeySums.of_run(self._indices(run)[axis], *run.sums))

    def _indices(self, run: SortedRun) -> tuple[np.ndarray, ...]:
        """Split each group code (key) of ``run`` into one index per axis; return one array of indices per axis."""
        return np.unravel_index(run.keys, tuple(map(len, self.axes)))


def _sum_groups(units: np.ndarray, codes: np.ndarray, size: int) -> KeySums:
    if size > _DENSE_GROUPS_PER_ROW * len(codes):
        groups, codes = np.unique(codes, return_inverse=True)
    else:
        groups = np.arange(size)
    sums = sum_by_code(units, codes, len(groups))
    occurring = np.flatnonzero(sums[0])
    return KeySums.of_run(groups[occurring], *sums.take(occurring, axis=1))


def _recode(totals: Totals, axes: tuple[Group, ...]) -> KeySums:
    """Replace the group codes in ``totals.sums`` by codes for ``axes``; these contain all names of ``totals.axes``."""
    if axes == totals.axes:
        return totals.sums
    new_index_by_axis = [_indices_of(axis, new_axis) for axis, new_axis in zip(totals.axes, axes, strict=True)]
    old_shape, new_shape = (tuple(map(len, names)) for names in (totals.axes, axes))

    def recode_run(run: SortedRun) -> KeySums:
        indices_by_axis = zip(new_index_by_axis, np.unravel_index(run.keys, old_shape), strict=True)
        new_indices = tuple(new_index[indices] for new_index, indices in indices_by_axis)
        return KeySums.of_run(np.ravel_multi_index(new_indices, new_shape), *run.sums)

    return sum(map(recode_run, totals.sums.runs), NO_SUMS)


def _indices_of(names: Group, axis: Group) -> np.ndarray:
    index_of_name = {name: index for index, name in enumerate(axis)}
    return np.array([index_of_name[name] for name in names], np.int64)
