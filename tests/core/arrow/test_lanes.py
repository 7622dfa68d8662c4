"""Bytes sought by vectors, against plain loops: in every lane, and behind the last whole vector."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customer_analytics.core.arrow.lanes import LANES, find_byte, flags_from

SIZE = 2 * LANES + 7


def codes_of(data):
    return np.frombuffer(data, np.uint8)


def found_by_a_loop(data, start, code):
    return next((at for at in range(start, len(data)) if data[at] == code), len(data))


def flagged_by_a_loop(data, start, code, bound):
    return sum(1 << place for place, byte in enumerate(data[start : start + LANES]) if byte == code or byte < bound)


@pytest.mark.parametrize("start", [0, 1, 5, LANES - 1, LANES, SIZE - LANES, SIZE - 1])
def test_a_byte_is_found_in_every_lane_and_not_at_the_stop_or_behind_it(start):
    for place in range(SIZE):
        codes = codes_of(b"m" * place + b"," + b"m" * (SIZE - place - 1))
        for stop in {start, min(start + 3, SIZE), max(start, place), max(start, place + 1), SIZE}:
            expected = place if start <= place < stop else stop
            assert find_byte(codes, start, stop, ord(",")) == expected


@pytest.mark.parametrize("byte", [0, 9, 10, 13, 14, 34, 127, 128, 255])
@pytest.mark.parametrize("bound", [0, 1, 10, 14, 128, 255])
def test_a_small_byte_has_a_flag_in_every_lane(byte, bound):
    for place in range(SIZE):
        data = b"\xff" * place + bytes([byte]) + b"\xff" * (SIZE - place - 1)
        for start in (0, LANES, SIZE - LANES, SIZE - LANES + 1):
            for code in (34, byte):
                assert flags_from(codes_of(data), start, code, bound) == flagged_by_a_loop(data, start, code, bound)


@settings(max_examples=200)
@given(st.text("ab,\n\x7f\x80\xff", max_size=150).map(lambda text: text.encode("latin-1")), st.data())
def test_bytes_are_found_where_loops_find_them(data, draw):
    start = draw.draw(st.integers(0, len(data)))
    stop = draw.draw(st.integers(start, len(data)))
    code = draw.draw(st.sampled_from(b"ab,\n\x7f\x80\xffx"))
    bound = draw.draw(st.sampled_from([0, 10, 14, ord("b"), 0x7F, 0x80, 0x81, 0xFF]))

    assert find_byte(codes_of(data), start, stop, code) == found_by_a_loop(data[:stop], start, code)
    assert flags_from(codes_of(data), start, code, bound) == flagged_by_a_loop(data, start, code, bound)
