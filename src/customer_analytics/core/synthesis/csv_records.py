"""Plans written as CSV records."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import pyarrow as pa

from customer_analytics.core.contract.columns import COLUMNS, Column, Fault
from customer_analytics.core.synthesis import value_lists as words
from customer_analytics.core.synthesis.field_texts import Dresses, Form, Lexicon, Writing, joined, replaced
from customer_analytics.core.synthesis.lookup_tables import days_of
from customer_analytics.core.synthesis.random_bits import I64, Codes, Stream, bits_of, draw
from customer_analytics.core.synthesis.row_plan import DATE_ALONE, Plan
from customer_analytics.core.synthesis.settings import SynthesisSettings
from customer_analytics.core.synthesis.value_lists import AGES, COUNTRIES, NULLS, ValueLists, as_field, quoted

HEADER = ",".join(COLUMNS)

_HALF = 100_000
_DAY_SECONDS = 86_400
_BAD_TYPE, _OUT_OF_RANGE, _NEGATIVE = 2, 3, 3
_NO_FRACTION, _POINT = 200, 201

_PADDING = ((" ", ""), ("  ", " "), ("\t", ""), ("", " "))
_PADS = Dresses.of(*_PADDING)
_CUSTOMER_PADS = ((" ", ""), ("+", ""), ("00", ""), ('"', '"'))
_CUSTOMERS = Dresses.of(*_CUSTOMER_PADS, ("", ".0"), ("C-", ""), ("-", ""))
_MINUS_CUSTOMER = len(_CUSTOMER_PADS) + 3
_AMOUNT_PADS = ((" ", ""), ("\t", " "), ('"', '"'))
_OF_CENTS = (("", "e-2"), ("", "E-02"))
_EXPONENTS = (*_OF_CENTS, ("", "e0"), ("", "E+00"))
_MARKS = (('"1,', '"'), ("$", ""), ("", " EUR"), ("€", ""))
_AMOUNTS = Dresses.of(*_AMOUNT_PADS, *_EXPONENTS, *_MARKS, ("-", ""))
_THOUSANDS = 1 + len(_AMOUNT_PADS) + len(_EXPONENTS)


@dataclass(frozen=True, slots=True)
class Scribe:
    """Writes the plans of one delivery as CSV records.

    Args:
        settings: The delivery.
        lexica: Ready-made fields of each column; for the columns made on the spot, only the wrong ones.
        days: ``2024-01-01`` and so on, for each day of the period.
        id_days: ``PUR-20240101-`` and so on.
        clocks: Times of day: with a space, with a ``T``, without seconds, and none.
        digits: ``00000`` to ``99999``.
        fractions: ``.00`` to ``.99``, the same as short as possible, nothing, and a point.
        hundredths: Digits after the cents: nothing, ``01`` to ``99``.
        milliseconds: ``.000`` to ``.999``, then the same with six digits.
    """

    settings: SynthesisSettings
    lexica: dict[str, Lexicon]
    days: pa.StringArray
    id_days: pa.StringArray
    clocks: pa.StringArray
    digits: pa.StringArray
    fractions: pa.StringArray
    hundredths: pa.StringArray
    milliseconds: pa.StringArray

    @classmethod
    def of(cls, settings: SynthesisSettings, vocabulary: ValueLists) -> Self:
        """Make the fields that can be made beforehand."""
        days = days_of(settings)
        times = [f"{n // 3600:02}:{n // 60 % 60:02}:{n % 60:02}" for n in range(_DAY_SECONDS)]
        minutes = [f" {time[:5]}" for time in times[::60]]
        fractions = [f".{n:02}" for n in range(100)]
        short = [text.rstrip("0").rstrip(".") for text in fractions]
        milliseconds = [f".{n:03}" for n in range(1000)]
        return cls(
            settings=settings,
            lexica=_lexica(vocabulary),
            days=pa.array([day.isoformat() for day in days]),
            id_days=pa.array([f"PUR-{day:%Y%m%d}-" for day in days]),
            clocks=pa.array([*(f" {time}" for time in times), *(f"T{time}" for time in times), *minutes, ""]),
            digits=pa.array([f"{n:05}" for n in range(_HALF)]),
            fractions=pa.array([*fractions, *short, "", "."]),
            hundredths=pa.array(["", *(f"{n:02}".rstrip("0") for n in range(1, 100))]),
            milliseconds=pa.array([*milliseconds, *(f"{text}000" for text in milliseconds)]),
        )

    def records(self, plan: Plan) -> pa.StringArray:
        """One CSV record for each row of the plan, in its order, without a line end."""
        fields = [
            self._customer(plan),
            self._purchase(plan),
            self._chosen(plan, Column.PRODUCT_CATEGORY, plan.category),
            self._amount(plan),
            self._date(plan),
            self._country(plan),
            self._chosen(plan, Column.CUSTOMER_AGE, plan.age - AGES.start),
            self._chosen(plan, Column.PAYMENT_TYPE, plan.payment),
        ]
        broken = np.flatnonzero(plan.faults[Fault.STRUCTURE])
        ways = draw(self.settings.seed, Stream.BREAKAGE, plan.ordinal[broken])
        return replaced(joined(*fields, by=","), broken, _broken(fields, broken, bits_of(ways, 0, 16)))

    def _writing(self, plan: Plan, column: Column, *rates: float) -> Writing:
        return Writing.of(self.settings.seed, column, plan.ordinal, (self.settings.padding_rate, *rates))

    def _chosen(self, plan: Plan, column: Column, value: I64) -> pa.StringArray:
        writing = self._writing(plan, column)
        form = writing.among(len(_FORMS) - 1)
        return self.lexica[column].write(value, form, plan.faults[column], writing.pick)

    def _country(self, plan: Plan) -> pa.StringArray:
        column = Column.COUNTRY_CODE
        writing = self._writing(plan, column, self.settings.lower_case_rate)
        form = writing.among(len(_FORMS) - 1, len(_LOWERED))
        return self.lexica[column].write(plan.country, form, plan.faults[column], writing.pick)

    def _purchase(self, plan: Plan) -> pa.StringArray:
        """``PUR-20240305-0012345678``: the day and the number of the row where the purchase came first."""
        column = Column.PURCHASE_ID
        writing = self._writing(plan, column)
        high, low = (
            self.digits.take(pa.array(plan.root // _HALF)),
            self.digits.take(pa.array(plan.root % _HALF)),
        )
        text = joined(self.id_days.take(pa.array(plan.day)), high, low)
        dressed = _PADS.put_on(text, writing.among(len(_PADDING)))
        return self.lexica[column].amend(dressed, plan.faults[column], writing.pick)

    def _customer(self, plan: Plan) -> pa.StringArray:
        column, fault = Column.CUSTOMER_ID, plan.faults[Column.CUSTOMER_ID]
        writing = self._writing(plan, column)
        dress = writing.among(len(_CUSTOMER_PADS))
        dress = np.where(fault == _BAD_TYPE, _MINUS_CUSTOMER - 2 + writing.pick % 2, dress)
        dress = np.where(fault == _OUT_OF_RANGE, _MINUS_CUSTOMER, dress)
        dressed = _CUSTOMERS.put_on(pa.array(plan.customer).cast(pa.string()), dress)
        worded = np.where((fault > 1) & (writing.pick & 4 > 0), np.uint8(0), fault)
        return self.lexica[column].amend(dressed, worded, writing.pick)

    def _date(self, plan: Plan) -> pa.StringArray:
        column = Column.PURCHASE_DATE
        writing = self._writing(plan, column)
        second, finer = plan.clock // 1000, np.where(plan.clock > 0, plan.clock % 1000, 0)
        place = second + np.where(writing.pick % 32 == 0, _DAY_SECONDS, 0)
        place = np.where((second % 60 == 0) & (finer == 0), 2 * _DAY_SECONDS + second // 60, place)
        place = np.where(plan.clock == DATE_ALONE, len(self.clocks) - 1, place)
        text = joined(self.days.take(pa.array(plan.day)), self.clocks.take(pa.array(place)))
        rows = np.flatnonzero(finer)
        digits = self.milliseconds.take(pa.array(finer[rows] + writing.pick[rows] % 2 * 1000))
        text = replaced(text, rows, joined(text.take(pa.array(rows)), digits))
        dressed = _PADS.put_on(text, writing.among(len(_PADDING)))
        return self.lexica[column].amend(dressed, plan.faults[column], writing.pick)

    def _amount(self, plan: Plan) -> pa.StringArray:
        column, fault = Column.PURCHASE_AMOUNT, plan.faults[Column.PURCHASE_AMOUNT]
        writing = self._writing(plan, column, self.settings.scientific_rate)
        whole, fraction = plan.cents // 100, plan.cents % 100
        text = joined(pa.array(whole).cast(pa.string()), self.fractions.take(pa.array(fraction)))
        unusual = (plan.hundredths > 0) | (writing.style > 0) | (fault > 1) | (writing.pick % 64 == 0)
        rows = np.flatnonzero(unusual)
        some = Writing(writing.style[rows], writing.pick[rows])
        text = replaced(text, rows, self._unusual(plan.cents[rows], plan.hundredths[rows], fault[rows], some))
        worded = np.where((fault == _BAD_TYPE) & (writing.pick & 8 > 0), np.uint8(0), fault)
        worded = np.where(fault == _NEGATIVE, np.uint8(0), worded)
        return self.lexica[column].amend(text, worded, writing.pick)

    def _unusual(self, cents: I64, hundredths: I64, fault: Codes, writing: Writing) -> pa.StringArray:
        """Amounts with more decimals or fewer, an exponent, white space or a mark that is out of place."""
        dress = writing.among(len(_AMOUNT_PADS), len(_EXPONENTS))
        dress = np.where(fault == _BAD_TYPE, _THOUSANDS + (writing.pick >> 4) % len(_MARKS), dress)
        dress = np.where(fault == _NEGATIVE, _THOUSANDS + len(_MARKS), dress)
        in_cents = (dress > len(_AMOUNT_PADS)) & (dress <= len(_AMOUNT_PADS) + len(_OF_CENTS))
        short = (writing.pick % 64 == 0) & (hundredths == 0)
        whole = np.where(in_cents, cents, cents // 100)
        whole = np.where(dress == _THOUSANDS, 100 + whole % 900, whole)
        whole += fault == _NEGATIVE
        fraction = cents % 100 + np.where(short, 100, 0)
        fraction = np.where(in_cents, np.where(hundredths > 0, _POINT, _NO_FRACTION), fraction)
        number = joined(
            pa.array(whole).cast(pa.string()),
            self.fractions.take(pa.array(fraction)),
            self.hundredths.take(pa.array(hundredths)),
        )
        return _AMOUNTS.put_on(number, dress)


def _padded(pair: tuple[str, str]) -> Form:
    return lambda value: as_field(pair[0] + value + pair[1])


_FORMS: tuple[Form, ...] = (as_field, *map(_padded, _PADDING), quoted)
_LOWERED: tuple[Form, ...] = (str.lower, str.capitalize)


def _lexica(vocabulary: ValueLists) -> dict[str, Lexicon]:
    return {
        Column.CUSTOMER_ID: Lexicon.of((), (), (NULLS, words.BAD_CUSTOMERS, ("0", "-0", "000"))),
        Column.PURCHASE_ID: Lexicon.of((), (), (NULLS,)),
        Column.PRODUCT_CATEGORY: Lexicon.of([one.name for one in vocabulary.categories], _FORMS, (NULLS,)),
        Column.PURCHASE_AMOUNT: Lexicon.of((), (), (NULLS, words.BAD_AMOUNTS, (), words.AMOUNTS_OUT_OF_RANGE)),
        Column.PURCHASE_DATE: Lexicon.of((), (), (NULLS, words.MALFORMED_DATES)),
        Column.COUNTRY_CODE: Lexicon.of(COUNTRIES, (*_FORMS, *_LOWERED), (NULLS, words.UNKNOWN_COUNTRIES)),
        Column.CUSTOMER_AGE: Lexicon.of([*map(str, AGES)], _FORMS, (NULLS, words.BAD_AGES, words.AGES_OUT_OF_RANGE)),
        Column.PAYMENT_TYPE: Lexicon.of([one.name for one in vocabulary.payments], _FORMS, (NULLS,)),
    }


def _broken(fields: list[pa.StringArray], rows: I64, way: I64) -> pa.StringArray:
    """The records of some rows with too few fields or too many."""
    some = [field.take(pa.array(rows)) for field in fields]
    surplus = pa.array(["surplus"] * len(rows), pa.string())
    nothing = pa.array([""] * len(rows), pa.string())
    written = [some[:7], some[:3], [surplus], [*some, surplus], [*some, nothing], [*some[:3], *some[2:]]]
    candidates = [joined(*parts, by=",") for parts in written]
    place = way % len(candidates) * len(rows) + np.arange(len(rows))
    return pa.concat_arrays(candidates).take(pa.array(place))
