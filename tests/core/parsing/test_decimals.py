"""Exact parsing of amounts, judged by the oracle."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import oracle
from tests.hostile import AMOUNTS, INTEGERS

from customer_analytics.core.contract.settings import Contract
from customer_analytics.core.parsing.decimals import parse_amounts

AMOUNT_MAX = 1e11
LARGE = (
    *(
        "99999999999.99",
        "100000000000.00",
        "100000000000.004",
        "100000000000.005",
        "100000000000.01",
        "-1e11",
        "-1.1e11",
    ),
    *("1e308", "1.7976931348623159e308", "1e309", "123e20", "1e16", "9007199254740993.25", "1" * 40, "0." + "9" * 40),
    *("1e-99999999999999999999", "-1e-99999999999999999999", "0e99999999999999999999", "1e99999999999999999999"),
    *("0.00500000000000000000000001", "0.015", "0.025", "0.0150000000000000000", "12345678901234567890e-10"),
)


def rules_of(decimals):
    return oracle.Rules(amount_decimals=decimals, amount_max=AMOUNT_MAX)


def parse(texts, decimals=2):
    """Parse a slice of an array; return one tuple per text."""
    contract = Contract(amount_decimals=decimals, amount_max=AMOUNT_MAX)
    columns = parse_amounts(pa.array(["skipped", *texts], pa.string()).slice(1), contract)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def expected(text, decimals=2):
    value, faults, is_rounded = oracle.judge_amount(text, rules_of(decimals))
    is_number = "bad_type" not in faults
    is_in_range = is_number and "range" not in faults
    return np.nan if value is None else value, is_number, is_in_range, is_rounded, "negative" in faults


def same(parsed, wanted):
    return all(
        row[1:] == wanted_row[1:] and np.array_equal(row[0], wanted_row[0], equal_nan=True)
        for row, wanted_row in zip(parsed, wanted, strict=True)
    )


@pytest.mark.parametrize("decimals", range(5))
@pytest.mark.parametrize("text", dict.fromkeys([*(text.strip(oracle.WHITE) for text in AMOUNTS), *LARGE]))
def test_an_amount_is_parsed_as_by_the_oracle(text, decimals):
    assert same(parse([text], decimals), [expected(text, decimals)])


def test_a_zero_amount_is_never_minus_zero():
    amounts = [row[0] for row in parse(["-0", "-0.00", "-0e5", "-0.001", "-1e-400"])]

    assert not np.signbit(amounts).any()


def test_an_amount_does_not_depend_on_its_neighbours():
    texts = [text.strip(oracle.WHITE) for text in (*AMOUNTS, *INTEGERS, *LARGE)]

    assert same(parse(texts), [parse([text])[0] for text in texts])


SHORT = st.lists(st.text("0123456789", max_size=24) | st.text("0123456789.+-/: eE", max_size=24), max_size=20)


@given(SHORT, st.integers(0, 3))
def test_generated_amounts_are_parsed_as_by_the_oracle(texts, decimals):
    stripped = [text.strip(oracle.WHITE) for text in texts]

    assert same(parse(stripped, decimals), [expected(text, decimals) for text in stripped])


@given(st.decimals(-(10**12), 10**12, allow_nan=False), st.integers(0, 4))
def test_every_decimal_is_rounded_half_even_as_by_the_oracle(number, decimals):
    assert same(parse([str(number)], decimals), [expected(str(number), decimals)])


def test_no_text_gives_no_amount():
    assert parse([]) == []
