import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from customer_analytics.core.lanes import find_byte, find_byte_or_below

TEXTS = st.binary(max_size=100) | st.text("ab,\n\x7f\x80\xff", max_size=100).map(lambda text: text.encode("latin-1"))


def codes_of(data):
    return np.frombuffer(data, np.uint8)


@given(TEXTS, st.data())
def test_a_byte_is_found_where_bytes_find_it(data, draw):
    start = draw.draw(st.integers(0, len(data)))
    stop = draw.draw(st.integers(start, len(data)))
    code = draw.draw(st.integers(0, 255))

    found = find_byte(codes_of(data), start, stop, code)

    place = data.find(bytes([code]), start, stop)
    assert found == (stop if place < 0 else place)


@given(TEXTS, st.data())
def test_a_small_byte_or_one_of_a_kind_is_found_where_a_loop_finds_it(data, draw):
    start = draw.draw(st.integers(0, len(data)))
    bound = draw.draw(st.integers(0, 255))
    code = draw.draw(st.one_of(st.sampled_from([*data, 0]), st.integers(0, 255)))

    found = find_byte_or_below(codes_of(data), start, code, bound)

    fits = (place for place in range(start, len(data)) if data[place] < bound or data[place] == code)
    assert found == next(fits, len(data))
