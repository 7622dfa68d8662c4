"""The loop, pandas and NumPy against exact fractions."""

import math
from fractions import Fraction
from itertools import count

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_analytics.core.memory import calculations
from customer_analytics.core.memory.calculations import select_comparable_rows, time_calculations

PURCHASES = st.lists(st.tuples(st.sampled_from(["AT", "DE", "NA"]), st.integers(0, 10**7)), max_size=50)
ZSCORES = (calculations.loop_zscores, calculations.pandas_zscores, calculations.numpy_zscores)
SUMS = (calculations.loop_sums, calculations.pandas_sums, calculations.numpy_sums)


def typed(purchases, faults=None):
    """The columns of a typed chunk that the calculations use, from pairs of country and cents."""
    countries = [country for country, _ in purchases]
    return pd.DataFrame(
        {
            "country_code": pd.Categorical(countries, ["AT", "DE", "NA"]),
            "purchase_amount": np.array([cents / 100 for _, cents in purchases], np.float64),
            "faults": np.array(faults or [0] * len(purchases), np.uint32),
        }
    )


@given(PURCHASES)
def test_all_implementations_compute_z_scores_from_the_exact_mean_and_variance(purchases):
    table = select_comparable_rows(typed(purchases), 2)
    cents = [amount for _, amount in purchases]
    if cents:
        mean = Fraction(sum(cents), len(cents))
        variance = sum((amount - mean) ** 2 for amount in cents) / len(cents)
        deviation = calculations.exact_sqrt(variance) or 1.0
        assert deviation == 1.0 or math.isclose(deviation**2, variance, rel_tol=1e-15)

    results = [list(calculate(table)) for calculate in ZSCORES]

    assert results[0] == [(amount - float(mean)) / deviation for amount in cents]
    assert results[1] == results[2] == results[0]


@given(PURCHASES)
def test_all_implementations_compute_the_exact_sums_of_the_groups(purchases):
    expected = {}
    for country, cents in purchases:
        expected[country] = expected.get(country, 0) + cents

    results = [calculate(select_comparable_rows(typed(purchases), 2)) for calculate in SUMS]

    assert results == [expected] * 3


def test_rows_with_faults_without_country_or_with_too_large_amounts_are_not_selected():
    typed_chunk = typed([("AT", 100), ("DE", 10**12), ("NA", 10**14), ("DE", 200), (None, 5)], [0, 0, 0, 4, 0])

    table = select_comparable_rows(typed_chunk, 2)

    assert table["units"].tolist() == [100]
    assert table["group"].cat.categories.tolist() == ["AT"]


def test_amounts_are_not_selected_if_their_sum_of_squares_can_overflow():
    bound = math.isqrt((2**63 - 1) // 4)

    table = select_comparable_rows(typed([("AT", bound), ("AT", bound), ("AT", bound + 1), ("AT", bound)]), 2)

    assert table["units"].tolist() == [bound] * 3
    assert time_calculations(table, 1)["equal"].all()


def test_the_table_contains_the_times_of_the_clock_and_whether_results_are_equal():
    ticks = count(0.0, 0.5)

    table = time_calculations(select_comparable_rows(typed([("AT", 100), ("DE", 300)]), 2), 2, lambda: next(ticks))

    assert table["implementation"].tolist() == ["loop", "pandas", "NumPy"] * 2
    assert table["seconds"].tolist() == [0.5] * 6
    assert table["rows_per_second"].tolist() == [4.0] * 6
    assert table["times_faster"].tolist() == [1.0] * 6
    assert table["equal"].all()


def test_a_different_result_is_not_equal(monkeypatch):
    comparison, *_ = calculations._COMPARISONS
    wrong = {"NumPy": lambda rows: calculations.numpy_zscores(rows) + 1e-16}
    wrong_comparison = comparison._replace(implementations=comparison.implementations | wrong)
    monkeypatch.setattr(calculations, "_COMPARISONS", (wrong_comparison,))

    table = time_calculations(select_comparable_rows(typed([("AT", 100), ("DE", 300), ("DE", 301)]), 2), 1)

    assert table["equal"].tolist() == [True, True, False]


@pytest.mark.parametrize("purchases", [[], [("AT", 100)]], ids=["none", "one"])
def test_no_rows_and_one_row_have_equal_results(purchases):
    table = time_calculations(select_comparable_rows(typed(purchases), 2), 1)

    assert table["equal"].all()
    assert table["rows"].tolist() == [len(purchases)] * 6
    assert table["rows_per_second"].notna().all() == bool(purchases)
