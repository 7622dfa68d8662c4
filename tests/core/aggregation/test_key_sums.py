"""Tallies, and the counts of amounts made of them: the same sums in whatever runs and blocks they lie."""

from collections import Counter
from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from customer_analytics.core.aggregation.key_sums import ONE_BLOCK, KeySums, SortedRun
from customer_analytics.core.drift.profile.amounts import WHOLE_EXACT, WINDOWS_EXACT, AmountCounts, partition_of
from customer_analytics.core.drift.profile.packed_counts import TextCategories


def test_an_empty_tally_has_no_keys():
    assert len(KeySums().settled().keys) == 0
    assert KeySums.of_keys(np.zeros(0, np.int64)) == KeySums() == KeySums.of_run(np.zeros(0, np.int64))
    assert KeySums.of_keys(np.array([3, 1, 3])) == KeySums((SortedRun(np.array([1, 3]), (np.array([1, 2]),)),))
    assert AmountCounts().settled() == AmountCounts()
    kept = KeySums.of_run(np.array([5, 3, 3]), np.array([0, 1, 1])).settled()
    assert (kept.keys.tolist(), kept.sums[0].tolist()) == ([3, 5], [2, 0])
    assert TextCategories().union(TextCategories(("DE",))) == TextCategories(("DE",))


@given(st.lists(st.lists(st.integers(0, 1 << 12), max_size=20), max_size=12), st.sampled_from([0, 9, 11, ONE_BLOCK]))
def test_a_tally_is_the_same_whole_block_by_block_and_group_by_group(chunks, block_bits):
    tally = sum((KeySums.of_keys(np.array(keys, np.int64), block_bits) for keys in chunks), KeySums())
    expected = sorted(Counter(key for keys in chunks for key in keys).items())

    groups = [run for upper in tally.groups(8) for run in [tally.group(upper, 8)]]

    assert [pair for run in groups for pair in zip(run.keys.tolist(), run.sums[0].tolist(), strict=True)] == expected
    assert tally.groups(8) == sorted({key >> 8 for key, _ in expected})
    assert tally.size() <= len(expected) <= tally.most()
    assert [key for block in tally.blocks() for key in block.settled().keys.tolist()] == [key for key, _ in expected]
    assert all(len({int(key) >> block_bits for key in block.settled().keys}) == 1 for block in tally.blocks())


@given(st.lists(st.integers(0, 1 << 12)), st.lists(st.integers(0, 1 << 12)))
def test_tallies_cut_otherwise_are_added_in_the_smaller_blocks(keys, more_keys):
    coarse, fine = KeySums.of_keys(np.array(keys, np.int64)), KeySums.of_keys(np.array(more_keys, np.int64), 8)

    both = coarse + fine

    assert both == fine + coarse == KeySums.of_keys(np.array([*keys, *more_keys], np.int64))
    assert all(run.keys[0] >> 8 == run.keys[-1] >> 8 for run in both.runs)


def test_no_block_of_a_large_tally_keeps_the_keys_of_another_alive():
    tally = KeySums.of_keys(np.arange(4), 1)

    assert [run.keys.tolist() for run in tally.runs] == [[0, 1], [2, 3]]
    assert all(array.base is None for run in tally.runs for array in (run.keys, *run.sums))


def test_a_pair_that_two_runs_have_counts_once_for_the_cap():
    amounts = (AmountCounts.of(np.zeros(size, np.int64), np.arange(size), {}) for size in (4, 2))
    some = sum(amounts, AmountCounts(pair_cap=4))

    assert len(some.exact.runs) == 2
    assert some.decided().detail == some.settled().detail == WINDOWS_EXACT
    assert replace(some, pair_cap=3).decided().detail == WHOLE_EXACT


def test_a_bucket_is_never_wider_than_its_bound():
    values = np.unique(np.concatenate([np.arange(1_000), np.random.default_rng(0).integers(0, 2**36, 10_000)]))

    lower = partition_of(values)

    assert (lower <= values).all()
    assert ((values - lower) * 128 <= np.maximum(values, 128)).all()
    assert (lower[:256] == values[:256]).all()
