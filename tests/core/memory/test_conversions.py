"""Conversions to other types, compared with plain Python value by value."""

import struct
from datetime import datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_analytics.core.arrow.frames import TEXT
from customer_analytics.core.memory.conversions import convert, convert_by_objects, find_changed, to_values


def conversions(column, decimals=2):
    return {conversion.dtype: conversion for conversion in convert(column, decimals)}


def count_changed(column, dtype, decimals=2):
    """The number of values that the conversion to a type changes."""
    return int(find_changed(to_values(column), conversions(column, decimals)[dtype].restored).sum())


def text(*values):
    return pd.Series(list(values), dtype=TEXT)


@given(st.lists(st.one_of(st.none(), st.integers(-(2**40), 2**40), st.integers(-200, 200))))
def test_a_narrower_integer_changes_the_values_outside_its_range(values):
    column = pd.Series(pd.array(values, "Int64"))

    by_dtype = conversions(column)

    for dtype, bits in {"Int32": 32, "Int16": 16, "Int8": 8}.items():
        outside = [value for value in values if value is not None and not -(2 ** (bits - 1)) <= value < 2 ** (bits - 1)]
        if dtype in by_dtype:
            assert count_changed(column, dtype) == len(outside)
        assert not outside or bits < 32 or dtype in by_dtype


def test_narrowing_stops_at_the_first_type_that_changes_a_value():
    assert list(conversions(pd.Series([0, 2**31 - 1]))) == ["int32", "int16"]
    assert list(conversions(pd.Series([0, 2**31]))) == ["int32"]
    assert list(conversions(pd.Series([1, 2**16], dtype=np.uint32))) == ["uint16"]
    assert list(conversions(pd.Series([1, 255], dtype=np.uint32))) == ["uint16", "uint8"]


@given(st.lists(st.floats(allow_nan=False)))
def test_float32_changes_values_that_need_more_than_four_bytes(amounts):
    def is_float32(amount):
        try:
            return struct.unpack("f", struct.pack("f", amount))[0] == amount
        except OverflowError:
            return False

    assert count_changed(pd.Series(amounts, dtype=np.float64), "float32") == sum(
        not is_float32(amount) for amount in amounts
    )


@given(st.lists(st.one_of(st.none(), st.integers(-(2**34), 2**34))))
def test_minor_units_keep_amounts_that_fit_four_bytes(cents):
    column = pd.Series([np.nan if amount is None else amount / 100 for amount in cents], dtype=np.float64)

    too_large = [amount for amount in cents if amount is not None and abs(amount) >= 2**31]

    assert count_changed(column, "Int32 of minor units") == len(too_large)


def test_minor_units_change_amounts_with_more_decimals():
    column = pd.Series([0.125, 0.25, 1e300, np.nan])

    assert count_changed(column, "Int32 of minor units", decimals=2) == 2


def test_a_float_is_compared_by_its_bits():
    assert find_changed(to_values(pd.Series([0.0])), to_values(pd.Series([-0.0]))).tolist() == [True]


def test_null_equals_only_null():
    left, right = (to_values(text(*values)) for values in ((None, None, "a"), (None, "", None)))

    assert find_changed(left, right).tolist() == [False, True, True]


@pytest.mark.parametrize("text_value", ["007", "+5", " 5", "-0", "5.0", "", "n/a", "1" * 19, "\u0665"])
def test_an_integer_changes_text_with_another_spelling(text_value):
    column = text("1", "-12", "0", None, "9" * 18, text_value)

    assert count_changed(column, "Int64") == 1


@pytest.mark.parametrize("text_value", ["3.80", "10.00", "1e2", "nan", ".5", "5."])
def test_a_float_changes_text_with_another_spelling(text_value):
    column = text("3.8", "0.25", "42.47", text_value)

    assert count_changed(column, "float64") == 1


@pytest.mark.parametrize(
    "text_value", ["2024-01-31", "2024-01-31 10:00", "2024-01-31 10:00:00.5", "2024-02-30 10:00:00"]
)
def test_a_timestamp_changes_text_with_another_spelling(text_value):
    column = text("2024-01-31 10:00:00", "1999-12-31 23:59:59", None, text_value)

    assert count_changed(column, "datetime64[s]") == 1


def test_a_type_that_changes_more_than_half_of_the_values_is_not_tried():
    assert list(conversions(text("a", "b", "1"))) == ["category"]
    assert list(conversions(text(None, None))) == ["category"]


@given(st.lists(st.one_of(st.none(), st.text(max_size=4))))
def test_text_and_categories_convert_to_each_other_without_change(values):
    texts = text(*values)
    categories = pd.Series(
        pd.Categorical(values, pd.Index(sorted({value for value in values if value is not None}), dtype=object))
    )

    assert count_changed(texts, "category") == 0
    assert count_changed(categories, "string[pyarrow]") == 0


def test_a_coarser_unit_changes_timestamps_with_smaller_units():
    timestamps = [datetime(2024, 1, 31), datetime(2024, 1, 31, 10), datetime(2024, 1, 31, 10, 0, 0, 5), None]  # noqa: DTZ001
    column = pd.Series(np.array(timestamps, "datetime64[us]"))

    assert count_changed(column, "datetime64[s]") == 1
    assert count_changed(column, "date32[day][pyarrow]") == 2


def test_single_bits_keep_booleans():
    assert count_changed(pd.Series([True, False, True]), "bool[pyarrow]") == 0


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
def test_a_conversion_to_python_objects_changes_no_value(column):
    assert not find_changed(to_values(column), convert_by_objects(column).restored).any()
