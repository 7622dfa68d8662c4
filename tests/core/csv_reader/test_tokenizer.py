"""Fields as codes of distinct texts, against a plain dictionary."""

import csv
from itertools import accumulate

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_analytics.core.csv_reader.dialect import Dialect
from customer_analytics.core.csv_reader.tokenizer import FieldSpans, split_fields

QUOTE = ord('"')


def fields_of(texts, ragged=()):
    """One column whose fields stand end to end, so that the last ones have few bytes behind them."""
    encoded = [text.encode() for text in texts]
    ends = np.array(list(accumulate(map(len, encoded), initial=0)), np.int32)
    spans = np.column_stack([ends[:-1], ends[1:]])
    broken = np.isin(np.arange(len(texts)), list(ragged))
    spans[broken] = 0
    return FieldSpans(np.frombuffer(b"".join(encoded), np.uint8), spans, broken, QUOTE)


def decoded(fields):
    codes, texts = fields.dictionary()
    names = texts.to_pylist()
    assert len(names) == len(set(names))
    return [names[code] if code >= 0 else None for code in codes.tolist()], names


@given(st.lists(st.text("ab", max_size=3), max_size=60), st.sets(st.integers(0, 59)))
def test_codes_count_the_distinct_texts_in_the_order_of_first_occurrence(texts, ragged):
    expected = [None if row in ragged else text for row, text in enumerate(texts)]

    texts_by_row, names = decoded(fields_of(texts, ragged))

    assert texts_by_row == expected
    assert names == list(dict.fromkeys(text for text in expected if text is not None))


FORMS = [
    "a",
    '"a"',
    'a""b"',
    '"a""b"',
    'a"b',
    '"a"b',
    "ab",
    '"a""b" longer than sixteen bytes',
    '"a, ""b"""',
    '""',
    '"a" ""',
]
"""Fields of which some have the same text, and some have other texts with the same bytes between the quotes."""


@given(st.lists(st.sampled_from(FORMS), min_size=1, max_size=30))
def test_fields_with_the_same_text_have_the_same_code_with_and_without_quotes(forms):
    lines = [f"{form},\n" for form in forms]
    offsets = np.array([0, *accumulate(map(len, lines))], np.int32)
    codes = np.frombuffer("".join(lines).encode(), np.uint8)
    expected = [record[0] for record in csv.reader(lines)]

    (column,) = split_fields(codes, offsets, Dialect(), [0], 2)
    texts_by_row, names = decoded(column)

    assert texts_by_row == expected
    assert names == list(dict.fromkeys(expected))


def texts_of(lines, width):
    """Return the fields of all lines but the last by ``split_fields``; ``None`` in ragged lines."""
    offsets = np.array([0, *accumulate(len(line.encode()) for line in lines)], np.int32)
    codes = np.frombuffer("".join(lines).encode(), np.uint8)
    columns = split_fields(codes, offsets, Dialect(), range(width), width)
    return list(zip(*(column.text().to_pylist() for column in columns), strict=True))[:-1]


def texts_by_python(lines, width):
    return [tuple(record) if len(record) == width else (None,) * width for record in csv.reader(lines)][:-1]


LAST_LINE = '",' * 100 + '"\n'
"""A last line with delimiters and quotes that no record before it may use."""

FILLED = st.tuples(st.sampled_from(["", *FORMS]), st.integers(0, 70)).map(
    lambda form: form[0] if form[0].endswith('"') else form[0] + "." * form[1]
) | st.integers(0, 70).map(lambda size: '"' + "," * size + '"')


@given(st.lists(st.lists(FILLED, min_size=1, max_size=5), min_size=1, max_size=6), st.integers(1, 5))
def test_fields_of_short_and_long_records_are_those_of_pythons_csv_reader(records, width):
    lines = [",".join(record) + "\n" for record in records if record != [""]]

    assert texts_of([*lines, LAST_LINE], width) == texts_by_python([*lines, LAST_LINE], width)


@pytest.mark.parametrize("size", [*range(1, 9), *range(60, 70), *range(120, 133)])
def test_a_delimiter_and_a_quoted_field_are_found_at_every_position_of_a_record(size):
    delimited = ["a" * index + "," + "b" * (size - index - 1) for index in range(size)]
    quoted = ['"' + "," * index + '",' + "b" * (size - index - 3) for index in range(size - 2)]
    second_quoted = ["b" * index + ',"' + "," * (size - index - 3) + '"' for index in range(size - 2)]
    one_stray_quote = ["b" * index + '"' + "," * (size - index - 1) for index in range(1, size)]
    stray_quotes = ["b" * index + '"a,' + "a" * (size - index - 6) + '",b' for index in range(1, size - 6)]
    lines = [f"{line}\n" for line in (*delimited, *quoted, *second_quoted, *one_stray_quote, *stray_quotes)]

    assert texts_of([*lines, LAST_LINE], 2) == texts_by_python([*lines, LAST_LINE], 2)


def test_an_empty_last_field_at_the_very_end_is_empty_whatever_stands_in_memory_behind_it():
    record = b'"' + b"a" * 125 + b'",'
    memory = np.frombuffer(record + b'"' * 200, np.uint8)

    columns = split_fields(memory[: len(record)], np.array([0, len(record)], np.int32), Dialect(), [0, 1], 2)

    assert [column.text().to_pylist() for column in columns] == [["a" * 125], [""]]


@pytest.mark.parametrize("size", [1, 40, 62, 63, 64, 100, 126, 127, 128, 129])
def test_a_quote_that_no_other_closes_takes_in_the_rest_of_its_record(size):
    lines = ["a," + '"' + "b," * size + "\n", LAST_LINE]

    assert texts_of(lines, 2) == [("a", "b," * size + "\n")]
