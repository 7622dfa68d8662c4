"""Ledgers that balance, and what they still tell against."""

import re
from pathlib import Path

import pytest
import yaml

from customer_analytics.core.contract.columns import REASONS
from customer_analytics.core.ledger.warnings import configuration_warnings

GLOBALS = yaml.safe_load((Path(__file__).parents[3] / "conf/base/globals.yml").read_text())


def ledger(rows_in, **by_reason):
    return {"rows_in": rows_in, "by_reason": by_reason}


def test_a_delivery_without_rows_is_doubtful():
    assert configuration_warnings(ledger(0)) == ["No row came in: was the delivery complete?"]


def test_a_reason_is_doubtful_from_more_than_half_of_the_rows_on():
    assert configuration_warnings(ledger(2_000, structure=1_000)) == []
    assert configuration_warnings(ledger(2_000, structure=1_001)) == [
        "1,001 of 2,000 rows are refused for structure: see csv.delimiter and csv.quote in globals.yml."
    ]


def test_every_reason_that_most_rows_have_is_told_in_the_ledgers_order():
    common = {"malformed:purchase_date": 9, "unknown:country_code": 1, "range:customer_age": 10}

    assert configuration_warnings(ledger(10, **common)) == [
        "9 of 10 rows are refused for malformed:purchase_date: see contract.date_formats in globals.yml.",
        "10 of 10 rows are refused for range:customer_age: see contract.age_min and contract.age_max in globals.yml.",
    ]


@pytest.mark.parametrize(
    ("reason", "settings"),
    [
        ("null:purchase_id", "csv.columns and contract.null_tokens"),
        ("null:country_code", "contract.critical_columns, csv.columns and contract.null_tokens"),
        ("bad_type:customer_id", "csv.columns"),
        ("bad_type:purchase_amount", "contract.decimal_mark and contract.thousands_mark"),
        ("unknown:country_code", "contract.country_aliases"),
    ],
)
def test_a_reason_names_the_settings_that_decide_about_it(reason, settings):
    assert configuration_warnings(ledger(1, **{reason: 1})) == [
        f"1 of 1 rows are refused for {reason}: see {settings} in globals.yml."
    ]


@pytest.mark.parametrize("reason", REASONS)
def test_every_setting_that_is_named_is_there(reason):
    (line,) = configuration_warnings(ledger(1, **{reason: 1}))

    named = re.findall(r"(csv|contract)\.(\w+)", line)
    assert named
    assert all(key in GLOBALS[section] for section, key in named)
