"""Orders and revenue per group, exact."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from customer_analytics.core.numerals import MinorUnits
from customer_analytics.core.partials.money import exact_group_sums

Group = tuple[str, ...]


class Total(NamedTuple):
    """One group's orders and revenue in minor units."""

    orders: int
    minor: int


@dataclass(frozen=True, slots=True)
class Totals:
    """Group → its total; memory grows with the groups."""

    groups: Mapping[Group, Total] = field(default_factory=dict)

    @classmethod
    def of(cls, money: MinorUnits, codes: np.ndarray, name_of: Callable[[int], Group]) -> "Totals":
        """The totals of a chunk.

        Args:
            money: What each row is worth.
            codes: The group of each row as an integer from 0.
            name_of: The group that a code stands for.
        """
        present, groups = _dense(codes)
        orders = np.bincount(groups, minlength=len(present)).tolist()
        minor = exact_group_sums(money.units, groups, len(present))
        for row, more in money.huge.items():
            minor[groups[row]] += more
        found = dict(zip(map(name_of, present.tolist()), map(Total, orders, minor), strict=True))
        return cls(found)

    def __add__(self, other: "Totals") -> "Totals":
        merged = dict(self.groups)
        for group, more in other.groups.items():
            have = merged.get(group)
            merged[group] = more if have is None else Total(have.orders + more.orders, have.minor + more.minor)
        return Totals(merged)

    def rolled_up(self, place: int) -> "Totals":
        """The totals of the groups' ``place``-th part alone."""
        merged: dict[Group, Total] = {}
        for group, more in self.groups.items():
            have = merged.get((group[place],), Total(0, 0))
            merged[group[place],] = Total(have.orders + more.orders, have.minor + more.minor)
        return Totals(merged)


def _dense(codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The codes that occur, ascending, and each row's place among them."""
    present = np.flatnonzero(np.bincount(codes)) if len(codes) else np.zeros(0, np.int64)
    place = np.zeros(int(present[-1]) + 1 if len(present) else 0, np.int64)
    place[present] = np.arange(len(present))
    return present, place[codes]
