"""Totals per group whose names are not the same in every chunk, and whose sums pass int64."""

import numpy as np
import pytest

from customer_analytics.core.aggregation.totals import Total, Totals
from customer_analytics.core.money.minor_units import MinorUnits


def totals_of(rows, countries, categories):
    units = np.array([units for *_, units in rows], np.int64)
    codes = [countries.index(country) * len(categories) + categories.index(category) for country, category, _ in rows]
    return Totals.of(MinorUnits(units, {}), np.array(codes, np.int64), (countries, categories))


@pytest.mark.parametrize("spare", [0, 1000])
def test_groups_meet_by_their_names_wherever_those_stand(spare):
    others = tuple(f"category {place}" for place in range(spare))
    one = totals_of(
        [("DE", "Toys", 5), ("FR", "Books", 7), ("DE", "Toys", 1)], ("DE", "FR"), ("Toys", "Books", *others)
    )
    two = totals_of([("FR", "Books", 2), ("AT", "Toys", 3)], ("AT", "FR"), (*others, "Books", "Toys"))

    added = {("DE", "Toys"): Total(2, 6), ("FR", "Books"): Total(2, 9), ("AT", "Toys"): Total(1, 3)}
    assert (one + two).groups == (two + one).groups == added
    assert (one + two).rolled_up(0).groups == {("DE",): Total(2, 6), ("FR",): Total(2, 9), ("AT",): Total(1, 3)}
    assert (one + two).rolled_up(1).groups == {("Toys",): Total(3, 9), ("Books",): Total(2, 9)}
    assert [(one + two).names(place) for place in (0, 1)] == [("AT", "DE", "FR"), ("Books", "Toys")]


def test_no_row_is_no_group():
    assert Totals().groups == Totals().rolled_up(0).groups == totals_of([], ("DE",), ("Toys",)).groups == {}
    assert Totals().names(0) == totals_of([], ("DE",), ("Toys",)).names(0) == ()


def test_sums_past_int64_stay_exact():
    most = 2**53 - 1
    rows = [("DE", "Toys", most)] * 3000 + [("FR", "Toys", -most)] * 3000

    found = totals_of(rows, ("DE", "FR"), ("Toys",))

    assert (found + found).groups == {
        ("DE", "Toys"): Total(6000, 6000 * most),
        ("FR", "Toys"): Total(6000, -6000 * most),
    }
    assert 6000 * most > 2**63


def test_what_is_too_large_for_int64_is_rolled_up_as_well():
    money = MinorUnits(np.array([0, 5, 0], np.int64), {0: 2**80, 2: 2**70})

    found = Totals.of(money, np.array([0, 0, 1]), (("DE",), ("Toys", "Books")))

    assert found.groups == {("DE", "Toys"): Total(2, 2**80 + 5), ("DE", "Books"): Total(1, 2**70)}
    assert (found + found).rolled_up(0).groups == {("DE",): Total(6, 2 * (2**80 + 5 + 2**70))}
