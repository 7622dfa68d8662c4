"""The truth and the text against a slow judge that knows only the contract."""

import dataclasses
from functools import reduce
from operator import add

import pytest
from tests.core.synthesis.oracle import judge

from customer_analytics.core.synthesis.csv_records import HEADER, Scribe
from customer_analytics.core.synthesis.generator import Delivery, written
from customer_analytics.core.synthesis.settings import SynthesisSettings, default_fault_rates
from customer_analytics.core.synthesis.truth import TruthCounts

CALM = {"fault_rates": {}, "exact_copy_rate": 0.0, "conflicting_copy_rate": 0.0, "resubmission_rate": 0.0}
WILD = {
    "fault_rates": dict.fromkeys(default_fault_rates(), 0.03),
    "exact_copy_rate": 0.3,
    "conflicting_copy_rate": 0.3,
    "resubmission_rate": 0.1,
    "padding_rate": 0.4,
    "lower_case_rate": 0.4,
    "extra_decimals_rate": 0.5,
    "scientific_rate": 0.4,
}


def text_of(settings):
    delivery = Delivery.of(settings)
    scribe = Scribe.of(settings, delivery.vocabulary)
    frames = (written(delivery, scribe, block) for block in delivery.blocks())
    return "".join(f"{record}\n" for frame in frames for record in frame["record"])


def truth_of(settings):
    delivery = Delivery.of(settings)
    return delivery.settle(reduce(add, map(delivery.tally, delivery.blocks()), TruthCounts()))


@pytest.mark.parametrize(
    "settings",
    [
        SynthesisSettings(rows=40_000),
        SynthesisSettings(rows=15_000, seed=1, block_rows=4096, **WILD),
        SynthesisSettings(rows=5_000, seed=2, first_day="2023-02-28", last_day="2023-03-01", **CALM),
        SynthesisSettings(
            rows=3_000,
            **(WILD | {"exact_copy_rate": 0.9, "conflicting_copy_rate": 0.1, "resubmission_rate": 0.0}),
        ),
        SynthesisSettings(rows=2_000, fault_rates={"structure": 1.0}),
        SynthesisSettings(rows=1),
        SynthesisSettings(rows=0),
    ],
    ids=["default", "wild", "calm", "copies", "broken", "one", "none"],
)
def test_the_truth_is_what_a_slow_judge_finds_in_the_text(settings):
    found = judge(text_of(settings))

    assert truth_of(settings) == found.as_truth()


def test_no_rows_are_a_header_alone():
    assert text_of(SynthesisSettings(rows=0)) == f"{HEADER}\n"


@pytest.mark.parametrize(("rows", "block_rows"), [(40, 1), (1000, 77), (1000, 999), (1000, 1000)])
def test_bytes_and_truth_do_not_depend_on_the_blocks(rows, block_rows):
    whole = SynthesisSettings(rows=rows, **WILD)
    cut = dataclasses.replace(whole, block_rows=block_rows)

    assert text_of(cut) == text_of(whole)
    assert truth_of(cut) == truth_of(whole)


def test_another_seed_is_another_delivery():
    assert text_of(SynthesisSettings(rows=100, seed=1)) != text_of(SynthesisSettings(rows=100, seed=2))


def test_counts_can_be_added_in_any_order_and_nothing_is_their_identity():
    delivery = Delivery.of(SynthesisSettings(rows=3000, block_rows=1000, **WILD))
    one, two, three = map(delivery.tally, delivery.blocks())

    assert (one + two) + three == three + (two + one) == delivery.tally(range(3000))
    assert one + TruthCounts() == TruthCounts() + one == one


def test_every_reason_has_the_rate_that_was_asked_for():
    truth = truth_of(SynthesisSettings(rows=100_000, exact_copy_rate=0, conflicting_copy_rate=0, resubmission_rate=0))
    accepted = {"null:customer_age", "null:payment_type"}

    rates = {reason: rate for reason, rate in default_fault_rates().items() if reason not in accepted}

    assert set(truth["by_reason"]) == set(rates)
    for reason, rate in rates.items():
        assert truth["by_reason"][reason] == pytest.approx(rate * 100_000, rel=0.3), reason


def test_the_default_delivery_is_as_dirty_as_it_says():
    truth = truth_of(SynthesisSettings(rows=200_000))

    assert truth["quarantined"] / 200_000 == pytest.approx(0.031, abs=0.003)
    assert truth["duplicates_exact"] / 200_000 == pytest.approx(0.0145, abs=0.001)
    assert truth["duplicates_conflicting"] / 200_000 == pytest.approx(0.005, abs=0.001)


def test_some_purchases_come_three_times_and_some_refused_ones_come_again_put_right():
    found = judge(text_of(SynthesisSettings(rows=40_000)))

    assert found.thrice > 30
    assert found.revived > 10


def test_a_delivery_without_faults_and_copies_is_all_clean():
    truth = truth_of(SynthesisSettings(rows=2000, **CALM))

    assert (truth["clean"], truth["by_reason"]) == (2000, {})
