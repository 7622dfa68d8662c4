"""What the purchases look like."""

import csv
import dataclasses
import io
import re
from collections import Counter
from datetime import date

import numpy as np
import pytest

from customer_analytics.core.contract.settings import iso_countries
from customer_analytics.core.synthesis.csv_records import Scribe
from customer_analytics.core.synthesis.generator import Delivery
from customer_analytics.core.synthesis.row_plan import Kind
from customer_analytics.core.synthesis.settings import SynthesisSettings
from customer_analytics.core.synthesis.value_lists import COUNTRIES

ROWS = 60_000
SETTINGS = SynthesisSettings(rows=ROWS)


@pytest.fixture(scope="module")
def delivery():
    return Delivery.of(SETTINGS)


@pytest.fixture(scope="module")
def plan(delivery):
    return delivery.plan(range(ROWS))


@pytest.fixture(scope="module")
def records(delivery, plan):
    return Scribe.of(SETTINGS, delivery.vocabulary).records(plan).to_pylist()


@pytest.fixture(scope="module")
def fields(records):
    rows = csv.reader(io.StringIO("\n".join(records), newline=""))
    return [row for row in rows if len(row) == 8]


def test_the_countries_are_those_of_iso_3166():
    assert sorted(COUNTRIES) == sorted(iso_countries())


def test_any_row_can_be_made_again_anywhere(delivery, records):
    some = np.array([ROWS - 1, 0, 31_415, 31_415])

    made = Scribe.of(SETTINGS, delivery.vocabulary).records(delivery.plan(some)).to_pylist()

    assert made == [records[row] for row in some.tolist()]


def test_copies_repeat_fresh_rows_far_before_them(plan):
    copies = np.flatnonzero(plan.kind != Kind.FRESH)

    assert (plan.root[copies] < copies).all()
    assert (plan.kind[plan.root] == Kind.FRESH).all()
    assert (copies - plan.root[copies]).mean() > ROWS / 5


def test_resubmitted_rows_were_refused_and_are_valid_now(plan):
    again = np.flatnonzero(plan.kind == Kind.RESUBMITTED)

    assert len(again) > 0.7 * SETTINGS.resubmission_rate * ROWS
    assert plan.refused()[plan.root[again]].all()
    assert not plan.refused()[again].any()


def test_conflicting_copies_differ_from_their_root_and_exact_ones_do_not(plan):
    values = plan.values()
    different = (values != values[plan.root]).any(axis=1)

    assert different[plan.kind == Kind.CONFLICTING].all()
    assert not different[plan.kind == Kind.EXACT].any()


def test_fresh_rows_are_in_time_order_over_the_whole_period(plan):
    fresh = plan.kind == Kind.FRESH
    moments = plan.day[fresh] * 86_400_000 + np.maximum(plan.clock[fresh], 0)
    exact = plan.clock[fresh] >= 0

    assert (np.diff(moments[exact] // 1000) >= 0).all()
    assert (plan.day[0], plan.day.max()) == (0, (date(2025, 12, 31) - date(2024, 1, 1)).days)


def test_saturdays_are_busier_than_tuesdays(plan):
    weekday = Counter((plan.day % 7).tolist())  # 2024-01-01 is a Monday

    assert weekday[5] > 1.3 * weekday[1]


def test_customers_are_dense_and_a_tenth_of_them_buys_a_third(plan):
    per_customer = np.sort(np.bincount(plan.customer)[1:])[::-1]

    assert plan.customer.min() == 1
    assert plan.customer.max() == SETTINGS.customers() == len(per_customer)
    assert per_customer[: len(per_customer) // 10].sum() / ROWS == pytest.approx(0.33, abs=0.05)


def test_a_customer_has_one_age_and_mostly_one_country(plan):
    aged = plan.age > 0
    pairs = set(zip(plan.customer[aged].tolist(), plan.age[aged].tolist(), strict=True))
    busiest = plan.country[plan.customer == np.bincount(plan.customer).argmax()]

    assert len({customer for customer, _ in pairs}) == len(pairs)
    assert np.bincount(busiest).max() > 0.85 * len(busiest)


def test_namibia_has_a_visible_share_and_is_sometimes_in_lower_case(fields):
    written = Counter(row[5] for row in fields)

    assert 0.02 < written["NA"] / ROWS < 0.1
    assert written["na"]
    assert written["Na"]


def test_a_category_has_a_comma_and_another_is_not_ascii(fields):
    names = {row[2].strip() for row in fields}

    assert {"Books, Music & Film", "Café & Bäckerei"} <= names
    assert len(names - {""}) == 12


def test_quotes_and_line_breaks_are_inside_fields_only(records, fields):
    payments = {row[7] for row in fields}

    assert 'Gift card "Gold"' in payments
    assert "Voucher\npart payment" in payments
    assert any('"Gift card ""Gold"""' in record for record in records)


def test_some_payment_types_first_come_up_in_the_last_fifth(delivery, plan):
    newcomers = [place for place, one in enumerate(delivery.vocabulary.payments) if not one.weight]
    rows = np.flatnonzero(np.isin(plan.payment, newcomers))

    assert len(newcomers) == 3
    assert len(rows) > 20
    assert rows.min() >= ROWS * 4 // 5


def test_conflicting_copies_do_not_bring_new_payment_types_forward():
    delivery = Delivery.of(SynthesisSettings(rows=500_000, conflicting_copy_rate=0.7))
    newcomers = [place for place, one in enumerate(delivery.vocabulary.payments) if not one.weight]

    assert not np.isin(delivery.plan(range(400_000)).payment, newcomers).any()


def amounts_with(fault):
    rates = {f"{fault}:purchase_amount": 1.0}
    settings = SynthesisSettings(rows=500, fault_rates=rates, resubmission_rate=0)
    delivery = Delivery.of(settings)
    worthless = dataclasses.replace(plan := delivery.plan(range(500)), cents=plan.cents % 3)
    records = Scribe.of(settings, delivery.vocabulary).records(worthless).to_pylist()
    return [row[3] for row in csv.reader(io.StringIO("\n".join(records), newline=""))]


def test_a_negative_amount_is_never_minus_nothing():
    assert all(float(amount) < 0 for amount in amounts_with("negative"))


def test_a_thousands_mark_has_three_digits_after_it():
    marked = [amount for amount in amounts_with("bad_type") if amount.startswith("1,")]

    assert marked
    assert all(re.fullmatch(r"1,[0-9]{3}(\.[0-9]+)?", amount) for amount in marked)


def test_what_looks_wrong_and_is_valid_occurs(fields):
    amounts, dates = {row[3] for row in fields}, {row[4].strip() for row in fields}

    assert any("e-2" in amount for amount in amounts)
    assert any(len(amount.partition(".")[2]) > 2 and amount.replace(".", "").isdigit() for amount in amounts)
    assert {len(text) for text in dates} >= {10, 16, 19, 23, 26}
    assert any("T" in text for text in dates)


@pytest.mark.parametrize(
    ("column", "wrong"),
    [
        (0, {"0", "n/a", "9999999999999999999"}),
        (3, {"NaN", "inf", "12,50"}),
        (4, {"2024-02-30", "31/12/2024", "2024-03-05T10:00:00Z"}),
        (5, {"UK", "USA", "null"}),
        (6, {"5", "150", "9", "121", "34.0"}),
    ],
)
def test_the_known_traps_occur(fields, column, wrong):
    assert wrong <= {row[column] for row in fields}


def test_numbers_in_disguise_occur(fields):
    customers, amounts = {row[0] for row in fields}, {row[3] for row in fields}

    assert any(text.endswith(".0") for text in customers)
    assert any(text.startswith("$") for text in amounts)
    assert any(text.startswith("1,") for text in amounts)
    assert any(text.startswith("-") for text in amounts)


def test_records_are_broken_both_ways(records):
    widths = Counter(len(row) for row in csv.reader(io.StringIO("\n".join(records), newline="")))

    assert {1, 3, 7, 9} == set(widths) - {8}


def test_deliveries_of_ten_digits_still_write_ids_of_ten_digits():
    huge = SynthesisSettings(rows=9_999_999_999)
    delivery = Delivery.of(huge)

    (record,) = Scribe.of(huge, delivery.vocabulary).records(delivery.plan([9_999_999_997])).to_pylist()

    assert "PUR-20251231-9999999997" in record
