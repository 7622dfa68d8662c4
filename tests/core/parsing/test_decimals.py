"""Integers and amounts, exactly."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import oracle
from tests.hostile import AMOUNTS, INTEGERS

from customer_analytics.core.money.minor_units import MinorUnits, as_float
from customer_analytics.core.money.money_sum import MoneySum, exact_sum
from customer_analytics.core.parsing.decimals import parse_amounts, parse_integers

GIANTS = (
    *("1e308", "1.7976931348623157e308", "1.7976931348623158e308", "1.7976931348623159e308", "1e309"),
    *("9007199254740993.25", "9007199254740992.25", "9007199254740994.5", "18014398509481987.75", "1e16", "123e20"),
    *("1e-99999999999999999999", "-1e-99999999999999999999", "0e99999999999999999999", "1e99999999999999999999"),
)


def strip_all(texts):
    return [text.strip(oracle.WHITE) for text in texts]


@pytest.mark.parametrize("decimals", range(5))
@pytest.mark.parametrize("text", [*dict.fromkeys(strip_all(AMOUNTS)), *GIANTS])
def test_an_amount_is_read_alone_as_by_the_oracle(text, decimals):
    value, fault, rounded = oracle.judge_amount(text, oracle.Rules(amount_decimals=decimals))

    amounts, *flags = parse_amounts(pa.array([text]), decimals)

    assert [flag.tolist() for flag in flags] == [[value is not None], [rounded], [fault == "negative"]]
    assert np.array_equal(amounts, [np.nan if value is None else value], equal_nan=True)


def test_an_amount_of_nothing_is_never_minus_zero():
    amounts, *_ = parse_amounts(pa.array(["-0", "-0.00", "-0e5", "-0.001", "-1e-400"]), 2)

    assert not np.signbit(amounts).any()


def test_an_amount_does_not_depend_on_its_neighbours():
    texts = strip_all([*AMOUNTS, *INTEGERS])
    alone = [parse_amounts(pa.array([text]), 2) for text in texts]

    together = parse_amounts(pa.array(["skipped", *texts]).slice(1), 2)

    for place, column in enumerate(together):
        assert np.array_equal(column, np.concatenate([one[place] for one in alone]), equal_nan=True)


SHORT = st.lists(st.text("0123456789", max_size=9) | st.text("0123456789.+-/: e", max_size=10), max_size=20)


@given(SHORT, st.integers(0, 3))
def test_short_amounts_are_read_as_by_the_oracle_wherever_they_stand(texts, decimals):
    texts = strip_all(texts)
    expected = [oracle.judge_amount(text, oracle.Rules(amount_decimals=decimals)) for text in texts]

    amounts, *flags = parse_amounts(pa.array(["skipped", *texts], pa.string()).slice(1), decimals)

    values = [np.nan if value is None else value for value, _, _ in expected]
    assert np.array_equal(amounts, np.array(values, float), equal_nan=True)
    assert list(zip(*(flag.tolist() for flag in flags), strict=True)) == [
        (value is not None, rounded, fault == "negative") for value, fault, rounded in expected
    ]


@given(SHORT)
def test_short_integers_are_read_as_by_the_oracle_wherever_they_stand(texts):
    texts = strip_all(texts)
    expected = [oracle.judge_customer(text, oracle.Rules())[0] for text in texts]

    numbers, known = parse_integers(pa.array(["skipped", *texts], pa.string()).slice(1))

    assert numbers.tolist() == [value or 0 for value in expected]
    assert known.tolist() == [value is not None for value in expected]


@pytest.mark.parametrize("text", dict.fromkeys(strip_all(INTEGERS)))
def test_an_integer_is_read_alone_as_by_the_oracle(text):
    value, _ = oracle.judge_customer(text, oracle.Rules())

    numbers, known = parse_integers(pa.array([text], pa.string()))

    assert known.tolist() == [value is not None]
    assert numbers.tolist() == [value or 0]


def test_integers_of_a_slice_are_those_of_its_rows():
    numbers, known = parse_integers(pa.array(["x", "12", "+3", "-4", "", "5x", "y"]).slice(1, 5))

    assert numbers.tolist() == [12, 3, -4, 0, 0]
    assert known.tolist() == [True, True, True, False, False]


def test_nothing_is_read_from_nothing():
    empty = pa.array([], pa.string())

    assert [len(column) for column in parse_amounts(empty, 2)] == [0] * 4
    assert [len(column) for column in parse_integers(empty)] == [0] * 2


STORED = st.decimals(0, 10**17, places=2).map(float)


@given(st.lists(STORED, max_size=20), st.integers(0, 4))
def test_minor_units_are_those_of_the_stored_amount(amounts, decimals):
    amounts = [float(round(Decimal(amount), decimals)) for amount in amounts]

    money = MinorUnits.of(np.array(amounts, float), decimals)

    assert [money.huge.get(row, int(unit)) for row, unit in enumerate(money.units)] == [
        oracle.minor_units(amount, decimals) for amount in amounts
    ]


def test_a_fraction_past_float64_is_infinite():
    assert as_float(Fraction(1, 3)) == 1 / 3
    assert as_float(Fraction(10**400)) == float("inf")
    assert as_float(Fraction(-(10**400))) == float("-inf")


@pytest.mark.parametrize("amount", [0.0, 19.99, 2.0**53, 90071992547409.91, 1e22, 3e299, 1e308, 1.7976931348623157e308])
def test_money_of_any_valid_amount_is_counted_without_a_warning(amount):
    money = MoneySum.of(np.array([amount, np.nan, amount]), 2)

    assert money == MoneySum(3, 2 * oracle.minor_units(amount), 1)


@given(st.lists(st.tuples(STORED | st.just("nan"), st.integers(0, 7)), max_size=20))
def test_money_by_flag_counts_each_row_under_every_flag_it_has(rows):
    amounts = np.array([round(float(amount), 2) for amount, _ in rows], float)
    flags = np.array([flag for _, flag in rows], np.uint32)

    assert MoneySum.by_flag(amounts, flags, 3, 2) == [MoneySum.of(amounts[flags & bit != 0], 2) for bit in (1, 2, 4)]


@given(st.lists(st.integers(-(2**53) + 1, 2**53 - 1), max_size=30))
def test_sums_in_two_halves_are_exact(units):
    assert exact_sum(np.array(units, np.int64)) == sum(units)


def test_a_million_large_amounts_pass_int64_and_stay_exact():
    units = np.full(1_000_000, 2**53 - 1)

    assert exact_sum(units) == 1_000_000 * (2**53 - 1) > 2**63
