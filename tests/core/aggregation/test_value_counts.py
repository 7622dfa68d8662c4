"""Exact statistics, against NIST's figures, fractions, and NumPy bit for bit."""

import math
import statistics
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from customer_analytics.core.aggregation.numeric_summary import PERCENTILES
from customer_analytics.core.aggregation.value_counts import (
    ValueCounts,
    exact_percentile,
    exact_sqrt,
    mean,
    percentile,
    scaled_variance,
    standard_deviation,
)

LIMIT = 2**53 - 1
WHOLE = st.one_of(st.integers(0, 50), st.integers(-LIMIT, LIMIT))
VALUES = st.lists(WHOLE, max_size=40)


def counted(values):
    return ValueCounts.of(np.array(values, np.int64))


@pytest.mark.parametrize("base", [1, 1_000_000, 10_000_000], ids=["NumAcc2", "NumAcc3", "NumAcc4"])
def test_the_nist_figures_are_exact(base):
    tenths = [base * 10 + 2] + [base * 10 + 1, base * 10 + 3] * 500

    counts = counted(tenths)

    assert counts.count == 1001
    assert mean(counts) / 10 == Fraction(base * 10 + 2, 10)
    assert standard_deviation(counts, 10) == 0.1


def test_equal_large_values_have_no_spread():
    counts = counted([100_000_000] * 1000)

    assert counts.power_sum(2) == 1000 * 100_000_000**2
    assert scaled_variance(counts) == 0
    assert standard_deviation(counts, 100) == 0.0
    assert mean(counts) / 100 == 1_000_000


@given(VALUES)
def test_mean_and_deviation_are_those_of_fractions(values):
    counts, fractions = counted(values), [Fraction(value, 100) for value in values]

    assert mean(counts) == (statistics.mean(fractions) * 100 if fractions else None)
    expected = statistics.stdev(fractions) if len(fractions) > 1 else None
    assert standard_deviation(counts, 100) == expected


@given(st.lists(WHOLE, min_size=1, max_size=40), st.sampled_from([1, 10, 100, 10_000]), st.sampled_from(PERCENTILES))
@example([0, 1], 1, 50)
@example([1, 1, 2**53 - 1], 100, 75)
def test_percentiles_are_those_of_numpy_bit_for_bit(values, scale, percent):
    expected = np.percentile(np.array([value / scale for value in values]), percent)

    assert percentile(counted(values), percent, scale) == expected


@given(VALUES)
def test_ranks_and_sums_are_those_of_the_sorted_list(values):
    counts, ascending = counted(values), sorted(values)

    assert counts.count == len(ascending)
    assert [counts.value_at_rank(rank) for rank in range(len(ascending))] == ascending
    assert [counts.power_sum(power) for power in (1, 2)] == [sum(values), sum(value**2 for value in values)]


@given(VALUES, WHOLE, WHOLE)
def test_values_outside_of_bounds_are_counted(values, bound, other_bound):
    low, high = sorted((bound, other_bound))

    assert counted(values).count_outside(low, high) == sum(value < low or value > high for value in values)


@given(st.lists(WHOLE, min_size=1, max_size=20), st.sampled_from(PERCENTILES))
def test_an_exact_percentile_is_the_fraction_that_numpy_rounds(values, percent):
    ascending, rank = sorted(values), Fraction((len(values) - 1) * percent, 100)
    lower_rank = math.floor(rank)
    lower, upper = ascending[lower_rank], ascending[min(lower_rank + 1, len(values) - 1)]

    expected = lower + (upper - lower) * (rank - lower_rank)
    assert exact_percentile(counted(values), percent) == expected


@given(st.fractions(min_value=0, max_value=10**30))
def test_a_root_is_the_nearest_float(number):
    root = exact_sqrt(number)

    below, above = (Fraction(math.nextafter(root, end)) for end in (0, math.inf))
    middle_below, middle_above = (below + Fraction(root)) / 2, (Fraction(root) + above) / 2
    assert middle_below**2 <= number <= middle_above**2


@pytest.mark.parametrize("number", [Fraction(2**2000), Fraction(1, 2**1000), Fraction(10**400 + 1, 10**400)])
def test_roots_of_very_large_and_very_small_fractions_are_near(number):
    square = Fraction(exact_sqrt(number)) ** 2

    assert abs(square - number) <= number / 2**51


def test_without_values_there_are_no_figures():
    counts = ValueCounts()

    assert (counts.count, counts.power_sum(1), counts.count_outside(0, 1)) == (0, 0, 0)
    assert (mean(counts), standard_deviation(counts), percentile(counts, 50)) == (None, None, None)


def test_one_value_has_no_deviation():
    assert standard_deviation(counted([7])) is None
    assert mean(counted([7])) == 7
    assert percentile(counted([7]), 99) == 7.0


def test_counts_differ_from_other_counts_and_from_other_things():
    assert counted([1, 2]) != counted([1, 3])
    assert counted([1]) != counted([1, 1])
    assert counted([1]) != 1
