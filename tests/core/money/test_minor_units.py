"""Minor units of float amounts, against decimal arithmetic."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests import oracle

from customer_analytics.core.money.minor_units import EXACT_MINOR_UNITS, MinorUnits, as_float

UNITS = st.integers(-EXACT_MINOR_UNITS + 1, EXACT_MINOR_UNITS - 1)


@given(st.lists(UNITS, max_size=20), st.integers(0, 4))
@example([EXACT_MINOR_UNITS - 1, 1 - EXACT_MINOR_UNITS], 2)
def test_minor_units_are_those_of_the_stored_amount(expected, decimals):
    amounts = [units / 10**decimals for units in expected]

    money = MinorUnits.of(np.array(amounts, float), decimals)

    assert money.units.tolist() == expected == [oracle.minor_units(amount, decimals) for amount in amounts]
    assert money.nan_count == 0


def test_an_unknown_amount_has_no_minor_units_and_is_counted():
    money = MinorUnits.of(np.array([np.nan, 1.5, np.nan]), 2)

    assert (money.units.tolist(), money.nan_count) == ([0, 150, 0], 2)


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("units", [EXACT_MINOR_UNITS, 2**53, 1e22, 1.7976931348623157e308, np.inf])
def test_an_amount_that_cannot_be_exact_is_rejected(units, sign):
    with pytest.raises(ValueError, match=r"amounts below \d+ minor units; found 1 beyond"):
        MinorUnits.of(np.array([1.0, sign * units / 100, np.nan]), 2)


def test_a_fraction_beyond_float64_is_infinite():
    assert as_float(Fraction(1, 3)) == 1 / 3
    assert as_float(Fraction(10**400)) == float("inf")
    assert as_float(Fraction(-(10**400))) == float("-inf")
