"""Time stamps from text, against Python's calendar."""

from datetime import date, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import oracle
from tests.hostile import DATES

from customer_analytics.core.parsing.timestamps import parse_timestamps

NAIVE = st.datetimes()


def parse(texts, formats=()):
    timestamps, is_timestamp = parse_timestamps(pa.array(texts, pa.string()), formats)
    assert np.array_equal(np.isnat(timestamps), ~is_timestamp)
    return [value.item() if is_real else None for value, is_real in zip(timestamps, is_timestamp, strict=True)]


def expected(texts, formats=()):
    return [oracle.judge_date(text, oracle.Rules(date_formats=formats))[0] for text in texts]


def stripped(texts):
    return [text.strip(oracle.WHITE) for text in texts]


@given(st.lists(NAIVE, max_size=10), st.sampled_from([" ", "T"]))
def test_every_timestamp_of_the_calendar_is_read_in_every_shape(timestamps, separator):
    for spec in ("minutes", "seconds", "microseconds"):
        texts = [timestamp.isoformat(separator, spec) for timestamp in timestamps]

        assert parse(texts) == [datetime.fromisoformat(text) for text in texts]
    assert parse([f"{timestamp.date()}" for timestamp in timestamps]) == [
        datetime.combine(timestamp.date(), datetime.min.time()) for timestamp in timestamps
    ]


def test_every_day_of_four_hundred_years_is_real_and_the_days_between_them_are_not():
    days = [date(1900, 1, 1) + timedelta(number) for number in range(146_097)]

    assert parse([f"{day}" for day in days]) == [datetime.combine(day, datetime.min.time()) for day in days]


def test_every_month_ends_where_the_calendar_says():
    texts = [
        f"{year}-{month:02}-{day:02}"
        for year in (1, 1900, 2000, 2023, 2024, 9999)
        for month in range(14)
        for day in range(33)
    ]
    texts = [text.zfill(10) for text in texts]

    assert parse(texts) == expected(texts)


@given(st.lists(st.text("0123456789-T: .x/\u0661", min_size=8, max_size=28), max_size=20))
def test_text_like_a_date_is_parsed_as_by_the_oracle(texts):
    texts = stripped(texts)

    assert parse(texts) == expected(texts)


@given(st.sampled_from(["2024-01-31", "2024-01-31 23:59", "2024-01-31T23:59:58", "2024-01-31 23:59:58.125"]), st.data())
def test_a_date_with_one_character_changed_is_parsed_as_by_the_oracle(text, data):
    index = data.draw(st.integers(0, len(text) - 1))
    texts = stripped(text[:index] + chr(code) + text[index + 1 :] for code in range(256))

    assert parse(texts) == expected(texts)


@given(
    st.lists(
        st.sampled_from(["2024-01-31", "2024-01-30", "2024-02-31", "2023-01-31", "2024-01-3x", "2024x01-31", ""]),
        max_size=12,
    ),
    st.sampled_from(["", " 10:00", " 10:00:59", " 24:00:00", " 10:60:00", " 10:00:60", "x10:00:00", " 10:00:0", " 1"]),
)
def test_a_day_does_not_depend_on_the_days_before_it(days, clock):
    texts = [f"{day}{clock}" for day in days]

    assert parse(texts) == expected(texts)


@pytest.mark.parametrize(
    "formats", [(), ("%d.%m.%Y", "%m/%d/%Y"), ("%m/%d/%Y", "%d.%m.%Y"), ("%Y%m%d",), ("%d.%m.%y %H:%M",)]
)
def test_nasty_dates_are_parsed_as_by_the_oracle_under_any_formats(formats):
    texts = stripped([*DATES, "31.01.2024", "1.2.2024", "31.01.2024", "01/02/2024", "20240131", "29.02.23 10:00", ""])

    assert parse(texts, formats) == expected(texts, formats)


def test_a_date_does_not_depend_on_its_neighbours():
    texts = stripped(DATES)
    alone = [parse([text])[0] for text in texts]

    assert parse(texts) == alone
    array = pa.array(["2024-01-01", *texts, "x"]).slice(1, len(texts))
    assert [value.item() for value in parse_timestamps(array)[0]] == alone


def test_no_text_is_no_date():
    assert parse([]) == []
    assert parse([], ["%Y"]) == []


def test_the_first_format_that_fits_decides():
    assert parse(["01/02/2024"], ["%d/%m/%Y", "%m/%d/%Y"]) == [datetime(2024, 2, 1)]  # noqa: DTZ001  no zones
