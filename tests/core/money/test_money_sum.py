"""Exact sums of money."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import oracle

from customer_analytics.core.money.money_sum import MoneySum, exact_sum

AMOUNTS = st.integers(0, 2**50 - 1).map(lambda units: units / 100)


@pytest.mark.parametrize("amount", [0.0, 19.99, 2.0**43, 1e12, (2**50 - 1) / 100])
def test_the_money_of_any_valid_amount_is_exact(amount):
    money = MoneySum.of(np.array([amount, np.nan, amount]), 2)

    assert money == MoneySum(3, 2 * oracle.minor_units(amount), 1)


@given(st.lists(st.tuples(AMOUNTS | st.just(float("nan")), st.integers(0, 7)), max_size=20))
def test_money_by_flag_counts_a_row_for_every_flag_it_has(rows):
    amounts = np.array([amount for amount, _ in rows], float)
    flags = np.array([flag for _, flag in rows], np.uint32)

    assert MoneySum.by_flag(amounts, flags, 3, 2) == [MoneySum.of(amounts[flags & bit != 0], 2) for bit in (1, 2, 4)]


@given(st.lists(AMOUNTS | st.just(float("nan")), max_size=20), st.integers(0, 20))
def test_subtracting_some_rows_leaves_the_sum_of_the_others(amounts, cut):
    subset, others, whole = (MoneySum.of(np.array(rows, float), 2) for rows in (amounts[:cut], amounts[cut:], amounts))

    assert whole - subset == others
    assert subset + others == whole


@given(st.lists(st.integers(-(2**53) + 1, 2**53 - 1), max_size=30))
def test_a_sum_is_that_of_python_integers(units):
    assert exact_sum(np.array(units, np.int64)) == sum(units)


def test_a_sum_beyond_int64_is_exact():
    units = np.full(1_000_000, 2**53 - 1)

    assert exact_sum(units) == 1_000_000 * (2**53 - 1) > 2**63
