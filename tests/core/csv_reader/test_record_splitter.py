"""Record ends against Python's own CSV reader, on hostile bytes."""

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.oracle import records

from customer_analytics.core.csv_reader.dialect import Dialect
from customer_analytics.core.csv_reader.record_splitter import split_records

HOSTILE = st.text('a,"\n\r; \u00e9', max_size=40)
FIELDS = st.sampled_from(['"', '""', '"a', 'a"', '"a"', '"a""b"', '"\n"', '"\r', ",", "\n", "\r", "\r\n", "a", '","'])


def split(text, delimiter=",", quote='"'):
    data = text.encode()
    whole = split_records(data, Dialect(delimiter=delimiter, quote=quote))
    cut = [data[start:end].decode() for start, end in pairwise([whole.begin, *whole.ends.tolist()])]
    return cut, data[whole.used :].decode(), whole


@given(st.one_of(HOSTILE, st.lists(FIELDS, max_size=14).map("".join)))
@example('a"b,c')
@example('a"b"c,"d"')
@example('"')
@example('""""')
@example('"a"\r')
@example('"a"b"c\nd"e\n')
def test_records_are_those_of_pythons_csv_reader(text):
    closed = text + '"\n' if _open(text) else text + "\n"
    expected = [raw for raw, _ in records(closed)]

    cut, left, _ = split(closed)

    assert [record.strip("\r\n") for record in cut] == [record.strip("\r\n") for record in expected]
    assert left == ""


@given(st.one_of(HOSTILE, st.lists(FIELDS, max_size=14).map("".join)), st.integers(0, 40))
def test_what_is_whole_in_a_prefix_is_whole_in_all(text, place):
    data = text + "\n"
    cut, _, whole = split(data[:place])
    everything, _, _ = split(data)

    assert everything[: len(cut)] == cut
    assert whole.used <= len(data[:place].encode())


@given(st.lists(FIELDS, max_size=9).map("".join), st.sampled_from([0, 1, 50, 60, 61, 62, 63, 64, 126, 127, 128]))
def test_records_end_where_they_do_whatever_stands_before_them(text, before):
    closed = text + '"\n' if _open(text) else text + "\n"
    line = "b" * before + "\n" if before else ""

    cut, _, _ = split(line + closed)

    assert [record.strip("\r\n") for record in cut] == [raw.strip("\r\n") for raw, _ in records(line + closed)]


@given(HOSTILE)
def test_without_quotes_every_line_end_ends_a_record(text):
    cut, _, _ = split(text + "\n", quote="")

    assert [record.strip("\r\n") for record in cut] == [raw.strip("\r\n") for raw, _ in records(text + "\n", quote="")]


def _open(text):
    """Whether the last field's quote is still open at the end of the text."""
    *_, last = [fields for _, fields in records(text + "\x00")] or [[""]]
    *_, closed = [fields for _, fields in records(text + "\n\x00")] or [[""]]
    return len(last) > 0 and closed[-1].endswith("\n\x00")


@pytest.mark.parametrize(
    ("text", "begin", "record_count"),
    [
        ("", 0, 0),
        ("\n", 1, 0),
        ("\n\r\n\r\n", 5, 0),
        ("a\n\nb\n", 0, 2),
        (" \n", 0, 1),
        ('""\n', 0, 1),
        ("\r\ra\n", 2, 1),
    ],
)
def test_blank_lines_are_no_records(text, begin, record_count):
    _, left, whole = split(text)

    assert (whole.begin, len(whole.ends), left) == (begin, record_count, "")


def test_the_start_of_a_record_still_to_come_is_left():
    cut, left, _ = split('a,b\n"c\n')

    assert cut == ["a,b\n"]
    assert left == '"c\n'


def test_a_carriage_return_at_the_very_end_may_be_half_of_a_line_end():
    cut, left, _ = split("a\rb\r")

    assert cut == ["a\r"]
    assert left == "b\r"


def test_a_quote_inside_plain_text_means_nothing():
    assert split('5" pipe,a\n6" pipe,b\n')[0] == ['5" pipe,a\n', '6" pipe,b\n']


def test_a_thousand_stray_quotes_between_quoted_newlines():
    text = 'a"b,"c\nd"\n' * 1000

    assert len(split(text)[0]) == 1000
