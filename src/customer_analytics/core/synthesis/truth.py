"""The truth about a delivery: what the generator decided, counted; nothing is parsed or judged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

import numpy as np
from pyroaring import BitMap64

from customer_analytics.core.contract.columns import Column, Fault
from customer_analytics.core.synthesis.random_bits import I64, Flags
from customer_analytics.core.synthesis.row_plan import ACCEPTED_NULLS, REASONS_AT, Kind, Plan
from customer_analytics.core.synthesis.value_lists import COUNTRIES

_COUNTRY_SHIFT = 40
_READABLE_FAULTS = (0, 3)


@dataclass(frozen=True, slots=True)
class Labels:
    """The names under which revenue is counted: of each category, and of the month of each day."""

    categories: Sequence[str]
    months: Sequence[str]


@dataclass(frozen=True, slots=True)
class TruthCounts:
    """Counts of some rows of a delivery; adding two gives the counts of their rows together.

    Every row is counted once: as clean, quarantined, exact, conflicting or unsettled. Money is in cents.

    Args:
        clean: Valid rows that are the first valid copy of their purchase.
        quarantined: Rows refused by the default contract.
        exact: Later copies that equal the kept one in all eight values.
        conflicting: Later copies that do not.
        unsettled: Numbers of the valid copies of refused rows; only together they tell which is first.
        by_reason: Reason → refused rows that have it.
        amounts_rounded: Rows, whatever became of them, whose amount can be read (negative ones too; not in a
            record of a wrong structure) and is no whole number of cents.
        by_country: Country → revenue of the clean rows.
        by_category: Category → revenue of the clean rows.
        by_month: ``2024-01`` and so on → revenue of the clean rows.
        buyers: Place of the country and customer id of the clean rows, as one number for each pair.
    """

    clean: int = 0
    quarantined: int = 0
    exact: int = 0
    conflicting: int = 0
    unsettled: BitMap64 = field(default_factory=BitMap64)
    by_reason: Mapping[str, int] = field(default_factory=dict)
    amounts_rounded: int = 0
    by_country: Mapping[str, int] = field(default_factory=dict)
    by_category: Mapping[str, int] = field(default_factory=dict)
    by_month: Mapping[str, int] = field(default_factory=dict)
    buyers: BitMap64 = field(default_factory=BitMap64)

    @classmethod
    def of(cls, plan: Plan, root_refused: Flags, labels: Labels) -> Self:
        """Count rows.

        Args:
            plan: The rows.
            root_refused: Whether the row where each purchase came first is refused, one entry per row.
            labels: Names of categories and months.
        """
        refused = plan.refused()
        copy = ~refused & (plan.kind != Kind.FRESH)
        repeated, unsettled = copy & ~root_refused, copy & root_refused
        clean = ~refused & (plan.kind == Kind.FRESH)
        return cls(
            quarantined=int(refused.sum()),
            exact=int((repeated & (plan.kind == Kind.EXACT)).sum()),
            conflicting=int((repeated & (plan.kind != Kind.EXACT)).sum()),
            unsettled=BitMap64(plan.ordinal[unsettled].astype(np.uint64)),
            by_reason=_count_reasons(plan),
            amounts_rounded=_count_rounded(plan),
        ) + cls.of_clean(plan, np.flatnonzero(clean), labels)

    @classmethod
    def of_clean(cls, plan: Plan, rows: I64, labels: Labels) -> Self:
        """Count some of a plan's rows as clean ones."""
        cents, country = plan.amount_cents()[rows], plan.country[rows]
        months, month_of_day = np.unique(np.asarray(labels.months), return_inverse=True)
        return cls(
            clean=len(rows),
            by_country=_sums(country, cents, COUNTRIES),
            by_category=_sums(plan.category[rows], cents, labels.categories),
            by_month=_sums(month_of_day[plan.day[rows]], cents, months.tolist()),
            buyers=BitMap64(np.sort((country << _COUNTRY_SHIFT) | plan.customer[rows]).astype(np.uint64)),
        )

    @classmethod
    def of_settled(cls, plan: Plan, labels: Labels) -> Self:
        """Count valid copies of refused rows: the first of each purchase is clean, the others repeat it."""
        order = np.lexsort((plan.ordinal, plan.root))
        first = np.diff(plan.root[order], prepend=-1) != 0
        kept = order[np.maximum.accumulate(np.where(first, np.arange(len(order)), 0))]
        values = plan.values()
        same = (values[order] == values[kept]).all(axis=1)
        repeats = cls(exact=int((same & ~first).sum()), conflicting=int((~same).sum()))
        return repeats + cls.of_clean(plan, order[first], labels)

    def __add__(self, other: Self) -> Self:
        return type(self)(
            clean=self.clean + other.clean,
            quarantined=self.quarantined + other.quarantined,
            exact=self.exact + other.exact,
            conflicting=self.conflicting + other.conflicting,
            unsettled=self.unsettled | other.unsettled,
            by_reason=_added(self.by_reason, other.by_reason),
            amounts_rounded=self.amounts_rounded + other.amounts_rounded,
            by_country=_added(self.by_country, other.by_country),
            by_category=_added(self.by_category, other.by_category),
            by_month=_added(self.by_month, other.by_month),
            buyers=self.buyers | other.buyers,
        )

    def settled(self, copies: Self) -> Self:
        """The counts with the unsettled rows counted; ``copies`` is ``of_settled`` for exactly these."""
        return replace(self, unsettled=BitMap64()) + copies

    def as_truth(self) -> dict[str, Any]:
        """The counts under the ledger's public names, without zeros in ``by_reason``, ready for JSON."""
        return {
            "rows_in": self.clean + self.quarantined + self.exact + self.conflicting + len(self.unsettled),
            "clean": self.clean,
            "quarantined": self.quarantined,
            "duplicates": self.exact + self.conflicting,
            "duplicates_exact": self.exact,
            "duplicates_conflicting": self.conflicting,
            "by_reason": dict(self.by_reason),
            "amounts_rounded": self.amounts_rounded,
            "revenue_cents": sum(self.by_month.values()),
            "revenue_cents_by_country": dict(sorted(self.by_country.items())),
            "revenue_cents_by_category": dict(sorted(self.by_category.items())),
            "revenue_cents_by_month": dict(sorted(self.by_month.items())),
            "customers_by_country": {
                code: count
                for place, code in sorted(enumerate(COUNTRIES), key=lambda one: one[1])
                if (count := self._buyers(place))
            },
        }

    def _buyers(self, place: int) -> int:
        return self.buyers.range_cardinality(place << _COUNTRY_SHIFT, (place + 1) << _COUNTRY_SHIFT)


def _count_reasons(plan: Plan) -> dict[str, int]:
    counts: dict[str, int] = {}
    for place, names in REASONS_AT.items():
        per_code = np.bincount(plan.faults[place], minlength=len(names) + 1)[1:].tolist()
        counts |= {name: count for name, count in zip(names, per_code, strict=True) if count}
    return {name: count for name, count in counts.items() if name not in ACCEPTED_NULLS}


def _count_rounded(plan: Plan) -> int:
    readable = np.isin(plan.faults[Column.PURCHASE_AMOUNT], _READABLE_FAULTS)
    readable &= plan.faults[Fault.STRUCTURE] == 0
    return int((readable & (plan.hundredths > 0)).sum())


def _sums(place: I64, cents: I64, names: Sequence[str]) -> dict[str, int]:
    """Cents by name, for the names that occur; exact, as no block sells for 2**53 cents."""
    rows = np.bincount(place, minlength=len(names))
    totals = np.bincount(place, weights=cents, minlength=len(names))
    return {names[one]: int(totals[one]) for one in np.flatnonzero(rows).tolist()}


def _added(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return {name: one.get(name, 0) + other.get(name, 0) for name in {**one, **other}}
