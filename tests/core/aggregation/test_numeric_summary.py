"""``numeric_summary`` and outliers."""

import math
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.making import plain

from customer_analytics.core.aggregation.measures import Measures
from customer_analytics.core.aggregation.numeric_summary import (
    OutlierRules,
    iqr_bounds,
    summarise_numbers,
    zscore_bounds,
)
from customer_analytics.core.aggregation.value_counts import ValueCounts
from customer_analytics.core.chunks.local import LocalChunks
from customer_analytics.core.contract.settings import Contract
from customer_analytics.core.errors import SettingError
from customer_analytics.pipelines.aggregation.nodes import find_outliers

RULES = OutlierRules()
UNITS = st.lists(st.one_of(st.integers(0, 20), st.integers(0, 10**9)), min_size=1, max_size=30)
LIMITS = st.sampled_from([0.5, 1.0, 1.5, 2.0, 3.0, 0.1, 2.5])


def clean_frame(amounts, ages=None):
    ages = [None] * len(amounts) if ages is None else ages
    return pd.DataFrame(
        {
            "product_category": pd.Categorical(["Books"] * len(amounts)),
            "purchase_amount": np.array(amounts, float),
            "purchase_date": np.full(len(amounts), np.datetime64("2024-01-31", "us")),
            "country_code": pd.Categorical(["DE"] * len(amounts)),
            "customer_age": pd.array(ages, "Int16"),
        }
    )


def mark_outliers(frame, measures, rules):
    (marked,) = find_outliers(LocalChunks.of([frame]), measures, rules, Contract())
    return marked


def counted(values):
    return ValueCounts.of(np.array(values, np.int64))


def beyond(value, values, limit):
    """Whether |z| passes the limit, in exact arithmetic: (x - m)² > limit² · var."""
    centre = Fraction(sum(values), len(values))
    variance = sum((Fraction(one) - centre) ** 2 for one in values) / len(values)
    return (value - centre) ** 2 > Fraction(limit) ** 2 * variance


def quartile(values, percent):
    ranked, place = sorted(values), Fraction((len(values) - 1) * percent, 100)
    below = math.floor(place)
    above = min(below + 1, len(ranked) - 1)
    return ranked[below] + (ranked[above] - ranked[below]) * (place - below)


@given(UNITS, LIMITS)
@example([1] * 9 + [10**9], 3.0)
@example([5] * 4, 1.0)
def test_zscore_bounds_part_outliers_exactly(values, limit):
    bounds = zscore_bounds(counted(values), limit)

    for value in {*values, bounds.low, bounds.high, bounds.low - 1, bounds.high + 1}:
        assert (value < bounds.low or value > bounds.high) == beyond(value, values, limit)


@given(UNITS, LIMITS)
@example([1] * 9 + [10**9], 1.5)
def test_iqr_bounds_part_outliers_exactly(values, factor):
    bounds = iqr_bounds(counted(values), factor)

    lower, upper = quartile(values, 25), quartile(values, 75)
    reach = Fraction(factor) * (upper - lower)
    for value in {*values, bounds.low, bounds.high, bounds.low - 1, bounds.high + 1}:
        assert (value < bounds.low or value > bounds.high) == (value < lower - reach or value > upper + reach)


def test_a_z_score_of_exactly_three_is_not_beyond_three_and_the_robust_rule_sees_it():
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

    for place, column in enumerate(["amount_outlier", "age_outlier"]):
        kinds = [plain(kind) or "" for kind in marked[column]]
        for rule in ("zscore", "iqr"):
            assert sum(rule in kind.split(";") for kind in kinds) == summary[f"outliers_{rule}"][place]
    assert marked[["amount_outlier", "age_outlier"]].notna().any(axis=1).all()


def test_rows_without_an_outlier_are_not_marked():
    frame = clean_frame([5.0] * 10, [30] * 10)

    marked = mark_outliers(frame, Measures.of(frame, 2), RULES)

    assert len(marked) == 0
    assert list(marked.columns[-3:]) == ["amount_zscore", "amount_outlier", "age_outlier"]


@pytest.mark.parametrize("giant", [1e22, 3e299, 1e308])
def test_an_outlier_of_any_size_is_marked_with_a_finite_z_score(giant):
    frame = clean_frame([1.0] * 30 + [giant])

    marked = mark_outliers(frame, Measures.of(frame, 2), RULES)

    assert marked["purchase_amount"].tolist() == [giant]
    assert marked["amount_zscore"].tolist() == [pytest.approx(30**0.5)]


@given(st.lists(st.tuples(st.integers(0, 10**9), st.one_of(st.none(), st.integers(10, 120))), max_size=30))
def test_the_summary_is_that_of_all_rows_at_once(pairs):
    frame = clean_frame([units / 100 for units, _ in pairs], [age for _, age in pairs])

    summary = summarise_numbers(Measures.of(frame, 2), RULES, 2).set_index("column")

    columns = {"purchase_amount": [units / 100 for units, _ in pairs], "customer_age": [age for _, age in pairs if age]}
    for name, values in columns.items():
        row = summary.loc[name]
        assert row["count"] == len(values)
        assert row["nulls"] == len(pairs) - len(values)
        if values:
            assert (row["min"], row["max"]) == (min(values), max(values))
            for percent in (1, 5, 25, 50, 75, 95, 99):
                assert row[f"p{percent}"] == np.percentile(values, percent)
        else:
            assert row[["min", "max", "mean", "p50", "standard_deviation"]].isna().all()
            assert row[["outliers_zscore", "outliers_iqr"]].tolist() == [0, 0]


@pytest.mark.parametrize("rules", [{"zscore": 0}, {"iqr_factor": -1}, {"zscore": "3"}, {"iqr_factor": float("nan")}])
def test_a_limit_that_is_no_positive_number_is_refused_with_its_key(rules):
    (name,) = rules

    with pytest.raises(SettingError, match=rf"outliers\.{name}: expected a positive number; found .*Hint: "):
        OutlierRules(**rules)


def test_no_values_have_no_bounds():
    assert zscore_bounds(ValueCounts(), 3.0) is None
    assert iqr_bounds(ValueCounts(), 1.5) is None
