"""Warnings about the configuration, derived from ledgers that balance."""

import re
from pathlib import Path

import pytest
import yaml

from customer_analytics.core.contract.columns import REASONS
from customer_analytics.core.ledger.warnings import configuration_warnings

GLOBALS_TEXT = (Path(__file__).parents[3] / "conf/base/globals.yml").read_text()
SETTINGS = yaml.safe_load(GLOBALS_TEXT.replace("\n  {}\n", "\n").replace("\n  # ", "\n  "))
"""The content of globals.yml with its commented defaults."""


def ledger(rows_in, **by_reason):
    return {"rows_in": rows_in, "by_reason": by_reason}


def test_a_delivery_without_rows_makes_a_warning():
    assert configuration_warnings(ledger(0)) == ["The delivery has no rows: is it complete?"]


def test_a_reason_of_more_than_half_of_the_rows_makes_a_warning():
    assert configuration_warnings(ledger(2_000, structure=1_000)) == []
    assert configuration_warnings(ledger(2_000, structure=1_001)) == [
        "1,001 of 2,000 rows are quarantined for structure: see csv.delimiter and csv.quote in globals.yml."
    ]


def test_every_reason_of_most_rows_makes_a_warning_in_the_order_of_the_ledger():
    by_reason = {"malformed:purchase_date": 9, "unknown:country_code": 1, "range:purchase_amount": 10}

    assert configuration_warnings(ledger(10, **by_reason)) == [
        "9 of 10 rows are quarantined for malformed:purchase_date: see contract.date_formats in globals.yml.",
        "10 of 10 rows are quarantined for range:purchase_amount: see contract.amount_max in globals.yml.",
    ]


@pytest.mark.parametrize(
    ("reason", "settings"),
    [
        ("null:purchase_id", "csv.columns and contract.null_tokens"),
        ("null:country_code", "contract.critical_columns, csv.columns and contract.null_tokens"),
        ("bad_type:customer_id", "csv.columns"),
        ("range:customer_id", "csv.columns"),
        ("range:customer_age", "contract.age_min and contract.age_max"),
        ("bad_type:purchase_amount", "contract.decimal_mark and contract.thousands_mark"),
        ("unknown:country_code", "contract.country_aliases"),
    ],
)
def test_a_warning_names_the_settings_that_decide_about_the_reason(reason, settings):
    assert configuration_warnings(ledger(1, **{reason: 1})) == [
        f"1 of 1 rows are quarantined for {reason}: see {settings} in globals.yml."
    ]


@pytest.mark.parametrize("reason", REASONS)
def test_every_setting_in_a_warning_exists(reason):
    (line,) = configuration_warnings(ledger(1, **{reason: 1}))

    names = re.findall(r"(csv|contract)\.(\w+)", line)
    assert names
    assert all(key in SETTINGS[section] for section, key in names)
