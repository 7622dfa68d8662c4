"""An oracle in plain Python: it applies the data contract to a CSV and does not depend on the generator."""

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal

import pycountry

ASCII_SPACE = " \t\r\n\v\f"
INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
DECIMAL = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
DATE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[ T]([0-9]{2}:[0-9]{2})(:[0-9]{2}(?:\.[0-9]+)?)?)?")
ISO = {country.alpha_2 for country in pycountry.countries}
MAY_BE_NULL = {"customer_age", "payment_type"}


@dataclass
class Findings:
    """Counts of a CSV under the names of the truth, and ``revived`` and ``thrice``.

    ``revived`` counts purchases with a quarantined row before the first copy; ``thrice`` counts ids of 3 or more rows.
    """

    clean: int = 0
    quarantined: int = 0
    exact: int = 0
    conflicting: int = 0
    rounded: int = 0
    revived: int = 0
    thrice: int = 0
    by_reason: Counter = field(default_factory=Counter)
    by_country: Counter = field(default_factory=Counter)
    by_category: Counter = field(default_factory=Counter)
    by_month: Counter = field(default_factory=Counter)
    buyers: dict = field(default_factory=dict)

    def as_truth(self):
        return {
            "rows_in": self.clean + self.quarantined + self.exact + self.conflicting,
            "clean": self.clean,
            "quarantined": self.quarantined,
            "duplicates": self.exact + self.conflicting,
            "duplicates_exact": self.exact,
            "duplicates_conflicting": self.conflicting,
            "by_reason": dict(self.by_reason),
            "amounts_rounded": self.rounded,
            "revenue_cents": sum(self.by_country.values()),
            "revenue_cents_by_country": dict(self.by_country),
            "revenue_cents_by_category": dict(self.by_category),
            "revenue_cents_by_month": dict(self.by_month),
            "customers_by_country": {code: len(ids) for code, ids in self.buyers.items()},
        }


def judge(text):
    """Judge all records of a CSV with the default contract."""
    findings, first_copies, rows_by_id, quarantined_ids = Findings(), {}, Counter(), set()
    header, *records = csv.reader(io.StringIO(text, newline=""))
    for record in records:
        reasons, values, rounded = judge_record(header, record)
        findings.rounded += rounded
        purchase_id = values.get("purchase_id")
        rows_by_id[purchase_id] += purchase_id is not None
        if reasons:
            findings.quarantined += 1
            findings.by_reason.update(reasons)
            quarantined_ids.add(purchase_id)
        elif purchase_id not in first_copies:
            first_copies[purchase_id] = values
            findings.clean += 1
            findings.revived += purchase_id in quarantined_ids
            count_clean(findings, values)
        elif first_copies[purchase_id] == values:
            findings.exact += 1
        else:
            findings.conflicting += 1
    findings.thrice = sum(count > 2 for count in rows_by_id.values())
    return findings


def count_clean(findings, values):
    cents = int(values["purchase_amount"] * 100)
    findings.by_country[values["country_code"]] += cents
    findings.by_category[values["product_category"]] += cents
    findings.by_month[f"{values['purchase_date']:%Y-%m}"] += cents
    findings.buyers.setdefault(values["country_code"], set()).add(values["customer_id"])


def judge_record(header, record):
    """Return the reasons, the values by column, and whether the amount was rounded."""
    if len(record) != len(header):
        return ["structure"], {}, False
    reasons, values, rounded = [], {}, False
    for column, raw in zip(header, record, strict=True):
        text = raw.strip(ASCII_SPACE)
        if not text:
            values[column] = None
            reasons += [] if column in MAY_BE_NULL else [f"null:{column}"]
            continue
        fault, values[column] = JUDGES.get(column, lambda value: (None, value))(text)
        reasons += [f"{fault}:{column}"] if fault else []
        if column == "purchase_amount" and values[column] is not None:
            cents = values[column].quantize(Decimal("0.01"), ROUND_HALF_EVEN)
            rounded, values[column] = cents != values[column], cents
    return reasons, values, rounded


def judge_integer(text, low, high):
    if not INTEGER.fullmatch(text):
        return "bad_type", None
    return (None if low <= int(text) <= high else "range"), int(text)


def judge_amount(text):
    if not DECIMAL.fullmatch(text):
        return "bad_type", None
    amount = Decimal(text)
    if abs(amount) > 10**12:
        return "range", None
    return ("negative" if amount < 0 else None), amount


def judge_date(text):
    if not DATE.fullmatch(text):
        return "malformed", None
    try:
        return None, datetime.fromisoformat(text)
    except ValueError:
        return "malformed", None


def judge_country(text):
    return (None if text.upper() in ISO else "unknown"), text.upper()


JUDGES = {
    "customer_id": lambda text: judge_integer(text, 1, 10**18),
    "purchase_amount": judge_amount,
    "purchase_date": judge_date,
    "country_code": judge_country,
    "customer_age": lambda text: judge_integer(text, 10, 120),
}
