"""Fields as codes of distinct texts, against a plain dictionary."""

import csv
from itertools import accumulate, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_analytics.core.arrow.words import words_of
from customer_analytics.core.csv_reader.tokenizer import Fields, Marks, _slot, split_fields

QUOTE = ord('"')


def fields_of(texts, ragged=()):
    """One column whose fields stand end to end, so that the last ones have few bytes behind them."""
    encoded = [text.encode() for text in texts]
    ends = np.array(list(accumulate(map(len, encoded), initial=0)), np.int32)
    spans = np.column_stack([ends[:-1], ends[1:]])
    broken = np.isin(np.arange(len(texts)), list(ragged))
    spans[broken] = 0
    return Fields(np.frombuffer(b"".join(encoded), np.uint8), spans, broken, QUOTE)


def decoded(fields):
    codes, texts = fields.dictionary()
    names = texts.to_pylist()
    assert len(names) == len(set(names))
    return [names[code] if code >= 0 else None for code in codes.tolist()], names


def alike(size):
    """Texts of a size that differ in one byte each, and some that are longer or shorter by one."""
    whole = "a" * size
    changed = [whole[:place] + "b" + whole[place + 1 :] for place in range(size)]
    return [whole, *changed, whole + "a", whole + "\0", whole[1:]]


@pytest.mark.parametrize("size", range(41))
def test_texts_that_differ_in_one_byte_or_in_their_length_are_told_apart(size):
    texts = list(dict.fromkeys(alike(size)))

    found, names = decoded(fields_of([*texts, *texts, *reversed(texts)]))

    assert found == [*texts, *texts, *reversed(texts)]
    assert names == texts


@given(st.lists(st.text("ab", max_size=3), max_size=60), st.sets(st.integers(0, 59)))
def test_codes_are_those_of_a_dictionary_in_the_order_in_which_texts_come(texts, ragged):
    expected = [None if place in ragged else text for place, text in enumerate(texts)]

    found, names = decoded(fields_of(texts, ragged))

    assert found == expected
    assert names == list(dict.fromkeys(text for text in expected if text is not None))


def test_so_many_texts_that_the_table_grows_twice_keep_their_codes():
    texts = [f"category number {place % 5000:05d} of this shop" for place in range(12_000)]

    found, names = decoded(fields_of(texts))

    assert found == texts
    assert names == texts[:5000]


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
"""Fields some of which mean the same text, and some of which mean others with the same bytes between their quotes."""


@given(st.lists(st.sampled_from(FORMS), min_size=1, max_size=30))
def test_fields_that_mean_one_text_have_one_code_however_they_are_quoted(forms):
    lines = [f"{form},\n" for form in forms]
    offsets = np.array([0, *accumulate(map(len, lines))], np.int32)
    codes = np.frombuffer("".join(lines).encode(), np.uint8)
    expected = [record[0] for record in csv.reader(lines)]

    (column,) = split_fields(codes, offsets, Marks(ord(","), QUOTE), [0], 2)
    found, names = decoded(column)

    assert found == expected
    assert names == list(dict.fromkeys(expected))


def texts_of(lines, width):
    """The fields of the first lines by ``split_fields``, ``None`` in ragged ones; the last line just stands there."""
    offsets = np.array([0, *accumulate(len(line.encode()) for line in lines)], np.int32)
    codes = np.frombuffer("".join(lines).encode(), np.uint8)
    columns = split_fields(codes, offsets, Marks(ord(","), QUOTE), range(width), width)
    return list(zip(*(column.text().to_pylist() for column in columns), strict=True))[:-1]


def texts_by_python(lines, width):
    return [tuple(one) if len(one) == width else (None,) * width for one in csv.reader(lines)][:-1]


BEHIND = '",' * 100 + '"\n'
"""A last line whose delimiters and quotes are of no record before it."""

FILLED = st.tuples(st.sampled_from(["", *FORMS]), st.integers(0, 70)).map(
    lambda form: form[0] if form[0].endswith('"') else form[0] + "." * form[1]
) | st.integers(0, 70).map(lambda size: '"' + "," * size + '"')


@given(st.lists(st.lists(FILLED, min_size=1, max_size=5), min_size=1, max_size=6), st.integers(1, 5))
def test_fields_of_short_and_long_records_are_those_of_pythons_csv_reader(records, width):
    lines = [",".join(record) + "\n" for record in records if record != [""]]

    assert texts_of([*lines, BEHIND], width) == texts_by_python([*lines, BEHIND], width)


@pytest.mark.parametrize("size", [*range(1, 9), *range(60, 70), *range(120, 133)])
def test_a_delimiter_and_a_quoted_field_are_seen_at_every_place_of_a_record(size):
    delimited = ["a" * place + "," + "b" * (size - place - 1) for place in range(size)]
    quoted = ['"' + "," * place + '",' + "b" * (size - place - 3) for place in range(size - 2)]
    after = ["b" * place + ',"' + "," * (size - place - 3) + '"' for place in range(size - 2)]
    stray = ["b" * place + '"' + "," * (size - place - 1) for place in range(1, size)]
    strays = ["b" * place + '"a,' + "a" * (size - place - 6) + '",b' for place in range(1, size - 6)]
    lines = [f"{line}\n" for line in (*delimited, *quoted, *after, *stray, *strays)]

    assert texts_of([*lines, BEHIND], 2) == texts_by_python([*lines, BEHIND], 2)


def test_an_empty_last_field_at_the_very_end_is_empty_whatever_stands_in_memory_behind_it():
    record = b'"' + b"a" * 125 + b'",'
    memory = np.frombuffer(record + b'"' * 200, np.uint8)

    columns = split_fields(
        memory[: len(record)], np.array([0, len(record)], np.int32), Marks(ord(","), QUOTE), [0, 1], 2
    )

    assert [column.text().to_pylist() for column in columns] == [["a" * 125], [""]]


@pytest.mark.parametrize("size", [1, 40, 62, 63, 64, 100, 126, 127, 128, 129])
def test_a_quote_that_no_other_closes_takes_in_the_rest_of_its_record(size):
    lines = ["a," + '"' + "b," * size + "\n", BEHIND]

    assert texts_of(lines, 2) == [("a", "b," * size + "\n")]


@pytest.mark.parametrize(("size", "behind"), [*product([8, 12, 15, 16, 17, 24, 31, 32, 40], [0, 1, 5]), (3, 0), (7, 4)])
def test_texts_that_differ_in_three_digits_anywhere_spread_over_the_table(size, behind):
    texts = [f"{'x' * (size - 3 - behind)}{number:03d}{'y' * behind}"[-size:].encode() for number in range(400)]
    slots = set()
    for text in texts:
        words = words_of(np.frombuffer(text + bytes(32), np.uint8), 0, size)
        slots.add(int(_slot(*map(np.uint64, words), np.uint64(1023))))

    assert len(slots) >= len(set(texts)) / 2  # at random about 330 of 400
