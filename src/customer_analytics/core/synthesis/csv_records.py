"""Write row plans (the decisions about synthetic rows) as CSV records."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import pyarrow as pa

from customer_analytics.core.contract.columns import COLUMN_SPECS, COLUMNS, Column, Fault
from customer_analytics.core.synthesis.field_texts import Affixes, FieldTexts, Form, WritingStyle, join, replace_rows
from customer_analytics.core.synthesis.lookup_tables import list_days
from customer_analytics.core.synthesis.random_bits import I64, Codes, Stream, draw, take_bits
from customer_analytics.core.synthesis.row_plan import DATE_WITHOUT_TIME, NULL_CODE, RowPlan, code_of
from customer_analytics.core.synthesis.settings import SynthesisSettings
from customer_analytics.core.synthesis.value_lists import AGES, COUNTRIES, FAULTY_TEXTS, ValueLists, as_field, quote

HEADER = ",".join(COLUMNS)

_FIVE_DIGITS = 100_000
_DAY_SECONDS = 86_400
_EMPTY_FRACTION, _POINT = 200, 201
"""Two indices in ``RecordWriter.cent_texts``: of the empty text, and of a decimal point without digits."""

_PADDING_PAIRS = ((" ", ""), ("  ", " "), ("\t", ""), ("", " "))
_PADDING = Affixes.of(*_PADDING_PAIRS)

_CUSTOMER_PADDING = ((" ", ""), ("+", ""), ("00", ""), ('"', '"'))
_CUSTOMER_AFFIXES = Affixes.of(*_CUSTOMER_PADDING, ("", ".0"), ("C-", ""), ("-", ""))
_CUSTOMER_MINUS = len(_CUSTOMER_PADDING) + 3
_CUSTOMER_BAD_TYPES = 2

_AMOUNT_PADDING = ((" ", ""), ("\t", " "), ('"', '"'))
_CENT_EXPONENTS = (("", "e-2"), ("", "E-02"))
_EXPONENTS = (*_CENT_EXPONENTS, ("", "e0"), ("", "E+00"))
_BAD_AMOUNT_PAIRS = (('"1,', '"'), ("$", ""), ("", " EUR"), ("€", ""))
_AMOUNT_AFFIXES = Affixes.of(*_AMOUNT_PADDING, *_EXPONENTS, *_BAD_AMOUNT_PAIRS, ("-", ""))
_THOUSANDS = 1 + len(_AMOUNT_PADDING) + len(_EXPONENTS)
_AMOUNT_MINUS = _THOUSANDS + len(_BAD_AMOUNT_PAIRS)

_CUSTOMER_BAD_TYPE = code_of(Fault.BAD_TYPE, Column.CUSTOMER_ID)
_CUSTOMER_RANGE = code_of(Fault.RANGE, Column.CUSTOMER_ID)
_AMOUNT_BAD_TYPE = code_of(Fault.BAD_TYPE, Column.PURCHASE_AMOUNT)
_AMOUNT_NEGATIVE = code_of(Fault.NEGATIVE, Column.PURCHASE_AMOUNT)


@dataclass(frozen=True, slots=True)
class RecordWriter:
    """Writes the row plans of one delivery as CSV records; each array below holds ready-made texts.

    Args:
        settings: Settings of the delivery.
        field_texts: Column → its ready-made fields; for ids, amounts and dates only faulty ones (others are computed).
        day_texts: The date of each day of the period, such as ``2024-01-01``.
        id_prefixes: The start of the purchase ids of each day of the period, such as ``PUR-20240101-``.
        time_texts: Texts that follow a date, in this order: " 00:00:00" to " 23:59:59"; "T00:00:00" to "T23:59:59";
            " 00:00" to " 23:59"; the empty text.
        five_digits: The numbers 0 to 99999 as texts of five digits, such as ``00042``.
        cent_texts: ``.00`` to ``.99``; then these texts without final zeros, such as ``.5``; the empty text; a point.
        hundredth_texts: Digits after the cents for 0 to 99 hundredths of a cent: 0 gives none, 5 ``05``, and 50 ``5``.
        millisecond_texts: ``.000`` to ``.999``; then the same milliseconds with six digits, ``.000000`` to ``.999000``.
    """

    settings: SynthesisSettings
    field_texts: dict[str, FieldTexts]
    day_texts: pa.StringArray
    id_prefixes: pa.StringArray
    time_texts: pa.StringArray
    five_digits: pa.StringArray
    cent_texts: pa.StringArray
    hundredth_texts: pa.StringArray
    millisecond_texts: pa.StringArray

    @classmethod
    def of(cls, settings: SynthesisSettings, value_lists: ValueLists) -> Self:
        """Make a writer: prepare the texts that all rows of the delivery share."""
        days = list_days(settings)
        times = [f"{n // 3600:02}:{n // 60 % 60:02}:{n % 60:02}" for n in range(_DAY_SECONDS)]
        minutes = [f" {time[:5]}" for time in times[::60]]
        cents = [f".{n:02}" for n in range(100)]
        short_cents = [text.rstrip("0").rstrip(".") for text in cents]
        milliseconds = [f".{n:03}" for n in range(1000)]
        return cls(
            settings=settings,
            field_texts=_make_field_texts(value_lists),
            day_texts=pa.array([day.isoformat() for day in days]),
            id_prefixes=pa.array([f"PUR-{day:%Y%m%d}-" for day in days]),
            time_texts=pa.array([*(f" {time}" for time in times), *(f"T{time}" for time in times), *minutes, ""]),
            five_digits=pa.array([f"{n:05}" for n in range(_FIVE_DIGITS)]),
            cent_texts=pa.array([*cents, *short_cents, "", "."]),
            hundredth_texts=pa.array(["", *(f"{n:02}".rstrip("0") for n in range(1, 100))]),
            millisecond_texts=pa.array([*milliseconds, *(f"{text}000" for text in milliseconds)]),
        )

    def write(self, plan: RowPlan) -> pa.StringArray:
        """Return one CSV record per row of the plan, in the same order and without line ends."""
        fields = [
            self._write_customer(plan),
            self._write_purchase_id(plan),
            self._write_listed(plan, Column.PRODUCT_CATEGORY, plan.category),
            self._write_amount(plan),
            self._write_date(plan),
            self._write_country(plan),
            self._write_listed(plan, Column.CUSTOMER_AGE, plan.age - AGES.start),
            self._write_listed(plan, Column.PAYMENT_TYPE, plan.payment),
        ]
        broken_rows = np.flatnonzero(plan.faults[Fault.STRUCTURE])
        bits = draw(self.settings.seed, Stream.BREAKAGE, plan.row_number[broken_rows])
        broken_records = _write_broken(fields, broken_rows, take_bits(bits, 0, 16))
        return replace_rows(join(*fields, separator=","), broken_rows, broken_records)

    def _draw_style(self, plan: RowPlan, column: Column, *rates: float) -> WritingStyle:
        rates = (self.settings.padding_rate, *rates)
        return WritingStyle.of(self.settings.seed, column, plan.row_number, rates)

    def _write_listed(self, plan: RowPlan, column: Column, values: I64) -> pa.StringArray:
        style = self._draw_style(plan, column)
        forms = style.choose_variants(len(_FORMS) - 1)
        return self.field_texts[column].write(values, forms, plan.faults[column], style.random_bits)

    def _write_country(self, plan: RowPlan) -> pa.StringArray:
        column = Column.COUNTRY_CODE
        style = self._draw_style(plan, column, self.settings.lower_case_rate)
        forms = style.choose_variants(len(_FORMS) - 1, len(_LOWER_CASE_FORMS))
        return self.field_texts[column].write(plan.country, forms, plan.faults[column], style.random_bits)

    def _write_purchase_id(self, plan: RowPlan) -> pa.StringArray:
        """Write ids such as ``PUR-20240305-0012345678``: the date, then ``RowPlan.origin`` with ten digits."""
        column = Column.PURCHASE_ID
        style = self._draw_style(plan, column)
        ids = join(
            self.id_prefixes.take(pa.array(plan.day)),
            self.five_digits.take(pa.array(plan.origin // _FIVE_DIGITS)),
            self.five_digits.take(pa.array(plan.origin % _FIVE_DIGITS)),
        )
        padded_ids = _PADDING.add_to(ids, style.choose_variants(len(_PADDING_PAIRS)))
        return self.field_texts[column].replace_faulty(padded_ids, plan.faults[column], style.random_bits)

    def _write_customer(self, plan: RowPlan) -> pa.StringArray:
        """Write the customer ids; a faulty field has a wrong prefix or suffix, or is from a list of invalid ids."""
        column, faults = Column.CUSTOMER_ID, plan.faults[Column.CUSTOMER_ID]
        style = self._draw_style(plan, column)
        bad_affixes = _CUSTOMER_MINUS - _CUSTOMER_BAD_TYPES + style.random_bits % _CUSTOMER_BAD_TYPES
        affixes = style.choose_variants(len(_CUSTOMER_PADDING))
        affixes = np.where(faults == _CUSTOMER_BAD_TYPE, bad_affixes, affixes)
        affixes = np.where(faults == _CUSTOMER_RANGE, _CUSTOMER_MINUS, affixes)
        customers = _CUSTOMER_AFFIXES.add_to(pa.array(plan.customer).cast(pa.string()), affixes)
        keeps_affix = (faults > NULL_CODE) & (style.random_bits & 4 > 0)
        replaced_faults = np.where(keeps_affix, np.uint8(0), faults)
        return self.field_texts[column].replace_faulty(customers, replaced_faults, style.random_bits)

    def _write_date(self, plan: RowPlan) -> pa.StringArray:
        column = Column.PURCHASE_DATE
        style = self._draw_style(plan, column)
        second, millisecond = plan.clock // 1000, np.where(plan.clock > 0, plan.clock % 1000, 0)
        time_indices = second + np.where(style.random_bits % 32 == 0, _DAY_SECONDS, 0)
        is_whole_minute = (second % 60 == 0) & (millisecond == 0)
        time_indices = np.where(is_whole_minute, 2 * _DAY_SECONDS + second // 60, time_indices)
        time_indices = np.where(plan.clock == DATE_WITHOUT_TIME, len(self.time_texts) - 1, time_indices)
        dates = join(self.day_texts.take(pa.array(plan.day)), self.time_texts.take(pa.array(time_indices)))
        fractional_rows = np.flatnonzero(millisecond)
        indices = millisecond[fractional_rows] + style.random_bits[fractional_rows] % 2 * 1000
        fractions = self.millisecond_texts.take(pa.array(indices))
        precise_dates = join(dates.take(pa.array(fractional_rows)), fractions)
        dates = replace_rows(dates, fractional_rows, precise_dates)
        padded_dates = _PADDING.add_to(dates, style.choose_variants(len(_PADDING_PAIRS)))
        return self.field_texts[column].replace_faulty(padded_dates, plan.faults[column], style.random_bits)

    def _write_amount(self, plan: RowPlan) -> pa.StringArray:
        column, faults = Column.PURCHASE_AMOUNT, plan.faults[Column.PURCHASE_AMOUNT]
        style = self._draw_style(plan, column, self.settings.scientific_rate)
        units, cents = plan.cents // 100, plan.cents % 100
        amounts = join(pa.array(units).cast(pa.string()), self.cent_texts.take(pa.array(cents)))
        is_unusual = (plan.hundredths > 0) | (style.styles > 0)
        is_unusual |= (faults > NULL_CODE) | (style.random_bits % 64 == 0)
        rows = np.flatnonzero(is_unusual)
        unusual = self._write_unusual_amounts(plan.cents[rows], plan.hundredths[rows], faults[rows], style.take(rows))
        amounts = replace_rows(amounts, rows, unusual)
        keeps_affix = (faults == _AMOUNT_BAD_TYPE) & (style.random_bits & 8 > 0)
        replaced_faults = np.where(keeps_affix | (faults == _AMOUNT_NEGATIVE), np.uint8(0), faults)
        return self.field_texts[column].replace_faulty(amounts, replaced_faults, style.random_bits)

    def _write_unusual_amounts(self, cents: I64, hundredths: I64, faults: Codes, style: WritingStyle) -> pa.StringArray:
        """Write amounts in unusual forms, such as with an exponent, white space, a wrong prefix or three decimals."""
        affixes = style.choose_variants(len(_AMOUNT_PADDING), len(_EXPONENTS))
        bad_affixes = _THOUSANDS + (style.random_bits >> 4) % len(_BAD_AMOUNT_PAIRS)
        affixes = np.where(faults == _AMOUNT_BAD_TYPE, bad_affixes, affixes)
        affixes = np.where(faults == _AMOUNT_NEGATIVE, _AMOUNT_MINUS, affixes)
        is_in_cents = (affixes > len(_AMOUNT_PADDING)) & (affixes <= len(_AMOUNT_PADDING) + len(_CENT_EXPONENTS))
        is_short = (style.random_bits % 64 == 0) & (hundredths == 0)
        units = np.where(is_in_cents, cents, cents // 100)
        units = np.where(affixes == _THOUSANDS, 100 + units % 900, units)
        units += faults == _AMOUNT_NEGATIVE  # -0.00 would be valid
        fractions = cents % 100 + np.where(is_short, 100, 0)
        fractions = np.where(is_in_cents, np.where(hundredths > 0, _POINT, _EMPTY_FRACTION), fractions)
        amounts = join(
            pa.array(units).cast(pa.string()),
            self.cent_texts.take(pa.array(fractions)),
            self.hundredth_texts.take(pa.array(hundredths)),
        )
        return _AMOUNT_AFFIXES.add_to(amounts, affixes)


def _padded_form(prefix: str, suffix: str) -> Form:
    return lambda value: as_field(prefix + value + suffix)


_FORMS: tuple[Form, ...] = (as_field, *(_padded_form(*pair) for pair in _PADDING_PAIRS), quote)
_LOWER_CASE_FORMS: tuple[Form, ...] = (str.lower, str.capitalize)


def _make_field_texts(value_lists: ValueLists) -> dict[str, FieldTexts]:
    values_and_forms: dict[Column, tuple[list[str], tuple[Form, ...]]] = {
        Column.PRODUCT_CATEGORY: ([category.name for category in value_lists.categories], _FORMS),
        Column.COUNTRY_CODE: ([*COUNTRIES], (*_FORMS, *_LOWER_CASE_FORMS)),
        Column.CUSTOMER_AGE: ([*map(str, AGES)], _FORMS),
        Column.PAYMENT_TYPE: ([payment.name for payment in value_lists.payments], _FORMS),
    }
    field_texts: dict[str, FieldTexts] = {}
    for spec in COLUMN_SPECS:
        values, forms = values_and_forms.get(spec.name, ([], ()))
        faulty_texts = [FAULTY_TEXTS.get(name, ()) for name in spec.reasons]
        field_texts[spec.name] = FieldTexts.of(values, forms, faulty_texts)
    return field_texts


def _write_broken(fields: list[pa.StringArray], rows: I64, random_bits: I64) -> pa.StringArray:
    """Return a record with too few or too many fields for each row ``rows[k]``; ``random_bits[k]`` chooses its form."""
    row_fields = [column_fields.take(pa.array(rows)) for column_fields in fields]
    surplus = pa.array(["surplus"] * len(rows), pa.string())
    empty = pa.array([""] * len(rows), pa.string())
    too_few = row_fields[:7], row_fields[:3], [surplus]
    too_many = [*row_fields, surplus], [*row_fields, empty], [*row_fields[:3], *row_fields[2:]]
    variants = [*too_few, *too_many]
    records = pa.concat_arrays([join(*variant, separator=",") for variant in variants])
    indices = random_bits % len(variants) * len(rows) + np.arange(len(rows))
    return records.take(pa.array(indices))
