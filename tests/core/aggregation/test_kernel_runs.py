"""Sorted runs, against a plain counter."""

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from customer_analytics.core.aggregation._kernels import counted, merged

FEW = st.integers(0, 12)
KEYS = st.lists(FEW | st.sampled_from([-(2**63), -1, 2**53, 2**63 - 1]), max_size=40) | st.lists(
    FEW | st.sampled_from([4095, 4096, 2**31, 2**32 - 1, 2**32]), max_size=40
)


def run_of(keys):
    return counted(np.array(keys, np.int64))


def as_pairs(run):
    return list(zip(run[0].tolist(), run[1].tolist(), strict=True))


@given(KEYS)
def test_keys_in_any_order_are_counted_in_ascending_order(keys):
    assert as_pairs(run_of(keys)) == sorted(Counter(keys).items())


@given(KEYS, KEYS)
def test_merging_adds_the_counts_of_equal_keys_and_leaves_both_runs_alone(one, two):
    mine, theirs = run_of(one), run_of(two)

    found = merged(*mine, *theirs)

    assert as_pairs(found) == sorted(Counter([*one, *two]).items())
    assert (as_pairs(mine), as_pairs(theirs)) == (sorted(Counter(one).items()), sorted(Counter(two).items()))
