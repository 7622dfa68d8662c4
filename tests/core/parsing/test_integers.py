"""Integers from text, against the oracle."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import oracle
from tests.hostile import INTEGERS

from customer_analytics.core.parsing.integers import parse_integers


def parse(texts):
    """Parse a slice of an array; return (number, is_integer) per text."""
    columns = parse_integers(pa.array(["skipped", *texts], pa.string()).slice(1))
    return list(zip(*(column.tolist() for column in columns), strict=True))


def expected(text):
    value, _ = oracle.judge_customer(text, oracle.Rules())
    return value or 0, value is not None


@given(st.lists(st.text("0123456789", max_size=20) | st.text("0123456789.+- ", max_size=10), max_size=20))
def test_generated_integers_are_parsed_as_by_the_oracle(texts):
    stripped = [text.strip(oracle.WHITE) for text in texts]

    assert parse(stripped) == [expected(text) for text in stripped]


@pytest.mark.parametrize("text", dict.fromkeys(text.strip(oracle.WHITE) for text in INTEGERS))
def test_an_integer_is_parsed_as_by_the_oracle(text):
    assert parse([text]) == [expected(text)]


def test_no_text_gives_no_integer():
    assert parse([]) == []
