"""A slow judge of the data contract in plain Python; it shares no code with the project."""

import csv
import io
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Context, Decimal

import pycountry

COLUMNS = (
    "customer_id",
    "purchase_id",
    "product_category",
    "purchase_amount",
    "purchase_date",
    "country_code",
    "customer_age",
    "payment_type",
)
REASONS = (
    "structure",
    "null:customer_id",
    "bad_type:customer_id",
    "range:customer_id",
    "null:purchase_id",
    "null:product_category",
    "null:purchase_amount",
    "bad_type:purchase_amount",
    "negative:purchase_amount",
    "range:purchase_amount",
    "null:purchase_date",
    "malformed:purchase_date",
    "null:country_code",
    "unknown:country_code",
    "null:customer_age",
    "bad_type:customer_age",
    "range:customer_age",
    "null:payment_type",
)
WHITE = " \t\r\n\v\f"
ISO = {country.alpha_2 for country in pycountry.countries}
LOWER = "abcdefghijklmnopqrstuvwxyz"
TO_UPPER = str.maketrans(LOWER, LOWER.upper())

_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
_DECIMAL = re.compile(r"([+-]?)([0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE]([+-]?[0-9]+))?")
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[ T]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]+))?)?)?")
_WIDE = Context(prec=3000, Emax=999_999, Emin=-999_999)
_FARTHEST = Decimal("1e30")
_LOWEST = 2000

csv.field_size_limit(1 << 30)


@dataclass(frozen=True)
class Rules:
    """The contract's and the dialect's settings, under their YAML names."""

    critical_columns: tuple = COLUMNS[:6]
    age_min: int = 10
    age_max: int = 120
    amount_decimals: int = 2
    amount_max: float = 1e12
    decimal_mark: str = "."
    thousands_mark: str = ""
    null_tokens: tuple = ()
    date_formats: tuple = ()
    country_aliases: dict = field(default_factory=dict)
    delimiter: str = ","
    quote: str = '"'
    columns: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Row:
    """One judged record: its file and number, its text, its values (``None`` for null or not readable), its reasons."""

    file: str
    number: int
    raw: str
    typed_values: tuple
    reasons: tuple = ()
    rounded: bool = False

    @property
    def amount(self):
        return self.typed_values[COLUMNS.index("purchase_amount")]

    @property
    def purchase_id(self):
        return self.typed_values[COLUMNS.index("purchase_id")]


@dataclass
class Settled:
    """The rows of every fate; ``duplicates`` holds (duplicate, first copy, kind)."""

    rows: list
    clean: list = field(default_factory=list)
    quarantined: list = field(default_factory=list)
    duplicates: list = field(default_factory=list)


def records(text, delimiter=",", quote='"'):
    """Yield each record as (raw text, fields); blank lines are no records."""
    lines, record_lines = iter(io.StringIO(text.removeprefix("\ufeff"), newline="")), []

    def collected_lines():
        for line in lines:
            record_lines.append(line)
            yield line

    quoting = {"quotechar": quote} if quote else {"quoting": csv.QUOTE_NONE, "quotechar": None}
    for fields in csv.reader(collected_lines(), delimiter=delimiter, **quoting):
        raw = "".join(record_lines)
        record_lines.clear()
        if fields:
            yield raw, fields


def judge_file(text, rules=None, file="purchases.csv"):
    """Judge every record of a file on its own."""
    rules = rules or Rules()
    (_, header), *rest = records(text, rules.delimiter, rules.quote)
    names = [name.strip(WHITE).casefold() for name in header]
    positions = [names.index(rules.columns.get(column, column).strip(WHITE).casefold()) for column in COLUMNS]
    return [
        judge_record(raw, fields, len(header), positions, (rules, file, number))
        for number, (raw, fields) in enumerate(rest, 1)
    ]


def judge_record(raw, fields, width, positions, context):
    """Judge one record; ``positions`` are those of ``COLUMNS`` among its fields."""
    rules, file, number = context
    raw = raw.strip("\r\n")
    if len(fields) != width:
        return Row(file, number, raw, (None,) * len(COLUMNS), ("structure",))
    values, reasons, rounded = [], [], False
    for column, position in zip(COLUMNS, positions, strict=True):
        text = fields[position].strip(WHITE)
        if is_null(text, column, rules):
            values.append(None)
            reasons += ["null:" + column] if column in rules.critical_columns else []
        elif column == "purchase_amount":
            value, faults, rounded = judge_amount(text, rules)
            values.append(value)
            reasons += [f"{fault}:{column}" for fault in faults]
        else:
            value, fault = _JUDGES.get(column, judge_text)(text, rules)
            values.append(value)
            reasons += [f"{fault}:{column}"] if fault else []
    return Row(file, number, raw, tuple(values), tuple(sorted(reasons, key=REASONS.index)), rounded)


def is_null(text, column, rules):
    if column == "country_code" and text.upper() in ISO:
        return False
    return text == "" or text in rules.null_tokens


def judge_text(text, _rules):
    return text, None


def judge_customer(text, _rules):
    if not _INTEGER.fullmatch(text):
        return None, "bad_type"
    return int(text), (None if int(text) > 0 else "range")


def judge_age(text, rules):
    if not _INTEGER.fullmatch(text):
        return None, "bad_type"
    age = int(text)
    stored_age = age if -(2**15) < age < 2**15 else None
    return stored_age, (None if rules.age_min <= age <= rules.age_max else "range")


def judge_country(text, rules):
    code = text.translate(TO_UPPER)
    aliases = {alias.translate(TO_UPPER): iso_code for alias, iso_code in rules.country_aliases.items()}
    code = aliases.get(code, code)
    return (code, None) if code in ISO else (None, "unknown")


def judge_date(text, rules):
    timestamp = read_timestamp(text, rules)
    return timestamp, (None if timestamp else "malformed")


def read_timestamp(text, rules):
    """Return the timestamp of a text; ``None`` if it is no timestamp."""
    iso = _DATE.fullmatch(text)
    try:
        if iso:
            *numbers, fraction = iso.groups(default="0")
            return datetime(*map(int, numbers), int(fraction[:6].ljust(6, "0")))  # noqa: DTZ001  the contract has no zones
    except ValueError:
        pass
    for date_format in rules.date_formats:
        try:
            return datetime.strptime(text, date_format)  # noqa: DTZ007  the contract has no zones
        except ValueError:
            continue
    return None


def judge_amount(text, rules):
    """Return the value as a float, the faults, and whether it was rounded; an amount out of range has no value."""
    exact = read_decimal(unmarked(text, rules))
    if exact is None:
        return None, ["bad_type"], False
    negative = ["negative"] if exact < 0 else []
    if abs(exact) > _FARTHEST:
        return None, [*negative, "range"], False
    rounded = exact.quantize(Decimal(1).scaleb(-rules.amount_decimals), ROUND_HALF_EVEN, _WIDE)
    if abs(rounded) > Decimal(rules.amount_max) or abs(rounded).scaleb(rules.amount_decimals, _WIDE) >= 2**50:
        return None, [*negative, "range"], False
    return float(rounded) if rounded else 0.0, negative, rounded != exact


def read_decimal(text):
    """Return the number of a decimal literal, or one of the same sign beyond ``_FARTHEST``; ``None`` for other text."""
    literal = _DECIMAL.fullmatch(text)
    if not literal:
        return None
    sign, digits, exponent = literal.groups(default="0")
    mantissa = Decimal(("-" if sign == "-" else "") + digits)
    if not mantissa:
        return Decimal(0)
    if mantissa.adjusted() + int(exponent) > _FARTHEST.adjusted():
        return (2 * _FARTHEST).copy_sign(mantissa)
    return mantissa.scaleb(max(int(exponent), -_LOWEST - len(digits)), _WIDE)


def unmarked(text, rules):
    """Return the literal with ``.`` and without thousands marks; ``?`` if a mark is in a wrong position."""
    mark, group = rules.decimal_mark, rules.thousands_mark
    if group and group in text:
        sign = text[:1] if text[:1] in "+-" else ""
        whole, exponent_sign, exponent = text[len(sign) :].replace("E", "e").partition("e")
        whole, point, fraction = whole.partition(mark)
        first, *later = whole.split(group)
        is_regular = re.fullmatch("[0-9]{1,3}", first) and all(re.fullmatch("[0-9]{3}", digits) for digits in later)
        if not (is_regular and later and re.fullmatch("[0-9]*", fraction)):
            return "?"
        text = sign + first + "".join(later) + point + fraction + exponent_sign + exponent
    if mark != ".":
        return "?" if "." in text else text.replace(mark, ".")
    return text


_JUDGES = {
    "customer_id": judge_customer,
    "purchase_date": judge_date,
    "country_code": judge_country,
    "customer_age": judge_age,
}


def settle(rows):
    """Divide rows by fate: the first valid row of each id is clean, later ones are duplicates."""
    settled, first_copies = Settled(list(rows)), {}
    for row in settled.rows:
        if row.reasons:
            settled.quarantined.append(row)
        elif row.purchase_id not in first_copies:
            first_copies[row.purchase_id] = row
            settled.clean.append(row)
        else:
            first_copy = first_copies[row.purchase_id]
            kind = "exact" if row.typed_values == first_copy.typed_values else "conflicting"
            settled.duplicates.append((row, first_copy, kind))
    return settled


def minor_units(amount, decimals=2):
    """Return the whole minor units of a stored amount, rounded half to even; 0 for ``None``."""
    if amount is None:
        return 0
    return int(Decimal(amount).scaleb(decimals, _WIDE).to_integral_value(ROUND_HALF_EVEN))


def ledger(settled, decimals=2):
    """Return all entries of the ledger that count rows or money."""
    rows_by_fate = {
        "rows_in": settled.rows,
        "clean": settled.clean,
        "quarantined": settled.quarantined,
        "duplicates": [row for row, _, _ in settled.duplicates],
        "duplicates_exact": [row for row, _, kind in settled.duplicates if kind == "exact"],
        "duplicates_conflicting": [row for row, _, kind in settled.duplicates if kind == "conflicting"],
    }
    by_reason = {
        reason: [row for row in settled.rows if reason in row.reasons]
        for reason in REASONS
        if any(reason in row.reasons for row in settled.rows)
    }
    return {
        **{name: len(rows) for name, rows in rows_by_fate.items()},
        "by_reason": {reason: len(rows) for reason, rows in by_reason.items()},
        "money_minor_units": {
            "decimals": decimals,
            **{name: money(rows, decimals) for name, rows in rows_by_fate.items()},
            "by_reason": {reason: money(rows, decimals) for reason, rows in by_reason.items()},
        },
        "amounts_rounded": sum(row.rounded for row in settled.rows),
        "amounts_unreadable": sum(row.amount is None for row in settled.rows),
    }


def money(rows, decimals=2):
    return sum(minor_units(row.amount, decimals) for row in rows)


def revenue(clean, group_of, decimals=2):
    """Return group → (minor units, orders, distinct customers) of clean rows."""
    totals, orders, buyers = Counter(), Counter(), defaultdict(set)
    for row in clean:
        values = dict(zip(COLUMNS, row.typed_values, strict=True))
        group = group_of(values)
        totals[group] += minor_units(row.amount, decimals)
        orders[group] += 1
        buyers[group].add(values["customer_id"])
    return {group: (totals[group], orders[group], len(buyers[group])) for group in sorted(orders)}
