"""Count the rows of a synthetic delivery from the decisions of its generator, without parsing any text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

import numpy as np
from pyroaring import BitMap64

from customer_analytics.core.contract.columns import Column, Fault
from customer_analytics.core.synthesis.random_bits import I64, Mask
from customer_analytics.core.synthesis.row_plan import ACCEPTED_NULLS, REASON_GROUPS, RowKind, RowPlan, code_of
from customer_analytics.core.synthesis.value_lists import COUNTRIES

_COUNTRY_SHIFT = 40


@dataclass(frozen=True, slots=True)
class Labels:
    """Names of the revenue groups: all categories, and the month (such as ``2024-01``) of each day of the period."""

    categories: Sequence[str]
    months: Sequence[str]


@dataclass(frozen=True, slots=True)
class TruthCounts:
    """The counts of some rows of a delivery; ``+`` merges the counts of two sets of rows.

    Each row counts as exactly one of clean, quarantined, exact, conflicting and undecided. Money is in cents.

    Args:
        clean: Number of clean rows; each is the first valid row with its ``purchase_id``.
        quarantined: Number of rows that the default contract quarantines.
        exact: Number of exact duplicates.
        conflicting: Number of conflicting duplicates.
        undecided: Row numbers of the valid rows whose purchase occurs first in a quarantined row. They are clean rows
            or duplicates; :meth:`of_undecided` decides this when the rows of all blocks are known.
        by_reason: Reason → number of quarantined rows that have this reason.
        amounts_rounded: Number of rows, of any fate, whose amount is a number with a fraction of a cent.
        by_country: Country → revenue of the clean rows.
        by_category: Category → revenue of the clean rows.
        by_month: Month (``2024-01``) → revenue of the clean rows.
        buyers: Distinct pairs of country and customer in the clean rows; each pair is encoded as one integer.
    """

    clean: int = 0
    quarantined: int = 0
    exact: int = 0
    conflicting: int = 0
    undecided: BitMap64 = field(default_factory=BitMap64)
    by_reason: Mapping[str, int] = field(default_factory=dict)
    amounts_rounded: int = 0
    by_country: Mapping[str, int] = field(default_factory=dict)
    by_category: Mapping[str, int] = field(default_factory=dict)
    by_month: Mapping[str, int] = field(default_factory=dict)
    buyers: BitMap64 = field(default_factory=BitMap64)

    @classmethod
    def of(cls, plan: RowPlan, is_origin_quarantined: Mask, labels: Labels) -> Self:
        """Count the rows of a plan by fate and by reason; sum the revenue of the clean rows by group.

        Args:
            plan: The rows.
            is_origin_quarantined: For each row, whether its origin, the first row of the same purchase, is quarantined.
            labels: Names of the categories and months.
        """
        is_quarantined = plan.is_quarantined()
        is_valid_duplicate = ~is_quarantined & (plan.kind != RowKind.NEW)
        is_duplicate = is_valid_duplicate & ~is_origin_quarantined
        is_undecided = is_valid_duplicate & is_origin_quarantined
        clean_rows = np.flatnonzero(~is_quarantined & (plan.kind == RowKind.NEW))
        return cls(
            quarantined=int(is_quarantined.sum()),
            exact=int((is_duplicate & (plan.kind == RowKind.EXACT)).sum()),
            conflicting=int((is_duplicate & (plan.kind != RowKind.EXACT)).sum()),
            undecided=BitMap64(plan.row_number[is_undecided].astype(np.uint64)),
            by_reason=_count_reasons(plan),
            amounts_rounded=_count_rounded(plan),
        ) + cls.of_clean(plan, clean_rows, labels)

    @classmethod
    def of_clean(cls, plan: RowPlan, rows: I64, labels: Labels) -> Self:
        """Return the count and the revenue of some clean rows; ``rows`` has their indices in the plan."""
        cents, country = plan.round_to_cents()[rows], plan.country[rows]
        months, month_of_day = np.unique(np.asarray(labels.months), return_inverse=True)
        return cls(
            clean=len(rows),
            by_country=_sum_cents(country, cents, COUNTRIES),
            by_category=_sum_cents(plan.category[rows], cents, labels.categories),
            by_month=_sum_cents(month_of_day[plan.day[rows]], cents, months.tolist()),
            buyers=BitMap64(np.sort((country << _COUNTRY_SHIFT) | plan.customer[rows]).astype(np.uint64)),
        )

    @classmethod
    def of_undecided(cls, plan: RowPlan, labels: Labels) -> Self:
        """Count the undecided rows of all blocks: the first of each purchase is clean, the others are duplicates."""
        order = np.lexsort((plan.row_number, plan.origin))
        is_first = np.diff(plan.origin[order], prepend=-1) != 0
        first_copies = order[np.maximum.accumulate(np.where(is_first, np.arange(len(order)), 0))]
        values = plan.compared_values()
        is_equal = (values[order] == values[first_copies]).all(axis=1)
        duplicates = cls(exact=int((is_equal & ~is_first).sum()), conflicting=int((~is_equal).sum()))
        return duplicates + cls.of_clean(plan, order[is_first], labels)

    def __add__(self, other: Self) -> Self:
        return type(self)(
            clean=self.clean + other.clean,
            quarantined=self.quarantined + other.quarantined,
            exact=self.exact + other.exact,
            conflicting=self.conflicting + other.conflicting,
            undecided=self.undecided | other.undecided,
            by_reason=_add_counts(self.by_reason, other.by_reason),
            amounts_rounded=self.amounts_rounded + other.amounts_rounded,
            by_country=_add_counts(self.by_country, other.by_country),
            by_category=_add_counts(self.by_category, other.by_category),
            by_month=_add_counts(self.by_month, other.by_month),
            buyers=self.buyers | other.buyers,
        )

    def decide(self, decided: Self) -> Self:
        """Return the final counts: remove the undecided rows, add ``decided`` (from :meth:`of_undecided`)."""
        return replace(self, undecided=BitMap64()) + decided

    def as_truth(self) -> dict[str, Any]:
        """Return the counts as a dict for JSON; a count that the ledger also contains has the same key as there."""
        return {
            "rows_in": self.clean + self.quarantined + self.exact + self.conflicting + len(self.undecided),
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
            "customers_by_country": dict(sorted(self._count_buyers().items())),
        }

    def _count_buyers(self) -> dict[str, int]:
        counts = {
            country: self.buyers.range_cardinality(index << _COUNTRY_SHIFT, (index + 1) << _COUNTRY_SHIFT)
            for index, country in enumerate(COUNTRIES)
        }
        return {country: count for country, count in counts.items() if count}


def _count_reasons(plan: RowPlan) -> dict[str, int]:
    counts: dict[str, int] = {}
    for group, reasons in REASON_GROUPS.items():
        rows_by_code = np.bincount(plan.faults[group], minlength=len(reasons) + 1)[1:].tolist()
        counts |= {name: count for name, count in zip(reasons, rows_by_code, strict=True) if count}
    return {name: count for name, count in counts.items() if name not in ACCEPTED_NULLS}


def _count_rounded(plan: RowPlan) -> int:
    column = Column.PURCHASE_AMOUNT
    is_number = np.isin(plan.faults[column], (0, code_of(Fault.NEGATIVE, column))) & (plan.faults[Fault.STRUCTURE] == 0)
    return int((is_number & (plan.hundredths > 0)).sum())


def _sum_cents(indices: I64, cents: I64, names: Sequence[str]) -> dict[str, int]:
    """Sum ``cents`` by name; ``names[indices[i]]`` is the name of row ``i``. Sums below 2**53 are exact in float64."""
    rows = np.bincount(indices, minlength=len(names))
    totals = np.bincount(indices, weights=cents, minlength=len(names))
    return {names[index]: int(totals[index]) for index in np.flatnonzero(rows).tolist()}


def _add_counts(counts: Mapping[str, int], more_counts: Mapping[str, int]) -> dict[str, int]:
    return {name: counts.get(name, 0) + more_counts.get(name, 0) for name in {**counts, **more_counts}}
