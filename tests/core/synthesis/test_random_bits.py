import numpy as np
import pytest

from customer_analytics.core.synthesis.random_bits import (
    TABLE_SIZE,
    Stream,
    choose_outcome,
    draw,
    make_share_table,
    take_bits,
)


def splitmix64(seed, stream, number):
    """Compute the hash in plain Python."""
    mask = 2**64 - 1

    def mix(word):
        word = ((word ^ (word >> 30)) * 0xBF58476D1CE4E5B9) & mask
        word = ((word ^ (word >> 27)) * 0x94D049BB133111EB) & mask
        return word ^ (word >> 31)

    key = mix((mix(seed) + stream * 0x9E3779B97F4A7C15) & mask)
    return mix((number * 0x9E3779B97F4A7C15 + key) & mask)


def test_the_hash_is_that_of_splitmix64():
    """The first output of SplitMix64 seeded with 0, as published."""
    bits = draw(0, 0, np.array([1]))

    assert splitmix64(0, 0, 1) == int(bits[0]) == 0xE220A8397B1DCDAF


@pytest.mark.parametrize("seed", [0, 7, 2**63 - 1])
def test_random_bits_depend_only_on_seed_stream_and_number(seed):
    numbers = np.array([5, 0, 9_999_999_999, 5])

    bits = draw(seed, Stream.BASKET, numbers)

    assert bits.tolist() == [splitmix64(seed, Stream.BASKET, number) for number in numbers.tolist()]


def test_different_streams_have_different_bits():
    numbers = np.arange(1000)

    bits = [set(draw(1, stream, numbers).tolist()) for stream in range(80)]

    assert len(set.union(*bits)) == 80_000


def test_bit_0_is_the_lowest():
    assert take_bits(np.array([0b1011_0100], np.uint64), 2, 4).tolist() == [0b1101]


def test_an_outcome_has_the_share_of_its_rate():
    bits = draw(3, 1, np.arange(200_000))

    shares = np.bincount(choose_outcome(bits, (0.1, 0.0, 0.3)), minlength=4) / 200_000

    assert np.abs(shares - [0.6, 0.1, 0.0, 0.3]).max() < 0.005


@pytest.mark.parametrize(("rates", "codes"), [((1.0,), {1}), ((0.0, 1.0), {2}), ((0.0,), {0}), ((), {0})])
def test_an_outcome_with_rate_1_always_occurs_and_one_with_rate_0_never(rates, codes):
    bits = np.append(draw(3, 1, np.arange(1000)), np.array([0, 2**64 - 1], np.uint64))

    assert set(choose_outcome(bits, rates).tolist()) == codes


def test_a_share_table_has_an_entry_for_every_positive_weight():
    table = make_share_table([0, 1, 10**9, 0])

    assert len(table) == TABLE_SIZE
    assert np.bincount(table, minlength=4).tolist() == [0, 1, TABLE_SIZE - 1, 0]
