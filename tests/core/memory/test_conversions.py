"""Other types for a column: what comes back is compared with plain Python, value by value."""

import struct
from datetime import datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_analytics.core.arrow.frames import TEXT
from customer_analytics.core.memory.conversions import by_objects, convert, find_changed, values_of


def conversions(column, decimals=2):
    return {one.dtype: one for one in convert(column, decimals)}


def changed(column, dtype, decimals=2):
    """How many values do not come back from a type."""
    return int(find_changed(values_of(column), conversions(column, decimals)[dtype].back).sum())


def text(*values):
    return pd.Series(list(values), dtype=TEXT)


@given(st.lists(st.one_of(st.none(), st.integers(-(2**40), 2**40), st.integers(-200, 200))))
def test_a_narrower_integer_changes_the_values_outside_its_range(values):
    column = pd.Series(pd.array(values, "Int64"))

    found = conversions(column)

    for dtype, bits in {"Int32": 32, "Int16": 16, "Int8": 8}.items():
        outside = [one for one in values if one is not None and not -(2 ** (bits - 1)) <= one < 2 ** (bits - 1)]
        if dtype in found:
            assert changed(column, dtype) == len(outside)
        assert not outside or bits < 32 or dtype in found


def test_narrowing_goes_on_to_the_first_type_that_loses_a_value():
    assert list(conversions(pd.Series([0, 2**31 - 1]))) == ["int32", "int16"]
    assert list(conversions(pd.Series([0, 2**31]))) == ["int32"]
    assert list(conversions(pd.Series([1, 2**16], dtype=np.uint32))) == ["uint16"]
    assert list(conversions(pd.Series([1, 255], dtype=np.uint32))) == ["uint16", "uint8"]


@given(st.lists(st.floats(allow_nan=False)))
def test_float32_changes_what_four_bytes_cannot_hold(amounts):
    def survives(one):
        try:
            return struct.unpack("f", struct.pack("f", one))[0] == one
        except OverflowError:
            return False

    assert changed(pd.Series(amounts, dtype=np.float64), "float32") == sum(not survives(one) for one in amounts)


@given(st.lists(st.one_of(st.none(), st.integers(-(2**34), 2**34))))
def test_amounts_come_back_from_minor_units_while_four_bytes_hold_them(cents):
    column = pd.Series([np.nan if one is None else one / 100 for one in cents], dtype=np.float64)

    too_large = [one for one in cents if one is not None and abs(one) >= 2**31]

    assert changed(column, "Int32 of minor units") == len(too_large)


def test_amounts_with_more_decimals_than_the_minor_unit_do_not_come_back_from_it():
    column = pd.Series([0.125, 0.25, 1e300, np.nan])

    assert changed(column, "Int32 of minor units", decimals=2) == 2


def test_a_float_is_compared_by_its_bits():
    assert find_changed(values_of(pd.Series([0.0])), values_of(pd.Series([-0.0]))).tolist() == [True]


def test_a_null_equals_a_null_and_nothing_else():
    one, other = (values_of(text(*values)) for values in ((None, None, "a"), (None, "", None)))

    assert find_changed(one, other).tolist() == [False, True, True]


@pytest.mark.parametrize("odd", ["007", "+5", " 5", "-0", "5.0", "", "n/a", "1" * 19, "\u0665"])
def test_text_that_an_integer_would_spell_differently_does_not_come_back(odd):
    column = text("1", "-12", "0", None, "9" * 18, odd)

    assert changed(column, "Int64") == 1


@pytest.mark.parametrize("odd", ["3.80", "10.00", "1e2", "nan", ".5", "5."])
def test_text_that_a_float_would_spell_differently_does_not_come_back(odd):
    column = text("3.8", "0.25", "42.47", odd)

    assert changed(column, "float64") == 1


@pytest.mark.parametrize("odd", ["2024-01-31", "2024-01-31 10:00", "2024-01-31 10:00:00.5", "2024-02-30 10:00:00"])
def test_text_that_a_time_would_spell_differently_does_not_come_back(odd):
    column = text("2024-01-31 10:00:00", "1999-12-31 23:59:59", None, odd)

    assert changed(column, "datetime64[s]") == 1


def test_types_that_not_half_of_the_values_survive_are_not_listed():
    assert list(conversions(text("a", "b", "1"))) == ["category"]
    assert list(conversions(text(None, None))) == ["category"]


@given(st.lists(st.one_of(st.none(), st.text(max_size=4))))
def test_text_comes_back_from_categories_and_categories_from_text(values):
    plain = text(*values)
    few = pd.Series(pd.Categorical(values, pd.Index(sorted({one for one in values if one is not None}), dtype=object)))

    assert changed(plain, "category") == 0
    assert changed(few, "string[pyarrow]") == 0


def test_times_lose_what_a_coarser_unit_leaves_out():
    times = [datetime(2024, 1, 31), datetime(2024, 1, 31, 10), datetime(2024, 1, 31, 10, 0, 0, 5), None]  # noqa: DTZ001
    column = pd.Series(np.array(times, "datetime64[us]"))

    assert changed(column, "datetime64[s]") == 1
    assert changed(column, "date32[day][pyarrow]") == 2


def test_flags_come_back_from_single_bits():
    assert changed(pd.Series([True, False, True]), "bool[pyarrow]") == 0


@pytest.mark.parametrize(
    "column",
    [
        text("a", None, ""),
        pd.Series(pd.Categorical(["b", None, "a"])),
        pd.Series(pd.array([2**62 + 1, None], "Int64")),
        pd.Series([0.1, -0.0, np.nan]),
        pd.Series(np.array(["2024-01-31T10:11:12.123456", "NaT"], "datetime64[us]")),
        pd.Series([1, 2**32 - 1], dtype=np.uint32),
        pd.Series([True, False]),
    ],
    ids=lambda column: str(column.dtype),
)
def test_a_column_comes_back_from_python_objects(column):
    assert not find_changed(values_of(column), by_objects(column).back).any()
