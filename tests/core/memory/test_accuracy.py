"""Accuracy of data types on NumAcc4, a NIST data set with certified results."""

import statistics
from decimal import Decimal

import numpy as np
import pytest

from customer_analytics.core.memory.accuracy import Float32Loss, compare_types, count_correct_digits, num_acc4


def test_num_acc4_has_the_certified_mean_and_deviation():
    values = [Decimal(repr(value)) for value in num_acc4().tolist()]

    assert len(values) == 1001
    assert statistics.mean(values) == Decimal("10000000.2")
    assert statistics.stdev(values) == Decimal("0.1")


def test_float32_loses_every_digit_of_the_deviation_and_minor_units_none():
    accuracies = {accuracy.dtype: accuracy for accuracy in compare_types()}

    assert accuracies["float32"].deviation_digits == 0
    assert 7 < accuracies["float64"].deviation_digits < 10
    assert accuracies["whole minor units"].deviation == 0.1
    assert accuracies["whole minor units"].mean == 10000000.2
    assert accuracies["whole minor units"].deviation_digits == 15


@pytest.mark.parametrize(("value", "digits"), [(0.1, 15), (0.1001, 3), (0.2, 0), (5.0, 0)])
def test_correct_digits_are_the_log_relative_error(value, digits):
    assert count_correct_digits(value, 0.1) == digits


def test_the_loss_in_float32_is_counted_and_the_error_of_the_sum_computed():
    loss = Float32Loss.of(np.array([16777217.0, 0.5, np.nan, 0.1]), 2)

    assert (loss.amounts, loss.changed) == (3, 2)
    assert loss.sum_error == 16777216.0 - 16777217.6


def test_without_amounts_there_is_no_loss():
    assert Float32Loss.of(np.array([]), 2) == Float32Loss(0, 0, 0.0)
