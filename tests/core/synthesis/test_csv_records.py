"""The content of a synthetic delivery: row plans and CSV records."""

import csv
import dataclasses
import io
import re
from collections import Counter
from datetime import date

import numpy as np
import pytest
from tests.core.synthesis.default_settings import make_settings

from customer_analytics.core.contract.settings import iso_countries
from customer_analytics.core.synthesis.csv_records import RecordWriter
from customer_analytics.core.synthesis.generator import Delivery
from customer_analytics.core.synthesis.row_plan import RowKind
from customer_analytics.core.synthesis.value_lists import COUNTRIES

ROWS = 60_000
SETTINGS = make_settings(rows=ROWS)


@pytest.fixture(scope="module")
def delivery():
    return Delivery.of(SETTINGS)


@pytest.fixture(scope="module")
def plan(delivery):
    return delivery.plan(range(ROWS))


@pytest.fixture(scope="module")
def records(delivery, plan):
    return RecordWriter.of(SETTINGS, delivery.value_lists).write(plan).to_pylist()


@pytest.fixture(scope="module")
def fields(records):
    rows = csv.reader(io.StringIO("\n".join(records), newline=""))
    return [row for row in rows if len(row) == 8]


def test_the_countries_are_those_of_iso_3166():
    assert sorted(COUNTRIES) == sorted(iso_countries())


def test_any_row_can_be_written_again_on_its_own(delivery, records):
    row_numbers = np.array([ROWS - 1, 0, 31_415, 31_415])

    rewritten = RecordWriter.of(SETTINGS, delivery.value_lists).write(delivery.plan(row_numbers)).to_pylist()

    assert rewritten == [records[number] for number in row_numbers.tolist()]


def test_duplicates_are_far_behind_their_origins(plan):
    duplicates = np.flatnonzero(plan.kind != RowKind.NEW)

    assert (plan.origin[duplicates] < duplicates).all()
    assert (plan.kind[plan.origin] == RowKind.NEW).all()
    assert (duplicates - plan.origin[duplicates]).mean() > ROWS / 5


def test_resubmitted_rows_are_valid_and_their_origins_quarantined(plan):
    resubmitted = np.flatnonzero(plan.kind == RowKind.RESUBMITTED)

    assert len(resubmitted) > 0.7 * SETTINGS.resubmission_rate * ROWS
    assert plan.is_quarantined()[plan.origin[resubmitted]].all()
    assert not plan.is_quarantined()[resubmitted].any()


def test_conflicting_duplicates_differ_from_their_origin_and_exact_ones_do_not(plan):
    values = plan.compared_values()
    is_different = (values != values[plan.origin]).any(axis=1)

    assert is_different[plan.kind == RowKind.CONFLICTING].all()
    assert not is_different[plan.kind == RowKind.EXACT].any()


def test_new_purchases_are_in_time_order_over_the_whole_period(plan):
    is_timed = (plan.kind == RowKind.NEW) & (plan.clock >= 0)
    seconds = plan.day[is_timed] * 86_400 + plan.clock[is_timed] // 1000

    assert (np.diff(seconds) >= 0).all()
    assert (plan.day[0], plan.day.max()) == (0, (date(2025, 12, 31) - date(2024, 1, 1)).days)


def test_saturdays_are_busier_than_tuesdays(plan):
    rows_by_weekday = Counter((plan.day % 7).tolist())  # 2024-01-01 is a Monday

    assert rows_by_weekday[5] > 1.3 * rows_by_weekday[1]


def test_customer_ids_are_dense_and_a_tenth_of_them_makes_a_third_of_the_purchases(plan):
    rows_per_customer = np.sort(np.bincount(plan.customer)[1:])[::-1]

    assert plan.customer.min() == 1
    assert plan.customer.max() == SETTINGS.count_customers() == len(rows_per_customer)
    assert rows_per_customer[: len(rows_per_customer) // 10].sum() / ROWS == pytest.approx(0.33, abs=0.05)


def test_a_customer_has_one_age_and_mostly_one_country(plan):
    has_age = plan.age > 0
    customer_ages = set(zip(plan.customer[has_age].tolist(), plan.age[has_age].tolist(), strict=True))
    countries = plan.country[plan.customer == np.bincount(plan.customer).argmax()]

    assert len({customer for customer, _ in customer_ages}) == len(customer_ages)
    assert np.bincount(countries).max() > 0.85 * len(countries)


def test_namibia_has_a_visible_share_and_is_sometimes_in_lower_case(fields):
    rows_by_country = Counter(row[5] for row in fields)

    assert 0.02 < rows_by_country["NA"] / ROWS < 0.1
    assert rows_by_country["na"]
    assert rows_by_country["Na"]


def test_a_category_has_a_comma_and_another_is_not_ascii(fields):
    names = {row[2].strip() for row in fields}

    assert {"Books, Music & Film", "Café & Bäckerei"} <= names
    assert len(names - {""}) == 12


def test_fields_contain_quotes_and_line_breaks(records, fields):
    payments = {row[7] for row in fields}

    assert 'Gift card "Gold"' in payments
    assert "Voucher\npart payment" in payments
    assert any('"Gift card ""Gold"""' in record for record in records)


def test_some_payment_types_occur_only_in_the_last_fifth(delivery, plan):
    late_payments = [index for index, payment in enumerate(delivery.value_lists.payments) if not payment.weight]
    rows = np.flatnonzero(np.isin(plan.payment, late_payments))

    assert len(late_payments) == 3
    assert len(rows) > 20
    assert rows.min() >= ROWS * 4 // 5


def test_conflicting_duplicates_do_not_contain_late_payment_types_early():
    delivery = Delivery.of(make_settings(rows=500_000, conflicting_duplicate_rate=0.7))
    late_payments = [index for index, payment in enumerate(delivery.value_lists.payments) if not payment.weight]

    assert not np.isin(delivery.plan(range(400_000)).payment, late_payments).any()


def amounts_with(fault):
    rates = {f"{fault}:purchase_amount": 1.0}
    settings = make_settings(rows=500, fault_rates=rates, resubmission_rate=0)
    delivery = Delivery.of(settings)
    tiny_amounts = dataclasses.replace(plan := delivery.plan(range(500)), cents=plan.cents % 3)
    records = RecordWriter.of(settings, delivery.value_lists).write(tiny_amounts).to_pylist()
    return [row[3] for row in csv.reader(io.StringIO("\n".join(records), newline=""))]


def test_a_negative_amount_is_never_minus_zero():
    assert all(float(amount) < 0 for amount in amounts_with("negative"))


def test_three_digits_follow_a_thousands_separator():
    separated = [amount for amount in amounts_with("bad_type") if amount.startswith("1,")]

    assert separated
    assert all(re.fullmatch(r"1,[0-9]{3}(\.[0-9]+)?", amount) for amount in separated)


def test_valid_but_unusual_amounts_and_dates_occur(fields):
    amounts, dates = {row[3] for row in fields}, {row[4].strip() for row in fields}

    assert any("e-2" in amount for amount in amounts)
    assert any(len(amount.partition(".")[2]) > 2 and amount.replace(".", "").isdigit() for amount in amounts)
    assert {len(text) for text in dates} >= {10, 16, 19, 23, 26}
    assert any("T" in text for text in dates)


@pytest.mark.parametrize(
    ("column_index", "faulty_texts"),
    [
        (0, {"0", "n/a", "9999999999999999999"}),
        (3, {"NaN", "inf", "12,50"}),
        (4, {"2024-02-30", "31/12/2024", "2024-03-05T10:00:00Z"}),
        (5, {"UK", "USA", "null"}),
        (6, {"5", "150", "9", "121", "34.0"}),
    ],
)
def test_common_faulty_texts_occur(fields, column_index, faulty_texts):
    assert faulty_texts <= {row[column_index] for row in fields}


def test_numbers_with_faulty_affixes_occur(fields):
    customers, amounts = {row[0] for row in fields}, {row[3] for row in fields}

    assert any(text.endswith(".0") for text in customers)
    assert any(text.startswith("$") for text in amounts)
    assert any(text.startswith("1,") for text in amounts)
    assert any(text.startswith("-") for text in amounts)


def test_broken_records_have_too_few_or_too_many_fields(records):
    widths = Counter(len(row) for row in csv.reader(io.StringIO("\n".join(records), newline="")))

    assert {1, 3, 7, 9} == set(widths) - {8}


def test_the_largest_delivery_has_ids_with_ten_digits():
    settings = make_settings(rows=9_999_999_999)
    delivery = Delivery.of(settings)

    (record,) = RecordWriter.of(settings, delivery.value_lists).write(delivery.plan([9_999_999_997])).to_pylist()

    assert "PUR-20251231-9999999997" in record
