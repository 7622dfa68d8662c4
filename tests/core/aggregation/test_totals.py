"""Totals per group: chunks with different names, and sums beyond int64."""

import numpy as np
import pytest

from customer_analytics.core.aggregation.totals import Total, Totals
from customer_analytics.core.money.minor_units import MinorUnits


def totals_of(rows, countries, categories):
    units = np.array([units for *_, units in rows], np.int64)
    codes = [countries.index(country) * len(categories) + categories.index(category) for country, category, _ in rows]
    return Totals.of(MinorUnits(units), np.array(codes, np.int64), (countries, categories))


@pytest.mark.parametrize("unused_names", [0, 1000])
def test_groups_are_merged_by_name_whatever_their_codes(unused_names):
    unused = tuple(f"category {number}" for number in range(unused_names))
    left = totals_of(
        [("DE", "Toys", 5), ("FR", "Books", 7), ("DE", "Toys", 1)], ("DE", "FR"), ("Toys", "Books", *unused)
    )
    right = totals_of([("FR", "Books", 2), ("AT", "Toys", 3)], ("AT", "FR"), (*unused, "Books", "Toys"))

    merged = left + right

    expected = {("DE", "Toys"): Total(2, 6), ("FR", "Books"): Total(2, 9), ("AT", "Toys"): Total(1, 3)}
    assert merged.groups == (right + left).groups == expected
    assert merged.roll_up(0).groups == {("DE",): Total(2, 6), ("FR",): Total(2, 9), ("AT",): Total(1, 3)}
    assert merged.roll_up(1).groups == {("Toys",): Total(3, 9), ("Books",): Total(2, 9)}
    assert [merged.names(axis) for axis in (0, 1)] == [("AT", "DE", "FR"), ("Books", "Toys")]


def test_without_rows_there_is_no_group():
    assert Totals().groups == Totals().roll_up(0).groups == totals_of([], ("DE",), ("Toys",)).groups == {}
    assert Totals().names(0) == totals_of([], ("DE",), ("Toys",)).names(0) == ()


def test_sums_beyond_int64_are_exact():
    highest = 2**53 - 1
    rows = [("DE", "Toys", highest)] * 3000 + [("FR", "Toys", -highest)] * 3000

    totals = totals_of(rows, ("DE", "FR"), ("Toys",))

    assert (totals + totals).groups == {
        ("DE", "Toys"): Total(6000, 6000 * highest),
        ("FR", "Toys"): Total(6000, -6000 * highest),
    }
    assert 6000 * highest > 2**63
