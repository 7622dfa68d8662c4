"""Sums per key, and the counts of amounts made of them: equal for all runs and blocks."""

from collections import Counter
from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from customer_analytics.core.aggregation.key_sums import ONE_BLOCK, KeySums, SortedRun
from customer_analytics.core.drift.profile.amounts import AmountCounts, Detail, floor_to_bucket
from customer_analytics.core.drift.profile.packed_counts import TextCategories


def test_empty_sums_have_no_keys():
    assert len(KeySums().settled().keys) == 0
    assert KeySums.of_keys(np.zeros(0, np.int64)) == KeySums() == KeySums.of_run(np.zeros(0, np.int64))
    assert AmountCounts().settled() == AmountCounts()
    assert TextCategories().union(TextCategories(("DE",))) == TextCategories(("DE",))


def test_keys_are_counted_and_sums_of_equal_keys_are_added():
    assert KeySums.of_keys(np.array([3, 1, 3])) == KeySums((SortedRun(np.array([1, 3]), (np.array([1, 2]),)),))
    run = KeySums.of_run(np.array([5, 3, 3]), np.array([0, 1, 1])).settled()
    assert (run.keys.tolist(), run.sums[0].tolist()) == ([3, 5], [2, 0])


@given(st.lists(st.lists(st.integers(0, 1 << 12), max_size=20), max_size=12), st.sampled_from([0, 9, 11, ONE_BLOCK]))
def test_sums_are_the_same_whole_by_block_and_by_prefix(chunks, block_bits):
    key_sums = sum((KeySums.of_keys(np.array(keys, np.int64), block_bits) for keys in chunks), KeySums())
    expected = sorted(Counter(key for keys in chunks for key in keys).items())

    runs = [key_sums.select_prefix(prefix, 8) for prefix in key_sums.prefixes(8)]

    assert [pair for run in runs for pair in zip(run.keys.tolist(), run.sums[0].tolist(), strict=True)] == expected
    assert key_sums.prefixes(8) == sorted({key >> 8 for key, _ in expected})
    assert key_sums.min_size() <= len(expected) <= key_sums.max_size()
    block_keys = [block.settled().keys.tolist() for block in key_sums.blocks()]
    assert [key for keys in block_keys for key in keys] == [key for key, _ in expected]
    assert all(len({key >> block_bits for key in keys}) == 1 for keys in block_keys)


@given(st.lists(st.integers(0, 1 << 12)), st.lists(st.integers(0, 1 << 12)))
def test_sums_with_different_blocks_are_merged_in_the_smaller_ones(coarse_keys, fine_keys):
    coarse, fine = KeySums.of_keys(np.array(coarse_keys, np.int64)), KeySums.of_keys(np.array(fine_keys, np.int64), 8)

    merged = coarse + fine

    assert merged == fine + coarse == KeySums.of_keys(np.array([*coarse_keys, *fine_keys], np.int64))
    assert all(run.keys[0] >> 8 == run.keys[-1] >> 8 for run in merged.runs)


def test_a_block_does_not_keep_the_keys_of_another_alive():
    key_sums = KeySums.of_keys(np.arange(4), 1)

    assert [run.keys.tolist() for run in key_sums.runs] == [[0, 1], [2, 3]]
    assert all(array.base is None for run in key_sums.runs for array in (run.keys, *run.sums))


def test_a_pair_in_two_runs_counts_once_for_the_cap():
    amounts = (AmountCounts.of(np.zeros(size, np.int64), np.arange(size), {}) for size in (4, 2))
    counts = sum(amounts, AmountCounts(pair_cap=4))

    assert len(counts.exact.runs) == 2
    assert counts.coarsen_to_caps().detail == counts.settled().detail == Detail.EXACT
    assert replace(counts, pair_cap=3).coarsen_to_caps().detail == Detail.WHOLE_EXACT


def test_a_bucket_is_never_wider_than_its_bound():
    values = np.unique(np.concatenate([np.arange(1_000), np.random.default_rng(0).integers(0, 2**36, 10_000)]))

    lower = floor_to_bucket(values)

    assert (lower <= values).all()
    assert ((values - lower) * 128 <= np.maximum(values, 128)).all()
    assert (lower[:256] == values[:256]).all()
