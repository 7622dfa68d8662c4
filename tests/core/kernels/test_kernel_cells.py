"""Histograms of rows and money, against a plain dict."""

from collections import defaultdict

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from customer_analytics.core.kernels.cells import histogram

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
