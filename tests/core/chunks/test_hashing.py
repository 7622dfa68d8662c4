"""Hashes of text: equal texts have equal hashes, and a hash depends on its text alone."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_analytics.core.chunks._kernels import mix_bits
from customer_analytics.core.chunks.hashing import partition_of_hashes, text_hashes

TEXTS = st.lists(st.text(max_size=40), max_size=12)
LENGTHS = range(34)
"""Lengths around the multiples of eight bytes, which are hashed at once."""


def hash_set(texts):
    return set(text_hashes(pa.array(texts, pa.string())).tolist())


@given(TEXTS)
def test_equal_texts_have_equal_hashes(texts):
    hashes = text_hashes(pa.array(texts, pa.string())).tolist()

    assert [hashes[texts.index(text)] for text in texts] == hashes


def test_realistic_ids_have_no_collisions():
    numbers = range(100_000)
    ids = [
        *(f"id-{number}" for number in numbers),
        *(f"{number:020d}" for number in numbers),
        *(f"2024-{number % 12:02d}/shop-{number % 7}/{number}" for number in numbers),
        *(f"{number * 0x9E3779B97F4A7C15F39CC0605CEDC835 % 2**128:032x}" for number in numbers),
    ]

    assert len(hash_set(ids)) == len(set(ids))


@given(TEXTS, TEXTS, st.integers(0, 5))
def test_a_hash_does_not_depend_on_the_neighbouring_rows(before, after, skipped):
    texts = ["id-1", "x" * 8, "x" * 16, "", "\u00e9", "x" * 17]
    hashes = [int(text_hashes(pa.array([text]))[0]) for text in texts]
    array = pa.array([*before, *texts, *after], pa.string()).slice(len(before))

    assert text_hashes(array)[: len(texts)].tolist() == hashes
    assert text_hashes(array.slice(skipped))[: len(texts) - skipped].tolist() == hashes[skipped:]


def test_no_texts_have_no_hashes():
    assert text_hashes(pa.array([], pa.string())).tolist() == []


def test_nulls_have_the_hash_of_the_empty_text():
    null_hash, empty_hash, letter_hash = text_hashes(pa.array([None, "", "a"])).tolist()

    assert null_hash == empty_hash != letter_hash


def test_texts_that_differ_only_by_zero_bytes_have_different_hashes():
    texts = ["a", "a\0", "a\0\0", "\x01", *("\0" * length for length in LENGTHS)]

    assert len(hash_set(texts)) == len(texts)


@given(st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=50, unique=True))
def test_mixing_bits_maps_different_numbers_to_different_numbers(numbers):
    mixed = mix_bits(np.array(numbers, np.uint64))

    assert len(set(mixed.tolist())) == len(numbers)


def test_serial_ids_fill_all_partitions_about_evenly():
    hashes = text_hashes(pa.array([f"id-{number}" for number in range(25_600)]))

    row_counts = np.bincount(partition_of_hashes(hashes), minlength=256)

    assert len(row_counts) == 256
    assert 50 < row_counts.min() < row_counts.max() < 160


@pytest.mark.parametrize("length", LENGTHS)
def test_every_byte_of_a_text_changes_its_hash(length):
    texts = ["x" * length, *("x" * index + "y" + "x" * (length - index - 1) for index in range(length))]

    assert len(hash_set(texts)) == length + 1
