"""NumAcc4 of the NIST, whose mean and deviation are certified."""

import statistics
from decimal import Decimal

import numpy as np
import pytest

from customer_analytics.core.memory.accuracy import MoneyLoss, compare_types, num_acc4, right_digits


def test_num_acc4_has_the_certified_mean_and_deviation():
    exact = [Decimal(repr(one)) for one in num_acc4().tolist()]

    assert len(exact) == 1001
    assert statistics.mean(exact) == Decimal("10000000.2")
    assert statistics.stdev(exact) == Decimal("0.1")


def test_float32_loses_every_digit_of_the_deviation_and_minor_units_none():
    by_type = {one.dtype: one for one in compare_types()}

    assert by_type["float32"].deviation_digits == 0
    assert 7 < by_type["float64"].deviation_digits < 10
    assert by_type["whole minor units"].deviation == 0.1
    assert by_type["whole minor units"].mean == 10000000.2
    assert by_type["whole minor units"].deviation_digits == 15


@pytest.mark.parametrize(("found", "digits"), [(0.1, 15), (0.1001, 3), (0.2, 0), (5.0, 0)])
def test_right_digits_are_those_of_the_relative_error(found, digits):
    assert right_digits(found, 0.1) == digits


def test_the_loss_of_money_in_float32_is_counted_and_added_up():
    loss = MoneyLoss.of(np.array([16777217.0, 0.5, np.nan, 0.1]), 2)

    assert (loss.amounts, loss.changed) == (3, 2)
    assert loss.sum_off == 16777216.0 - 16777217.6


def test_amounts_past_float32_lose_without_end():
    assert MoneyLoss.of(np.array([1e300, 1.7e308, 1.7e308]), 2).sum_off == float("inf")


def test_no_amounts_lose_nothing():
    assert MoneyLoss.of(np.array([]), 2) == MoneyLoss(0, 0, 0.0)
