"""Bytes of text in compiled loops: compared and keyed as machine words, copied as vectors."""

import numpy as np

from customer_analytics.core.arrow.lanes import COPIED, copy_lanes
from customer_analytics.core.compiled import inlined

WORD = 8
"""Bytes of a word."""

_STEP = np.uint64(0x9E3779B97F4A7C15)
HIGHS = np.uint64(0x8080808080808080)
"""The highest bit of each byte."""

ALL = np.uint64(0xFFFFFFFFFFFFFFFF)
"""Every bit of a word; shifted down, the mask of its first bytes."""


@inlined
def word_at(codes: np.ndarray, start: int) -> np.uint64:
    """Eight bytes as one little-endian word; the compiler makes one load of it."""
    at = np.uint64(start)
    word = np.uint64(codes[at])
    word |= np.uint64(codes[at + np.uint64(1)]) << np.uint64(8)
    word |= np.uint64(codes[at + np.uint64(2)]) << np.uint64(16)
    word |= np.uint64(codes[at + np.uint64(3)]) << np.uint64(24)
    word |= np.uint64(codes[at + np.uint64(4)]) << np.uint64(32)
    word |= np.uint64(codes[at + np.uint64(5)]) << np.uint64(40)
    word |= np.uint64(codes[at + np.uint64(6)]) << np.uint64(48)
    return word | np.uint64(codes[at + np.uint64(7)]) << np.uint64(56)


ZEROS = np.uint64(0x3030303030303030)
"""Eight digits, all of them nought; a digit's number is what it differs from one in."""

_NINES_LIMIT = np.uint64(0x7676767676767676)
"""Added to numbers from 0 to 9 in each byte, it stays below 128; added to larger ones it does not."""


@inlined
def last_bytes(codes: np.ndarray, stop: int, size: int) -> np.uint64:
    """One to eight bytes that end at ``stop``, which is at least 8, as the last ones of a word of digits."""
    keep = ALL << np.uint64(8 * (WORD - size))
    return (word_at(codes, stop - WORD) & keep) | (ZEROS & ~keep)


@inlined
def eight_digits(word: np.uint64) -> np.int64:
    """The number that eight ASCII digits spell, the first of them in the lowest byte; -1 if one is none.

    Neighbours are put together, then pairs, then fours, in all of the word at once (Lemire 2021, "Number parsing at a
    gigabyte per second").
    """
    digits = word ^ ZEROS
    if ((digits + _NINES_LIMIT) | digits) & HIGHS:
        return np.int64(-1)
    pairs = (digits * np.uint64(10) + (digits >> np.uint64(8))) & np.uint64(0x00FF00FF00FF00FF)
    fours = (pairs * np.uint64(100) + (pairs >> np.uint64(16))) & np.uint64(0x0000FFFF0000FFFF)
    return np.int64((fours * np.uint64(10_000) + (fours >> np.uint64(32))) & np.uint64(0xFFFFFFFF))


@inlined
def text_key(codes: np.ndarray, start: int, end: int) -> np.uint64:
    """A 64-bit key of the bytes from ``start`` to ``end``; equal texts have equal keys, and few others do.

    What is left behind the last whole word is read as the word that ends the text: some of its bytes were read before.
    """
    key, size = np.uint64(end - start), end - start
    while end - start >= WORD:
        key = _stirred(key ^ word_at(codes, start))
        start += WORD
    if start == end:
        return key
    if size >= WORD:
        return _stirred(key ^ word_at(codes, end - WORD))
    rest = np.uint64(0)
    while start < end:
        rest = (rest << np.uint64(8)) | codes[start]
        start += 1
    return _stirred(key ^ rest)


@inlined
def _stirred(key: np.uint64) -> np.uint64:
    key *= _STEP
    return key ^ (key >> np.uint64(32))


@inlined
def two_words(codes: np.ndarray, start: int, size: int) -> tuple[np.uint64, np.uint64]:
    """Up to sixteen bytes as two words, which with their count tell them from all others.

    Args:
        codes: At least sixteen bytes from ``start`` on.
        start: Where they begin.
        size: How many they are.
    """
    head, tail = word_at(codes, start), word_at(codes, start + WORD)
    if size > WORD:
        return head, tail & (ALL >> np.uint64(8 * (2 * WORD - size)))
    return head & (ALL >> np.uint64(8 * (WORD - size)) if size > 0 else np.uint64(0)), np.uint64(0)


@inlined
def word_and_three(codes: np.ndarray, start: int, size: int) -> tuple[np.uint64, np.uint64]:
    """Of 17 to 32 bytes the first word, and one that mixes the second and the last two."""
    stop = start + size
    tail = (word_at(codes, start + WORD) * _STEP) ^ word_at(codes, stop - 2 * WORD)
    return word_at(codes, start), (tail * _STEP) ^ word_at(codes, stop - WORD)


@inlined
def word_and_key(codes: np.ndarray, start: int, size: int) -> tuple[np.uint64, np.uint64]:
    """What :func:`two_words` gives where no sixteen bytes follow; of more than that, the first word and a key."""
    if size > 2 * WORD:
        return word_at(codes, start), text_key(codes, start + WORD, start + size)
    head, tail = np.uint64(0), np.uint64(0)
    for place in range(size):
        if place < WORD:
            head |= np.uint64(codes[start + place]) << np.uint64(8 * place)
        else:
            tail |= np.uint64(codes[start + place]) << np.uint64(8 * (place - WORD))
    return head, tail


@inlined
def words_of(codes: np.ndarray, start: int, size: int) -> tuple[np.uint64, np.uint64]:
    """Two words that every byte of a text is in; up to sixteen bytes tell it, with their count, from all others."""
    if size <= 2 * WORD and start + 2 * WORD <= len(codes):
        return two_words(codes, start, size)
    if 2 * WORD < size <= 4 * WORD:
        return word_and_three(codes, start, size)
    return word_and_key(codes, start, size)


@inlined
def copy_text(codes: np.ndarray, start: int, end: int, body: np.ndarray, place: int) -> None:
    """Put the bytes from ``start`` to ``end`` into ``body`` from ``place`` on.

    Args:
        codes: Where the text is.
        start: Its first byte.
        end: Just past its last one.
        body: With room for ``COPIED`` bytes behind the text, which then mean nothing.
        place: Where the text goes.
    """
    while start < end and start + COPIED <= len(codes):
        copy_lanes(codes, start, body, place)  # type: ignore[call-arg]
        place, start = place + COPIED, start + COPIED
    while start < end:
        body[place] = codes[start]
        place, start = place + 1, start + 1


@inlined
def same_text(codes: np.ndarray, other: int, start: int, size: int) -> bool:
    """Whether the ``size`` bytes from ``other`` on are those from ``start`` on.

    They are a word or more: the last word is compared whole, though some of its bytes were before.
    """
    last = size - WORD
    for place in range(0, last, WORD):
        if word_at(codes, other + place) != word_at(codes, start + place):
            return False
    return bool(word_at(codes, other + last) == word_at(codes, start + last))
