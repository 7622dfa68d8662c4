"""Keys: equal texts meet, and a key depends on nothing but its text."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_analytics.core.chunks.hashing import mix, partition_of_hashes, shared, text_hashes

TEXTS = st.lists(st.text(max_size=40), max_size=12)


@given(TEXTS)
def test_equal_texts_have_equal_keys_and_others_do_not(texts):
    keys = text_hashes(pa.array(texts, pa.string())).tolist()

    assert len(set(keys)) == len(set(texts))
    assert [keys[texts.index(text)] for text in texts] == keys


@given(TEXTS, TEXTS, st.integers(0, 5))
def test_a_key_does_not_depend_on_its_neighbours(before, after, skipped):
    texts = ["id-1", "x" * 8, "x" * 16, "", "\u00e9", "x" * 17]
    alone = [int(text_hashes(pa.array([text]))[0]) for text in texts]
    among = pa.array([*before, *texts, *after], pa.string()).slice(len(before))

    assert text_hashes(among)[: len(texts)].tolist() == alone
    assert text_hashes(among.slice(skipped))[: len(texts) - skipped].tolist() == alone[skipped:]


def test_no_text_has_no_key():
    assert text_hashes(pa.array([], pa.string())).tolist() == []


def test_nulls_share_the_key_of_the_empty_text():
    null, empty, other = text_hashes(pa.array([None, "", "a"])).tolist()

    assert null == empty != other


def test_a_zero_byte_more_is_another_text():
    texts = ["a", "a\0", "a\0\0", "\0" * 8, "\0" * 7, ""]

    assert len(set(text_hashes(pa.array(texts)).tolist())) == len(texts)


@given(st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=50, unique=True))
def test_mixing_loses_nothing(numbers):
    mixed = mix(np.array(numbers, np.uint64))

    assert len(set(mixed.tolist())) == len(numbers)


def test_every_bucket_gets_its_share_of_serial_ids():
    keys = text_hashes(pa.array([f"id-{number}" for number in range(25_600)]))

    counts = np.bincount(partition_of_hashes(keys), minlength=256)

    assert len(counts) == 256
    assert 50 < counts.min() < counts.max() < 160


@pytest.mark.parametrize("size", range(1, 34))
def test_every_byte_of_a_text_of_any_length_around_words_counts(size):
    texts = ["x" * size, *("x" * place + "y" + "x" * (size - place - 1) for place in range(size))]

    assert len(set(text_hashes(pa.array(texts)).tolist())) == size + 1


@given(st.lists(st.sampled_from([0, 1, 2, 2**63, 2**64 - 1, 64, 128, 192]) | st.integers(0, 2**64 - 1), max_size=80))
def test_shared_keys_are_those_that_two_rows_have(keys):
    found = shared(np.array(keys, np.uint64)).tolist()

    assert found == [keys.count(key) > 1 for key in keys]
