"""Codes ranked, and histograms of rows and money, against plain Python."""

from collections import defaultdict

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from customer_analytics.core.aggregation._kernels import histogram, ranked

ROWS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3), st.integers(0, 2**36)), max_size=30)


@given(ROWS)
def test_rows_and_money_of_each_cell_are_those_of_a_dict(rows):
    expected = defaultdict(lambda: [0, 0])
    for outer, value, cents in rows:
        expected[outer * 4 + value][0] += 1
        expected[outer * 4 + value][1] += cents
    outer, value, cents = np.array(rows, np.int64).reshape(-1, 3).T

    found = histogram(outer, 4, value, cents, 24)

    assert [each.tolist() for each in found] == [
        sorted(expected),
        [expected[cell][0] for cell in sorted(expected)],
        [expected[cell][1] for cell in sorted(expected)],
    ]


@given(st.lists(st.integers(-3, 20) | st.sampled_from([-(2**40), 2**14 - 4, 2**14 - 3, 2**40]), max_size=20))
def test_a_rank_is_the_place_among_the_sorted_distinct_codes(codes):
    distinct, places = ranked(np.array(codes, np.int64))

    assert distinct.tolist() == sorted(set(codes))
    assert [distinct[place] for place in places] == codes
