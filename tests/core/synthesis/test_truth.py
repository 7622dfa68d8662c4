"""The truth and the text against an oracle that implements only the contract."""

import csv
import dataclasses
import io

import pytest
from tests.core.synthesis.default_settings import DEFAULTS, make_settings
from tests.core.synthesis.oracle import ASCII_SPACE, judge

from customer_analytics.core.contract.columns import REASONS
from customer_analytics.core.synthesis.csv_records import HEADER, RecordWriter
from customer_analytics.core.synthesis.generator import Delivery, write_block
from customer_analytics.core.synthesis.truth import TruthCounts

CALM = {"fault_rates": {}, "exact_duplicate_rate": 0.0, "conflicting_duplicate_rate": 0.0, "resubmission_rate": 0.0}
WILD = {
    "fault_rates": dict.fromkeys(REASONS, 0.03),
    "exact_duplicate_rate": 0.3,
    "conflicting_duplicate_rate": 0.3,
    "resubmission_rate": 0.1,
    "padding_rate": 0.4,
    "lower_case_rate": 0.4,
    "extra_decimals_rate": 0.5,
    "scientific_rate": 0.4,
}


ACCEPTED = {"null:customer_age", "null:payment_type"}


def text_of(settings):
    delivery = Delivery.of(settings)
    writer = RecordWriter.of(settings, delivery.value_lists)
    frames = (write_block(delivery, writer, block) for block in delivery.blocks())
    return "".join(f"{record}\n" for frame in frames for record in frame["record"])


def truth_of(settings):
    return Delivery.of(settings).count_truth()


@pytest.mark.parametrize(
    "settings",
    [
        make_settings(rows=40_000),
        make_settings(rows=15_000, seed=1, block_rows=4096, **WILD),
        make_settings(rows=5_000, seed=2, first_day="2023-02-28", last_day="2023-03-01", **CALM),
        make_settings(
            rows=3_000,
            **(WILD | {"exact_duplicate_rate": 0.9, "conflicting_duplicate_rate": 0.1, "resubmission_rate": 0.0}),
        ),
        make_settings(rows=2_000, fault_rates={"structure": 1.0}),
        make_settings(rows=1),
        make_settings(rows=0),
    ],
    ids=["default", "wild", "calm", "duplicates", "broken", "one", "none"],
)
def test_the_truth_equals_what_the_oracle_finds_in_the_text(settings):
    assert truth_of(settings) == judge(text_of(settings)).as_truth()


def test_a_delivery_without_rows_has_only_a_header():
    assert text_of(make_settings(rows=0)) == f"{HEADER}\n"


@pytest.mark.parametrize(("rows", "block_rows"), [(40, 1), (1000, 77), (1000, 999), (1000, 1000)])
def test_bytes_and_truth_do_not_depend_on_the_blocks(rows, block_rows):
    whole = make_settings(rows=rows, **WILD)
    cut = dataclasses.replace(whole, block_rows=block_rows)

    assert text_of(cut) == text_of(whole)
    assert truth_of(cut) == truth_of(whole)


def test_another_seed_gives_another_delivery():
    assert text_of(make_settings(rows=100, seed=1)) != text_of(make_settings(rows=100, seed=2))


def test_merging_counts_is_associative_and_has_an_identity():
    delivery = Delivery.of(make_settings(rows=3000, block_rows=1000, **WILD))
    first, second, third = map(delivery.count_block, delivery.blocks())

    assert (first + second) + third == third + (second + first) == delivery.count_block(range(3000))
    assert first + TruthCounts() == TruthCounts() + first == first


def test_every_reason_has_the_rate_of_the_settings():
    truth = truth_of(
        make_settings(rows=100_000, exact_duplicate_rate=0, conflicting_duplicate_rate=0, resubmission_rate=0)
    )

    rates = {reason: rate for reason, rate in DEFAULTS["fault_rates"].items() if reason not in ACCEPTED}

    assert set(truth["by_reason"]) == set(rates)
    for reason, rate in rates.items():
        assert truth["by_reason"][reason] == pytest.approx(rate * 100_000, rel=0.3), reason


def test_the_default_delivery_has_3_percent_quarantined_rows_and_2_percent_duplicates():
    truth = truth_of(make_settings(rows=200_000))

    assert truth["quarantined"] / 200_000 == pytest.approx(0.031, abs=0.003)
    assert truth["duplicates_exact"] / 200_000 == pytest.approx(0.0145, abs=0.001)
    assert truth["duplicates_conflicting"] / 200_000 == pytest.approx(0.005, abs=0.001)


def test_some_purchases_occur_three_times_and_some_quarantined_ones_are_submitted_again():
    findings = judge(text_of(make_settings(rows=40_000)))

    assert findings.thrice > 30
    assert findings.revived > 10


def test_a_delivery_without_faults_and_duplicates_is_all_clean():
    truth = truth_of(make_settings(rows=2000, **CALM))

    assert (truth["clean"], truth["by_reason"]) == (2000, {})


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_of_the_contract_can_be_written(reason):
    text = text_of(make_settings(rows=200, **(CALM | {"fault_rates": {reason: 1.0}})))

    if reason in ACCEPTED:
        column = reason.partition(":")[2]
        values = [row[column].strip(ASCII_SPACE) for row in csv.DictReader(io.StringIO(text, newline=""))]
        assert values == [""] * 200
    else:
        assert judge(text).by_reason == {reason: 200}
