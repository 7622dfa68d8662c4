"""The compiled loops, against plain Python."""

from collections import Counter, defaultdict

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from customer_analytics.core.aggregation._kernels import count_keys, histogram, merge_counts, rank_codes

ROWS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3), st.integers(0, 2**36)), max_size=30)
SMALL_KEYS = st.integers(0, 12)
KEYS = st.lists(SMALL_KEYS | st.sampled_from([-(2**63), -1, 2**53, 2**63 - 1]), max_size=40) | st.lists(
    SMALL_KEYS | st.sampled_from([4095, 4096, 2**31, 2**32 - 1, 2**32]), max_size=40
)


@given(ROWS)
def test_rows_and_money_of_each_key_are_those_of_a_dict(rows):
    expected = defaultdict(lambda: [0, 0])
    for outer, value, cents in rows:
        expected[outer * 4 + value][0] += 1
        expected[outer * 4 + value][1] += cents
    outer, value, cents = np.array(rows, np.int64).reshape(-1, 3).T

    columns = histogram(outer, 4, value, cents, 24)

    assert [column.tolist() for column in columns] == [
        sorted(expected),
        [expected[key][0] for key in sorted(expected)],
        [expected[key][1] for key in sorted(expected)],
    ]


@given(st.lists(st.integers(-3, 20) | st.sampled_from([-(2**40), 2**14 - 4, 2**14 - 3, 2**40]), max_size=20))
def test_a_rank_is_the_index_among_the_sorted_distinct_codes(codes):
    distinct, positions = rank_codes(np.array(codes, np.int64))

    assert distinct.tolist() == sorted(set(codes))
    assert [distinct[position] for position in positions] == codes


def counts_of(keys):
    return count_keys(np.array(keys, np.int64))


def as_pairs(counts):
    return list(zip(counts[0].tolist(), counts[1].tolist(), strict=True))


@given(KEYS)
def test_keys_in_any_order_are_counted_in_ascending_order(keys):
    assert as_pairs(counts_of(keys)) == sorted(Counter(keys).items())


@given(KEYS, KEYS)
def test_merging_adds_the_counts_of_equal_keys_and_does_not_change_its_inputs(left_keys, right_keys):
    left, right = counts_of(left_keys), counts_of(right_keys)

    merged = merge_counts(*left, *right)

    assert as_pairs(merged) == sorted(Counter([*left_keys, *right_keys]).items())
    assert as_pairs(left) == sorted(Counter(left_keys).items())
    assert as_pairs(right) == sorted(Counter(right_keys).items())
