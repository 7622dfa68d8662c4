"""Bounds of outliers in exact arithmetic, and the rows that are marked."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.core.aggregation.purchases import clean_frame
from tests.making import plain

from customer_analytics.core.aggregation.measures import Measures
from customer_analytics.core.aggregation.numeric_summary import summarise_numbers
from customer_analytics.core.aggregation.outliers import OutlierRules, iqr_bounds, zscore_bounds
from customer_analytics.core.aggregation.value_counts import ValueCounts
from customer_analytics.core.chunks.local import LocalChunks
from customer_analytics.core.contract.settings import Contract
from customer_analytics.core.errors import SettingError
from customer_analytics.pipelines.aggregation.nodes import find_outliers

RULES = OutlierRules(zscore=3.0, iqr_factor=1.5)
UNITS = st.lists(st.one_of(st.integers(0, 20), st.integers(0, 10**9)), min_size=1, max_size=30)
LIMITS = st.sampled_from([0.5, 1.0, 1.5, 2.0, 3.0, 0.1, 2.5])


def mark_outliers(frame, measures, rules):
    (marked,) = find_outliers(LocalChunks.of([frame]), measures, rules, Contract())
    return marked


def counted(values):
    return ValueCounts.of(np.array(values, np.int64))


def is_beyond(value, values, limit):
    """Compare |z| with the limit in exact arithmetic: (x - m)² > limit² · var."""
    mean = Fraction(sum(values), len(values))
    variance = sum((Fraction(number) - mean) ** 2 for number in values) / len(values)
    return (value - mean) ** 2 > Fraction(limit) ** 2 * variance


def quartile(values, percent):
    ascending, rank = sorted(values), Fraction((len(values) - 1) * percent, 100)
    lower_rank = math.floor(rank)
    lower, upper = ascending[lower_rank], ascending[min(lower_rank + 1, len(values) - 1)]
    return lower + (upper - lower) * (rank - lower_rank)


def around(values, bounds):
    """Return the values and the numbers on both sides of each bound."""
    return {*values, bounds.low, bounds.high, bounds.low - 1, bounds.high + 1}


@given(UNITS, LIMITS)
@example([1] * 9 + [10**9], 3.0)
@example([5] * 4, 1.0)
def test_zscore_bounds_separate_outliers_exactly(values, limit):
    bounds = zscore_bounds(counted(values), limit)

    for value in around(values, bounds):
        assert (value < bounds.low or value > bounds.high) == is_beyond(value, values, limit)


@given(UNITS, LIMITS)
@example([1] * 9 + [10**9], 1.5)
def test_iqr_bounds_separate_outliers_exactly(values, factor):
    bounds = iqr_bounds(counted(values), factor)

    lower, upper = quartile(values, 25), quartile(values, 75)
    reach = Fraction(factor) * (upper - lower)
    for value in around(values, bounds):
        assert (value < bounds.low or value > bounds.high) == (value < lower - reach or value > upper + reach)


def test_without_values_there_are_no_bounds():
    assert zscore_bounds(ValueCounts(), 3.0) is None
    assert iqr_bounds(ValueCounts(), 1.5) is None


def test_a_z_score_of_exactly_three_is_not_beyond_three_but_an_outlier_by_iqr():
    frame = clean_frame([1.0] * 9 + [1e9])
    measures = Measures.of(frame, 2)

    marked = mark_outliers(frame, measures, RULES)

    assert marked[["purchase_amount", "amount_zscore"]].to_numpy().tolist() == [[1e9, 3.0]]
    assert list(marked["amount_outlier"]) == ["iqr"]
    assert zscore_bounds(measures.amounts, 3.0).high >= 10**11 > zscore_bounds(measures.amounts, 2.9999999).high


@given(
    st.lists(st.tuples(st.integers(0, 10**7), st.one_of(st.none(), st.integers(10, 120))), min_size=1, max_size=25),
    LIMITS,
)
def test_marked_rows_are_the_counted_outliers(pairs, limit):
    frame = clean_frame([units / 100 for units, _ in pairs], [age for _, age in pairs])
    rules, measures = OutlierRules(zscore=limit, iqr_factor=limit), Measures.of(frame, 2)

    marked = mark_outliers(frame, measures, rules)
    summary = summarise_numbers(measures, rules, 2)

    for row, column in enumerate(["amount_outlier", "age_outlier"]):
        kinds = [plain(kind) or "" for kind in marked[column]]
        for rule in ("zscore", "iqr"):
            assert sum(rule in kind.split(";") for kind in kinds) == summary[f"outliers_{rule}"][row]
    assert marked[["amount_outlier", "age_outlier"]].notna().any(axis=1).all()


def test_rows_without_an_outlier_are_not_marked():
    frame = clean_frame([5.0] * 10, [30] * 10)

    marked = mark_outliers(frame, Measures.of(frame, 2), RULES)

    assert len(marked) == 0
    assert list(marked.columns[-3:]) == ["amount_zscore", "amount_outlier", "age_outlier"]


@pytest.mark.parametrize("amount", [1e6, 1e12, (2**50 - 1) / 100])
def test_the_largest_valid_amounts_are_marked_with_a_finite_z_score(amount):
    frame = clean_frame([1.0] * 30 + [amount])

    marked = mark_outliers(frame, Measures.of(frame, 2), RULES)

    assert marked["purchase_amount"].tolist() == [amount]
    assert marked["amount_zscore"].tolist() == [pytest.approx(30**0.5)]


def test_a_limit_beyond_all_floats_marks_nothing():
    frame, rules = clean_frame([*range(30), 1e12]), OutlierRules(zscore=1e308, iqr_factor=1e308)

    assert len(mark_outliers(frame, Measures.of(frame, 2), rules)) == 0


@pytest.mark.parametrize(
    ("name", "value"), [("zscore", 0), ("iqr_factor", -1), ("zscore", "3"), ("iqr_factor", float("nan"))]
)
def test_a_threshold_that_is_not_a_positive_number_is_an_invalid_setting(name, value):
    with pytest.raises(SettingError, match=rf"outliers\.{name}: expected a positive number; found .*Hint: "):
        OutlierRules(**{"zscore": 3.0, "iqr_factor": 1.5, name: value})
