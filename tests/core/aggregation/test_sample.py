"""The sample of the clean purchases depends on the purchases alone."""

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
    """Return purchases of which no two are equal."""
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
    """Return the key of each purchase, computed from a chunk of one row."""
    states = [LowestKeys.of(frame.iloc[[row]], rules) for row in range(len(frame))]
    return [int(state.keys[0]) for state in states]


def test_the_purchases_with_the_lowest_keys_are_sampled_lowest_first():
    table = clean()
    lowest = np.argsort(keys_one_by_one(table, RULES), kind="stable")[: RULES.rows]

    sample = draw_sample(chunks(table), RULES)

    expected = table.iloc[lowest].reset_index(drop=True)
    assert list(sample.columns) == list(SAMPLED_COLUMNS)
    for name in SAMPLED_COLUMNS:
        assert sample[name].astype(object).equals(expected[name].astype(object)), name


@given(st.lists(st.integers(0, 300), max_size=8), st.integers(1, 3))
def test_the_sample_is_the_same_for_every_cut_and_any_threads(cuts, threads):
    pd.testing.assert_frame_equal(
        draw_sample(chunks(clean(), cuts, threads), RULES), draw_sample(chunks(clean()), RULES)
    )


@given(st.randoms(use_true_random=False))
def test_the_sample_is_the_same_for_every_order_of_the_purchases(random):
    table = clean()
    order = random.sample(range(len(table)), len(table))

    sample = draw_sample(chunks(table.iloc[order].reset_index(drop=True), cuts=(50, 51, 200)), RULES)

    pd.testing.assert_frame_equal(sample, draw_sample(chunks(table), RULES))


def test_a_larger_sample_begins_with_the_smaller_one():
    small, large = (draw_sample(chunks(clean()), SampleRules(rows=rows, seed=0)) for rows in (20, 60))

    for name in SAMPLED_COLUMNS:
        assert large[name][:20].astype(object).equals(small[name].astype(object))


def test_the_node_returns_the_same_twice_and_does_not_change_its_inputs(twice):
    sample, profiled = twice(sample_purchases, chunks(clean(), cuts=(100,)), RULES)

    assert len(sample) == len(profiled) == RULES.rows


def test_no_id_is_in_the_sample():
    assert {"customer_id", "purchase_id"}.isdisjoint(draw_sample(chunks(clean()), RULES).columns)


def test_fewer_purchases_than_rows_to_sample_are_all_sampled():
    table = clean()

    sample = draw_sample(chunks(table, cuts=(10, 10)), SampleRules(rows=10**6, seed=0))

    assert len(sample) == len(table)
    assert sample["purchase_amount"].sum() == pytest.approx(table["purchase_amount"].sum())


@pytest.mark.parametrize("frames", [[], [to_frame(CLEAN.empty_table())]], ids=["no chunk", "an empty one"])
def test_no_purchase_is_an_empty_sample_of_the_same_types(frames):
    sample = draw_sample(LocalChunks.of(frames), RULES)

    assert len(sample) == 0
    assert sample.dtypes.astype(str).to_dict() == draw_sample(chunks(clean()), RULES).dtypes.astype(str).to_dict()


def test_a_null_stays_null():
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


def test_rows_that_share_the_highest_key_are_all_sampled_in_any_order_of_merging():
    left = LowestKeys(2, np.array([5, 9], np.uint64), np.array([0, 1]))
    right = LowestKeys(2, np.array([9, 9], np.uint64), np.array([2, 3]))

    assert (left + right).ordered_rows().tolist() == (right + left).ordered_rows().tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("name", "value"), [("rows", 0), ("rows", 1.5), ("rows", True), ("seed", -1), ("seed", 2**32), ("seed", "1")]
)
def test_a_rule_outside_of_its_range_is_an_invalid_setting(name, value):
    with pytest.raises(SettingError, match=rf"sampling\.{name}: expected a whole number from \d to \d+; found"):
        SampleRules(**{"rows": 40, "seed": 0, name: value})
