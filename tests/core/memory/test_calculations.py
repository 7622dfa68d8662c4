"""A loop, pandas and NumPy against exact fractions."""

import math
from fractions import Fraction
from itertools import count

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_analytics.core.memory import calculations
from customer_analytics.core.memory.calculations import comparable_rows, time_calculations

PURCHASES = st.lists(st.tuples(st.sampled_from(["AT", "DE", "NA"]), st.integers(0, 10**7)), max_size=50)
ZSCORES = (calculations.loop_zscores, calculations.pandas_zscores, calculations.numpy_zscores)
SUMS = (calculations.loop_sums, calculations.pandas_sums, calculations.numpy_sums)


def typed(rows, faults=None):
    """The columns looked at of a typed chunk; amounts given in cents."""
    countries = [country for country, _ in rows]
    return pd.DataFrame(
        {
            "country_code": pd.Categorical(countries, ["AT", "DE", "NA"]),
            "purchase_amount": np.array([cents / 100 for _, cents in rows], np.float64),
            "faults": np.array(faults or [0] * len(rows), np.uint32),
        }
    )


@given(PURCHASES)
def test_every_way_gives_the_z_scores_that_follow_from_exact_moments(rows):
    table = comparable_rows(typed(rows), 2)
    cents = [amount for _, amount in rows]
    if cents:
        mean = Fraction(sum(cents), len(cents))
        variance = sum((one - mean) ** 2 for one in cents) / len(cents)
        deviation = calculations.exact_sqrt(variance) or 1.0
        assert deviation == 1.0 or math.isclose(deviation**2, variance, rel_tol=1e-15)

    answers = [list(way(table)) for way in ZSCORES]

    assert answers[0] == [(one - float(mean)) / deviation for one in cents]
    assert answers[1] == answers[2] == answers[0]


@given(PURCHASES)
def test_every_way_gives_the_exact_sums_of_the_groups(rows):
    expected = {}
    for country, cents in rows:
        expected[country] = expected.get(country, 0) + cents

    answers = [way(comparable_rows(typed(rows), 2)) for way in SUMS]

    assert answers == [expected] * 3


def test_rows_with_issues_without_country_or_with_amounts_too_large_are_left_out():
    rows = typed([("AT", 100), ("DE", 10**12), ("NA", 10**19), ("DE", 200), (None, 5)], [0, 0, 0, 4, 0])

    table = comparable_rows(rows, 2)

    assert table["units"].tolist() == [100]
    assert table["group"].cat.categories.tolist() == ["AT"]


def test_amounts_whose_squares_would_overflow_together_are_left_out():
    bound = math.isqrt((2**63 - 1) // 4)

    table = comparable_rows(typed([("AT", bound), ("AT", bound), ("AT", bound + 1), ("AT", bound)]), 2)

    assert table["units"].tolist() == [bound] * 3
    assert time_calculations(table, 1)["equal"].all()


def test_the_table_has_times_by_the_clock_and_says_that_answers_are_equal():
    ticks = count(0.0, 0.5)

    table = time_calculations(comparable_rows(typed([("AT", 100), ("DE", 300)]), 2), 2, lambda: next(ticks))

    assert table["way"].tolist() == ["loop", "pandas", "NumPy"] * 2
    assert table["seconds"].tolist() == [0.5] * 6
    assert table["rows_per_second"].tolist() == [4.0] * 6
    assert table["times_faster"].tolist() == [1.0] * 6
    assert table["equal"].all()


def test_an_answer_that_differs_is_said_to_differ(monkeypatch):
    compared, *_ = calculations._COMPARED
    wrong = compared._replace(ways=compared.ways | {"NumPy": lambda rows: calculations.numpy_zscores(rows) + 1e-16})
    monkeypatch.setattr(calculations, "_COMPARED", (wrong,))

    table = time_calculations(comparable_rows(typed([("AT", 100), ("DE", 300), ("DE", 301)]), 2), 1)

    assert table["equal"].tolist() == [True, True, False]


@pytest.mark.parametrize("rows", [[], [("AT", 100)]], ids=["none", "one"])
def test_no_rows_and_one_row_have_equal_answers(rows):
    table = time_calculations(comparable_rows(typed(rows), 2), 1)

    assert table["equal"].all()
    assert table["rows"].tolist() == [len(rows)] * 6
    assert table["rows_per_second"].notna().all() == bool(rows)
