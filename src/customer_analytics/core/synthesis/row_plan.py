"""Decide the values, faults and duplicates of synthetic rows, before the rows are written as text."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from customer_analytics.core.contract.columns import COLUMN_SPECS, COLUMNS, Column, Fault, reason
from customer_analytics.core.synthesis.lookup_tables import LookupTables
from customer_analytics.core.synthesis.random_bits import I64, U64, Codes, Mask, Stream, choose_outcome, draw, take_bits
from customer_analytics.core.synthesis.settings import SynthesisSettings

REASON_GROUPS: Mapping[str, tuple[str, ...]] = {
    Fault.STRUCTURE: (Fault.STRUCTURE,),
    **{spec.name: spec.reasons for spec in COLUMN_SPECS},
}
"""Group (``structure`` or a column) → its reasons, at most one per row. The code of a reason is its index + 1."""

ACCEPTED_NULLS = frozenset({reason(Fault.NULL, Column.CUSTOMER_AGE), reason(Fault.NULL, Column.PAYMENT_TYPE)})
"""Reasons that the default contract accepts: it does not quarantine a row for them."""

NULL_CODE = 1
"""Code of the fault ``null`` in every column."""

NO_AGE = 0
NO_PAYMENT = -1
DATE_WITHOUT_TIME = -1
_HALF_CENT = 50
_NEW_PROBES, _QUARANTINED_PROBES = 4, 16
_QUARANTINED_ROUNDS = 6


def code_of(fault: Fault, column: Column) -> int:
    """Return the code that stands for this fault of this column in ``RowPlan.faults``."""
    return REASON_GROUPS[column].index(reason(fault, column)) + 1


class RowKind(IntEnum):
    """The kind of a row: a new purchase, an exact or conflicting duplicate, or a corrected quarantined row."""

    NEW = 0
    EXACT = 1
    CONFLICTING = 2
    RESUBMITTED = 3


@dataclass(frozen=True, slots=True)
class RowPlan:
    """The plan of some rows: their values, faults and duplicates. Each array has one entry per row.

    Args:
        row_number: Index of the row in the delivery, from 0.
        origin: Row number where the purchase occurs first; equal to ``row_number`` for a new purchase.
        kind: The ``RowKind``, as an integer.
        faults: For each group of reasons (a key of ``REASON_GROUPS``) the code of the row's reason; 0 for no reason.
        customer: Customer id, from 1.
        category: Index in ``ValueLists.categories``.
        cents: The whole cents of the amount.
        hundredths: The part of the amount below a cent, in hundredths of a cent.
        day: Days since the first day of the period.
        clock: Milliseconds since midnight, or ``DATE_WITHOUT_TIME``.
        country: Index in ``COUNTRIES``.
        age: Age in years, or ``NO_AGE`` for null.
        payment: Index in ``ValueLists.payments``, or ``NO_PAYMENT`` for null.
    """

    row_number: I64
    origin: I64
    kind: Codes
    faults: Mapping[str, Codes]
    customer: I64
    category: I64
    cents: I64
    hundredths: I64
    day: I64
    clock: I64
    country: I64
    age: I64
    payment: I64

    def is_quarantined(self) -> Mask:
        """Return for each row whether the default contract quarantines it."""
        return has_critical_fault(self.faults)

    def round_to_cents(self) -> I64:
        """Return the amount of each row in whole cents, rounded half to even."""
        is_up = (self.hundredths > _HALF_CENT) | ((self.hundredths == _HALF_CENT) & (self.cents % 2 == 1))
        rounded: I64 = self.cents + is_up
        return rounded

    def compared_values(self) -> I64:
        """Return all values but the id as integers, one array row per row; an exact duplicate equals its first copy."""
        identity = (self.customer, self.category, self.round_to_cents())
        return np.column_stack((*identity, self.day, self.clock, self.country, self.age, self.payment))


def plan_rows(settings: SynthesisSettings, tables: LookupTables, row_numbers: I64) -> RowPlan:
    """Decide for each row its values, its faults and whether it is a duplicate, independently of the other rows.

    Args:
        settings: Settings of the delivery.
        tables: Lookup tables of the delivery.
        row_numbers: The row numbers, each below ``settings.rows``, in any order.
    """
    seed = settings.seed
    kind, origin = _choose_origins(settings, row_numbers)
    faults = _choose_faults(settings, np.where(kind == RowKind.EXACT, origin, row_numbers))
    is_corrected = kind == RowKind.RESUBMITTED
    faults = {group: np.where(is_corrected, np.uint8(0), codes) for group, codes in faults.items()}
    is_payment_null = faults[Column.PAYMENT_TYPE] == NULL_CODE
    change_bits = draw(seed, Stream.CHANGE, row_numbers)
    change = _choose_changes(kind, change_bits, is_payment_null)
    customer = tables.choose_customer(draw(seed, Stream.CUSTOMER, origin))
    person_bits, abroad_bits = draw(seed, Stream.PERSON, customer), draw(seed, Stream.ABROAD, origin)
    basket_bits, clock_bits = draw(seed, Stream.BASKET, origin), draw(seed, Stream.CLOCK, origin)
    category = tables.category[take_bits(basket_bits, 0, 16)].astype(np.int64)
    payment = tables.choose_payment(draw(seed, Stream.PAYMENT, origin), origin)
    payment = np.where(change == _PAYMENT, (payment + 1) % tables.early_payment_count, payment)
    day, second = tables.choose_timestamp(origin, clock_bits)
    extra_cents = np.where(change == _AMOUNT, take_bits(change_bits, 3, 12) + 2, 0)
    is_age_null = faults[Column.CUSTOMER_AGE] == NULL_CODE
    return RowPlan(
        row_number=row_numbers,
        origin=origin,
        kind=kind,
        faults=faults,
        customer=customer,
        category=(category + (change == _CATEGORY)) % len(tables.cents),
        cents=tables.choose_cents(category, basket_bits) + extra_cents,
        hundredths=_choose_hundredths(settings, origin),
        day=day,
        clock=_choose_clock(clock_bits, second),
        country=tables.choose_country(person_bits, abroad_bits),
        age=np.where(is_age_null, NO_AGE, tables.age[take_bits(person_bits, 16, 16)]),
        payment=np.where(is_payment_null, NO_PAYMENT, payment),
    )


def has_critical_fault(faults: Mapping[str, Codes]) -> Mask:
    """Return for each row whether it has a fault that quarantines it; ``faults`` is a map like ``RowPlan.faults``."""
    is_critical: Mask = faults[Fault.STRUCTURE] > 0
    for column in COLUMNS:
        accepted_codes = sum(name in ACCEPTED_NULLS for name in REASON_GROUPS[column])
        is_critical |= faults[column] > accepted_codes
    return is_critical


_NO_CHANGE, _AMOUNT, _CATEGORY, _PAYMENT = range(4)
_CHANGES = np.array([_AMOUNT] * 5 + [_PAYMENT] * 2 + [_CATEGORY])
"""Three random bits → the value in which a conflicting duplicate differs from its origin."""


def _choose_changes(kind: Codes, change_bits: U64, is_payment_null: Mask) -> I64:
    """Choose the field that differs in each conflicting duplicate: the amount if a chosen payment type is null."""
    change = np.where(kind == RowKind.CONFLICTING, _CHANGES[take_bits(change_bits, 0, 3)], _NO_CHANGE)
    return np.where((change == _PAYMENT) & is_payment_null, _AMOUNT, change)


def _choose_faults(settings: SynthesisSettings, row_numbers: I64) -> dict[str, Codes]:
    """Choose the faults of each row; a row with the fault ``structure`` has no fields, and so no other fault."""
    faults = {}
    for stream, (group, reasons) in enumerate(REASON_GROUPS.items(), Stream.FAULTS):
        rates = [settings.fault_rates.get(name, 0.0) for name in reasons]
        faults[group] = choose_outcome(draw(settings.seed, stream, row_numbers), rates)
    has_fields = faults[Fault.STRUCTURE] == 0
    return {group: codes if group == Fault.STRUCTURE else codes * has_fields for group, codes in faults.items()}


def _draw_kinds(settings: SynthesisSettings, row_numbers: I64) -> Codes:
    rates = (settings.exact_duplicate_rate, settings.conflicting_duplicate_rate, settings.resubmission_rate)
    return choose_outcome(draw(settings.seed, Stream.KIND, row_numbers), rates)


def _choose_origins(settings: SynthesisSettings, row_numbers: I64) -> tuple[Codes, I64]:
    """Return two arrays: the kind of each row, and the row number of its origin (the earlier row that it repeats).

    An origin is always a row drawn as ``NEW``; the origin of a ``RESUBMITTED`` row is also quarantined. A row for
    which no origin is found becomes ``NEW``; its origin is the row itself.
    """
    kind, origin = _draw_kinds(settings, row_numbers), row_numbers.copy()

    def is_new(candidates: I64) -> Mask:
        is_drawn_new: Mask = _draw_kinds(settings, candidates) == RowKind.NEW
        return is_drawn_new

    def is_new_and_quarantined(candidates: I64) -> Mask:
        return is_new(candidates) & has_critical_fault(_choose_faults(settings, candidates))

    duplicates = np.flatnonzero((kind == RowKind.EXACT) | (kind == RowKind.CONFLICTING))
    origin[duplicates] = _find_earlier(settings.seed, row_numbers[duplicates], is_new, range(_NEW_PROBES))
    unresolved = np.flatnonzero(kind == RowKind.RESUBMITTED)
    for round_number in range(1, 1 + _QUARANTINED_ROUNDS):
        probes = range(round_number * _QUARANTINED_PROBES, (round_number + 1) * _QUARANTINED_PROBES)
        origin[unresolved] = _find_earlier(settings.seed, row_numbers[unresolved], is_new_and_quarantined, probes)
        unresolved = unresolved[origin[unresolved] == row_numbers[unresolved]]
    return np.where(origin == row_numbers, np.uint8(RowKind.NEW), kind), origin


def _find_earlier(seed: int, row_numbers: I64, is_suitable: Callable[[I64], Mask], probes: range) -> I64:
    """For each row, draw an earlier row number per entry of ``probes``; return the first suitable one or the row's own.

    One drawn row number in eight is rounded down to a multiple of 64, so that some purchases occur three times or more.
    """
    counters = row_numbers[:, None] * 128 + np.array(probes, np.int64)
    bits = draw(seed, Stream.ORIGIN, counters)
    candidates = (bits % np.maximum(row_numbers, 1).astype(np.uint64)[:, None]).astype(np.int64)
    candidates -= np.where(take_bits(bits, 61, 3) == 0, candidates % 64, 0)
    suitable = is_suitable(candidates.ravel()).reshape(candidates.shape)
    first = suitable.argmax(axis=1)
    rows = np.arange(len(row_numbers))
    return np.where(suitable[rows, first], candidates[rows, first], row_numbers)


def _choose_hundredths(settings: SynthesisSettings, origins: I64) -> I64:
    """Choose the hundredths of a cent of each amount: usually 0; otherwise 50 or a random number from 1 to 99."""
    bits = draw(settings.seed, Stream.DECIMALS, origins)
    hundredths = np.where(take_bits(bits, 0, 1) == 1, _HALF_CENT, take_bits(bits, 1, 16) % 99 + 1)
    return np.where(choose_outcome(bits, (settings.extra_decimals_rate,)) > 0, hundredths, 0)


def _choose_clock(bits: U64, second: I64) -> I64:
    """Convert seconds since midnight to milliseconds; a few random rows get milliseconds or lose the time of day."""
    is_date_only, has_fraction = take_bits(bits, 0, 4) == 0, take_bits(bits, 4, 6) == 0
    milliseconds = second * 1000 + np.where(has_fraction, take_bits(bits, 10, 20) % 1000, 0)
    return np.where(is_date_only, DATE_WITHOUT_TIME, milliseconds)
