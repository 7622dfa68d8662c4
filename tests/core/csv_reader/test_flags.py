"""Flags of 128 bytes in two words, against whole numbers of as many bits."""

from itertools import accumulate, pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_analytics.core.csv_reader.flags import (
    FLAGGED,
    any_of,
    both,
    count_of,
    first_of,
    flags_of,
    just_behind,
    odd_so_far,
    without,
)

WORD, EVERYTHING = 1 << 64, (1 << FLAGGED) - 1
SINGLE = [1 << place for place in range(FLAGGED)]
MIXED = [int.from_bytes(draw, "little") for draw in np.random.default_rng(7).integers(0, 256, (50, 16), np.uint8)]
NUMBERS = [0, EVERYTHING, *SINGLE, *(EVERYTHING ^ one for one in SINGLE), *MIXED]


def flags(number):
    return np.uint64(number % WORD), np.uint64(number // WORD)


def number_of(flagged):
    low, high = map(int, flagged)
    return low + WORD * high


def test_flags_are_the_bits_of_a_number():
    for one, other in pairwise(NUMBERS):
        assert number_of(both(flags(one), flags(other))) == one & other
        assert number_of(without(flags(one), flags(other))) == one & ~other
        assert any_of(flags(one)) == (one != 0)
        assert count_of(flags(one)) == one.bit_count()


def test_odd_so_far_counts_the_flags_up_to_each_byte():
    for number in NUMBERS:
        counts = list(accumulate(number >> place & 1 for place in range(FLAGGED)))

        assert number_of(odd_so_far(flags(number))) == sum(count % 2 << place for place, count in enumerate(counts))


@pytest.mark.parametrize("before", [0, 1])
def test_just_behind_moves_every_flag_by_one_byte(before):
    for number in NUMBERS:
        assert number_of(just_behind(flags(number), before)) == (number << 1 | before) & EVERYTHING


def test_the_first_ones_are_those_of_so_many_bytes():
    for size in range(1, FLAGGED + 1):
        assert number_of(first_of(flags(EVERYTHING), size)) == (1 << size) - 1


@given(st.lists(st.sampled_from(b"a,\xff"), min_size=FLAGGED, max_size=FLAGGED + 5), st.integers(1, FLAGGED), st.data())
def test_bytes_have_flags_as_far_as_they_are_asked_for(codes, size, draw):
    start = draw.draw(st.integers(0, len(codes) - FLAGGED))

    found = flags_of(np.array(codes, np.uint8), start, size, ord(","))

    assert number_of(found) == sum(1 << place for place in range(size) if codes[start + place] == ord(","))
