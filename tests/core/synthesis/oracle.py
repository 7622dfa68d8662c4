"""A slow judge in plain Python, written from the data contract alone: it knows nothing of the generator."""

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
    """What the judge saw, under the names of the truth; plus the rows themselves for closer looks."""

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
    """Judge a whole CSV."""
    found, kept, seen, refused_ids = Findings(), {}, Counter(), set()
    header, *records = csv.reader(io.StringIO(text, newline=""))
    for record in records:
        reasons, values, rounded = judge_record(header, record)
        found.rounded += rounded
        name = values.get("purchase_id")
        seen[name] += name is not None
        if reasons:
            found.quarantined += 1
            found.by_reason.update(reasons)
            refused_ids.add(name)
        elif name not in kept:
            kept[name] = values
            found.clean += 1
            found.revived += name in refused_ids
            count_clean(found, values)
        elif kept[name] == values:
            found.exact += 1
        else:
            found.conflicting += 1
    found.thrice = sum(count > 2 for count in seen.values())
    return found


def count_clean(found, values):
    cents = int(values["purchase_amount"] * 100)
    found.by_country[values["country_code"]] += cents
    found.by_category[values["product_category"]] += cents
    found.by_month[f"{values['purchase_date']:%Y-%m}"] += cents
    found.buyers.setdefault(values["country_code"], set()).add(values["customer_id"])


def judge_record(header, record):
    """Reasons, values, and whether the amount had to be rounded."""
    if len(record) != len(header):
        return ["structure"], {}, False
    reasons, values, rounded = [], {}, False
    for column, raw in zip(header, record, strict=True):
        text = raw.strip(ASCII_SPACE)
        if not text:
            values[column] = None
            reasons += [] if column in MAY_BE_NULL else [f"null:{column}"]
            continue
        fault, values[column] = JUDGES.get(column, lambda given: (None, given))(text)
        reasons += [f"{fault}:{column}"] if fault else []
        if column == "purchase_amount" and values[column] is not None:
            cents = values[column].quantize(Decimal("0.01"), ROUND_HALF_EVEN)
            rounded, values[column] = cents != values[column], cents
    return reasons, values, rounded


def judge_integer(text, least, most):
    if not INTEGER.fullmatch(text):
        return "bad_type", None
    return (None if least <= int(text) <= most else "range"), int(text)


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
