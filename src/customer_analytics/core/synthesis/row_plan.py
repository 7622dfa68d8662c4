"""What the generator decides about rows, before any of it is written as text."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from customer_analytics.core.contract.columns import COLUMN_SPECS, COLUMNS, Column, Fault, reason
from customer_analytics.core.synthesis.lookup_tables import Tables
from customer_analytics.core.synthesis.random_bits import I64, U64, Codes, Flags, Stream, bits_of, draw, outcome
from customer_analytics.core.synthesis.settings import SynthesisSettings

REASONS_AT: Mapping[str, tuple[str, ...]] = {
    Fault.STRUCTURE: (Fault.STRUCTURE,),
    **{spec.name: spec.reasons for spec in COLUMN_SPECS},
}
"""Where a fault can be → its reasons; code ``k`` of a plan means reason ``k - 1``."""

ACCEPTED_NULLS = frozenset({reason(Fault.NULL, Column.CUSTOMER_AGE), reason(Fault.NULL, Column.PAYMENT_TYPE)})
"""Written like faults, but valid by default."""

NO_AGE = 0
NO_PAYMENT = -1
DATE_ALONE = -1
_HALF = 50
_FRESH_PROBES, _REFUSED_PROBES = 4, 16
_REFUSED_ROUNDS = 6


class Kind(IntEnum):
    """What a row is to the rows before it."""

    FRESH = 0
    EXACT = 1
    CONFLICTING = 2
    RESUBMITTED = 3


@dataclass(frozen=True, slots=True)
class Plan:
    """Decisions about some rows; every field is an array with one entry per row.

    Args:
        ordinal: Number of the row in the delivery, from 0.
        root: Number of the row whose purchase this is: its own for a fresh row, an earlier one for a copy.
        kind: A ``Kind``.
        faults: Place of the fault (``REASONS_AT``) → 0, or 1 + the reason's place there.
        customer: Customer id, from 1.
        category: Place in the vocabulary's categories.
        cents: Amount before rounding, whole cents.
        hundredths: What the amount has beyond ``cents``, in hundredths of a cent.
        day: Days since the first day.
        clock: Milliseconds since midnight; ``DATE_ALONE`` for a date without a time.
        country: Place in ``COUNTRIES``.
        age: In years; ``NO_AGE`` where null.
        payment: Place in the vocabulary's payments; ``NO_PAYMENT`` where null.
    """

    ordinal: I64
    root: I64
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

    def refused(self) -> Flags:
        """Rows that are not valid by the default contract."""
        return any_fault(self.faults)

    def amount_cents(self) -> I64:
        """The amount in whole cents, rounded half-even."""
        up = (self.hundredths > _HALF) | ((self.hundredths == _HALF) & (self.cents % 2 == 1))
        rounded: I64 = self.cents + up
        return rounded

    def values(self) -> I64:
        """What tells two copies of a purchase apart: one row of numbers for each row."""
        columns = (
            self.customer,
            self.category,
            self.amount_cents(),
            self.day,
            self.clock,
            self.country,
            self.age,
        )
        return np.column_stack((*columns, self.payment))


def plan_rows(settings: SynthesisSettings, tables: Tables, ordinals: I64) -> Plan:
    """Decide about rows; any rows, in any order, always the same about the same row.

    Args:
        settings: The delivery.
        tables: Its lookup tables.
        ordinals: Numbers of the rows, each below ``settings.rows``.
    """
    seed = settings.seed
    kind, root = _origins(settings, ordinals)
    faults = _faults(settings, np.where(kind == Kind.EXACT, root, ordinals))
    spared = kind == Kind.RESUBMITTED
    faults = {place: np.where(spared, np.uint8(0), codes) for place, codes in faults.items()}
    customer = tables.customer(draw(seed, Stream.CUSTOMER, root))
    person, abroad = draw(seed, Stream.PERSON, customer), draw(seed, Stream.ABROAD, root)
    basket = draw(seed, Stream.BASKET, root)
    category = tables.category[bits_of(basket, 0, 16)].astype(np.int64)
    payment = tables.payment(draw(seed, Stream.PAYMENT, root), root)
    clock = draw(seed, Stream.CLOCK, root)
    day, second = tables.moment(root, clock)
    change = np.where(kind == Kind.CONFLICTING, draw(seed, Stream.CHANGE, ordinals), np.uint64(0))
    changed = np.where(kind == Kind.CONFLICTING, _CHANGED[bits_of(change, 0, 3)], _NOTHING)
    unseen = (changed == _PAYMENT) & (faults[Column.PAYMENT_TYPE] == 1)
    changed = np.where(unseen, _AMOUNT, changed)  # a payment left out of the record cannot conflict
    payment = np.where(changed == _PAYMENT, (payment + 1) % tables.early_payments, payment)
    return Plan(
        ordinal=ordinals,
        root=root,
        kind=kind,
        faults=faults,
        customer=customer,
        category=(category + (changed == _CATEGORY)) % len(tables.cents),
        cents=tables.amount(category, basket) + np.where(changed == _AMOUNT, bits_of(change, 3, 12) + 2, 0),
        hundredths=_hundredths(settings, root),
        day=day,
        clock=_clock(clock, second),
        country=tables.country(person, abroad),
        age=np.where(faults[Column.CUSTOMER_AGE] == 1, NO_AGE, tables.age[bits_of(person, 16, 16)]),
        payment=np.where(faults[Column.PAYMENT_TYPE] == 1, NO_PAYMENT, payment),
    )


def any_fault(faults: Mapping[str, Codes]) -> Flags:
    """Rows with a fault that the default contract refuses."""
    refused: Flags = faults[Fault.STRUCTURE] > 0
    for column in COLUMNS:
        nulls = sum(name in ACCEPTED_NULLS for name in REASONS_AT[column])
        refused |= faults[column] > nulls
    return refused


_NOTHING, _AMOUNT, _CATEGORY, _PAYMENT = range(4)
_CHANGED = np.array([_AMOUNT] * 5 + [_PAYMENT] * 2 + [_CATEGORY])
"""What a conflicting copy changes, by three random bits."""


def _faults(settings: SynthesisSettings, ordinals: I64) -> dict[str, Codes]:
    """The faults drawn for rows: a record of a wrong structure has no fields to be wrong."""
    faults = {}
    for stream, (place, names) in enumerate(REASONS_AT.items(), Stream.FAULTS):
        rates = [settings.fault_rates.get(name, 0.0) for name in names]
        faults[place] = outcome(draw(settings.seed, stream, ordinals), rates)
    whole = faults[Fault.STRUCTURE] == 0
    return {place: codes * whole if place != Fault.STRUCTURE else codes for place, codes in faults.items()}


def _drawn_kinds(settings: SynthesisSettings, ordinals: I64) -> Codes:
    rates = (settings.exact_copy_rate, settings.conflicting_copy_rate, settings.resubmission_rate)
    return outcome(draw(settings.seed, Stream.KIND, ordinals), rates)


def _origins(settings: SynthesisSettings, ordinals: I64) -> tuple[Codes, I64]:
    """Kind and root of each row: roots were drawn as fresh, and a copy that finds no root is fresh itself."""
    kind, root = _drawn_kinds(settings, ordinals), ordinals.copy()

    def fresh(rows: I64) -> Flags:
        free: Flags = _drawn_kinds(settings, rows) == Kind.FRESH
        return free

    def refused(rows: I64) -> Flags:
        return fresh(rows) & any_fault(_faults(settings, rows))

    copies = np.flatnonzero((kind == Kind.EXACT) | (kind == Kind.CONFLICTING))
    root[copies] = _earlier(settings.seed, ordinals[copies], fresh, range(_FRESH_PROBES))
    waiting = np.flatnonzero(kind == Kind.RESUBMITTED)
    for turn in range(1, 1 + _REFUSED_ROUNDS):
        probes = range(turn * _REFUSED_PROBES, (turn + 1) * _REFUSED_PROBES)
        root[waiting] = _earlier(settings.seed, ordinals[waiting], refused, probes)
        waiting = waiting[root[waiting] == ordinals[waiting]]
    return np.where(root == ordinals, np.uint8(Kind.FRESH), kind), root


def _earlier(seed: int, ordinals: I64, fits: Callable[[I64], Flags], probes: range) -> I64:
    """For each row the first of some random earlier rows that fits, or the row itself (row 0 always).

    One probe in eight looks only at every 64th row, so that some purchases are repeated three times and more.
    """
    counters = ordinals[:, None] * 128 + np.array(probes, np.int64)
    drawn = draw(seed, Stream.COPIED, counters)
    earlier = (drawn % np.maximum(ordinals, 1).astype(np.uint64)[:, None]).astype(np.int64)
    earlier -= np.where(bits_of(drawn, 61, 3) == 0, earlier % 64, 0)
    usable = fits(earlier.ravel()).reshape(earlier.shape)
    first = usable.argmax(axis=1)
    rows = np.arange(len(ordinals))
    return np.where(usable[rows, first], earlier[rows, first], ordinals)


def _hundredths(settings: SynthesisSettings, roots: I64) -> I64:
    """Hundredths of a cent: none for most amounts, half a cent exactly for half of the others."""
    drawn = draw(settings.seed, Stream.DECIMALS, roots)
    some = np.where(bits_of(drawn, 0, 1) == 1, _HALF, bits_of(drawn, 1, 16) % 99 + 1)
    return np.where(outcome(drawn, (settings.extra_decimals_rate,)) > 0, some, 0)


def _clock(drawn: U64, second: I64) -> I64:
    """Time of day: one date in sixteen stands alone, one in sixty-four carries milliseconds."""
    alone, finer = bits_of(drawn, 0, 4) == 0, bits_of(drawn, 4, 6) == 0
    return np.where(alone, DATE_ALONE, second * 1000 + np.where(finer, bits_of(drawn, 10, 20) % 1000, 0))
