import numpy as np
import pytest

from customer_analytics.core.synthesis.random_bits import TABLE, Stream, bits_of, draw, outcome, share_table


def splitmix64(seed, stream, ordinal):
    """The same hash in plain Python."""
    mask = 2**64 - 1

    def mixed(number):
        number = ((number ^ (number >> 30)) * 0xBF58476D1CE4E5B9) & mask
        number = ((number ^ (number >> 27)) * 0x94D049BB133111EB) & mask
        return number ^ (number >> 31)

    key = mixed((mixed(seed) + stream * 0x9E3779B97F4A7C15) & mask)
    return mixed((ordinal * 0x9E3779B97F4A7C15 + key) & mask)


def test_the_finaliser_is_that_of_splitmix64():
    """The first output of SplitMix64 seeded with 0, as published."""
    key = draw(0, 0, np.array([1]))

    assert splitmix64(0, 0, 1) == int(key[0]) == 0xE220A8397B1DCDAF


@pytest.mark.parametrize("seed", [0, 7, 2**63 - 1])
def test_a_draw_depends_on_seed_stream_and_ordinal_only(seed):
    ordinals = np.array([5, 0, 9_999_999_999, 5])

    drawn = draw(seed, Stream.BASKET, ordinals)

    assert drawn.tolist() == [splitmix64(seed, Stream.BASKET, ordinal) for ordinal in ordinals.tolist()]


def test_streams_do_not_repeat_one_another():
    ordinals = np.arange(1000)

    drawn = [set(draw(1, stream, ordinals).tolist()) for stream in range(80)]

    assert len(set.union(*drawn)) == 80_000


def test_bits_are_counted_from_the_lowest():
    assert bits_of(np.array([0b1011_0100], np.uint64), 2, 4).tolist() == [0b1101]


def test_an_outcome_has_the_share_of_its_rate():
    drawn = draw(3, 1, np.arange(200_000))

    shares = np.bincount(outcome(drawn, (0.1, 0.0, 0.3)), minlength=4) / 200_000

    assert np.abs(shares - [0.6, 0.1, 0.0, 0.3]).max() < 0.005


@pytest.mark.parametrize(("rates", "codes"), [((1.0,), {1}), ((0.0, 1.0), {2}), ((0.0,), {0}), ((), {0})])
def test_certain_and_impossible_outcomes_are_exactly_that(rates, codes):
    drawn = np.append(draw(3, 1, np.arange(1000)), np.array([0, 2**64 - 1], np.uint64))

    assert set(outcome(drawn, rates).tolist()) == codes


def test_a_share_table_gives_something_to_every_weight_but_zero():
    table = share_table([0, 1, 10**9, 0])

    assert len(table) == TABLE
    assert np.bincount(table, minlength=4).tolist() == [0, 1, TABLE - 1, 0]
