"""The sample of the clean purchases: the same purchases, the same sample."""

from functools import cache
from itertools import pairwise

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_analytics.core.aggregation.sample import SAMPLED_COLUMNS, LowestKeys, SampleRules, draw_sample
from customer_analytics.core.arrow.frames import to_frame
from customer_analytics.core.chunks.local import LocalChunks, LocalRuntime
from customer_analytics.core.contract.schemas import CLEAN
from customer_analytics.core.errors import SettingError
from customer_analytics.pipelines.reporting.nodes import sample_purchases

RULES = SampleRules(rows=40, seed=3)


@cache
def clean():
    """Purchases that can be told apart by every column but the nullable ones."""
    numbers = range(300)
    rows = {
        "customer_id": [number % 7 + 1 for number in numbers],
        "purchase_id": [f"p{number}" if number % 3 else f"a longer id {number}" for number in numbers],
        "product_category": [f"category {number % 90}" for number in numbers],
        "purchase_amount": [number / 4 for number in numbers],
        "purchase_date": np.datetime64("2024-01-01", "us") + np.arange(300) * np.timedelta64(1, "m"),
        "country_code": ["DE" if number % 2 else "FR" for number in numbers],
        "customer_age": [number % 60 + 20 if number % 5 else None for number in numbers],
        "payment_type": ["card" if number % 11 else None for number in numbers],
    }
    return to_frame(pa.table(rows, schema=CLEAN))


def chunks(frame, cuts=(), threads=1):
    bounds = [0, *sorted(cut % (len(frame) + 1) for cut in cuts), len(frame)]
    frames = [frame.iloc[start:stop] for start, stop in pairwise(bounds)]
    return LocalChunks.of(frames, LocalRuntime(threads))


def keys_one_by_one(frame, rules):
    """The key of each purchase, measured alone."""
    alone = [LowestKeys.of(frame.iloc[[row]], rules) for row in range(len(frame))]
    return [int(one.keys[0]) for one in alone]


def test_the_purchases_with_the_lowest_keys_are_sampled_lowest_first():
    table = clean()
    ranked = np.argsort(keys_one_by_one(table, RULES), kind="stable")[: RULES.rows]

    sample = draw_sample(chunks(table), RULES)

    expected = table.iloc[ranked].reset_index(drop=True)
    assert list(sample.columns) == list(SAMPLED_COLUMNS)
    for name in SAMPLED_COLUMNS:
        assert sample[name].astype(object).equals(expected[name].astype(object)), name


@given(st.lists(st.integers(0, 300), max_size=8), st.integers(1, 3))
def test_the_sample_is_the_same_for_every_cut_and_any_threads(cuts, threads):
    pd.testing.assert_frame_equal(
        draw_sample(chunks(clean(), cuts, threads), RULES), draw_sample(chunks(clean()), RULES)
    )


@given(st.randoms(use_true_random=False))
def test_the_sample_is_the_same_in_whatever_order_the_purchases_came(random):
    table = clean()
    order = random.sample(range(len(table)), len(table))

    sample = draw_sample(chunks(table.iloc[order].reset_index(drop=True), cuts=(50, 51, 200)), RULES)

    pd.testing.assert_frame_equal(sample, draw_sample(chunks(table), RULES))


def test_a_larger_sample_begins_with_the_smaller_one():
    small, large = (draw_sample(chunks(clean()), SampleRules(rows=rows)) for rows in (20, 60))

    for name in SAMPLED_COLUMNS:
        assert large[name][:20].astype(object).equals(small[name].astype(object))


def test_the_node_answers_twice_alike_and_leaves_its_frames_alone(twice):
    sample, profiled = twice(sample_purchases, chunks(clean(), cuts=(100,)), RULES)

    assert len(sample) == len(profiled) == RULES.rows


def test_no_id_is_in_the_sample():
    assert {"customer_id", "purchase_id"}.isdisjoint(draw_sample(chunks(clean()), RULES).columns)


def test_fewer_purchases_than_wanted_are_all_sampled():
    table = clean()

    sample = draw_sample(chunks(table, cuts=(10, 10)), SampleRules(rows=10**6))

    assert len(sample) == len(table)
    assert sample["purchase_amount"].sum() == pytest.approx(table["purchase_amount"].sum())


@pytest.mark.parametrize("frames", [[], [to_frame(CLEAN.empty_table())]], ids=["no chunk", "an empty one"])
def test_no_purchase_is_an_empty_sample_of_the_same_types(frames):
    sample = draw_sample(LocalChunks.of(frames), RULES)

    assert len(sample) == 0
    assert sample.dtypes.astype(str).to_dict() == draw_sample(chunks(clean()), RULES).dtypes.astype(str).to_dict()


def test_a_null_stays_one():
    table = clean().assign(payment_type=pd.Categorical([None] * len(clean())))

    sample = draw_sample(chunks(table), RULES)

    assert sample["payment_type"].isna().all()
    assert list(sample["payment_type"].cat.categories) == []


def test_every_purchase_has_the_same_chance():
    table, times = clean(), 200
    drawn = np.zeros(len(table))
    for seed in range(times):
        drawn[LowestKeys.of(table, SampleRules(RULES.rows, seed)).rows] += 1

    share = RULES.rows / len(table)
    deviation = np.sqrt(times * share * (1 - share))
    assert drawn.sum() == RULES.rows * times
    assert np.abs(drawn - times * share).max() < 5 * deviation


def test_rows_that_tie_with_the_last_one_are_all_kept_in_either_order():
    first = LowestKeys(2, np.array([5, 9], np.uint64), np.array([0, 1]))
    second = LowestKeys(2, np.array([9, 9], np.uint64), np.array([2, 3]))

    assert (first + second).ordered_rows().tolist() == (second + first).ordered_rows().tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize(
    "wrong", [{"rows": 0}, {"rows": 1.5}, {"rows": True}, {"seed": -1}, {"seed": 2**32}, {"seed": "1"}]
)
def test_rules_that_cannot_be_meant_are_refused(wrong):
    (name,) = wrong

    with pytest.raises(SettingError, match=rf"sampling\.{name}: expected a whole number from"):
        SampleRules(**wrong)
