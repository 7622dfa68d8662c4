"""Text eight bytes at a time: a row's bytes as machine words, whose digits are checked and weighed all at once."""

import numpy as np

WORD = 8
"""Bytes of a word."""

_KEPT = np.array([(1 << (8 * kept)) - 1 for kept in range(WORD + 1)], np.uint64)
_ALL = np.uint64(0xFFFFFFFFFFFFFFFF)
_ZEROS = np.uint64(0x3030303030303030)


def word_view(offsets: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Every eight consecutive bytes of a column's buffer as one little-endian word.

    Returns:
        uint64; the word at ``i`` begins ``i - 8`` bytes after ``offsets[0]``, with zeros before the first row and after
        the last: a row that begins at ``start`` has its first word at ``start + 8 - offsets[0]``.
    """
    margin = np.zeros(WORD, np.uint8)
    padded = np.concatenate([margin, codes[offsets[0] : offsets[-1]], margin])
    return np.lib.stride_tricks.as_strided(padded[:WORD].view("<u8"), shape=(len(padded) - WORD + 1,), strides=(1,))


def words_at(view: np.ndarray, starts: np.ndarray, left: np.ndarray) -> np.ndarray:
    """The words that begin at ``starts``; bytes past the ``left`` ones of a row are 0.

    Args:
        view: As :func:`word_view` gives it.
        starts: Places in ``view``, one per row.
        left: Bytes that each row still has there; more than 8 counts as 8.
    """
    word = view[starts]
    if left.min(initial=WORD) < WORD:
        word &= _KEPT[np.minimum(left, WORD)]
    return word


def last_words(view: np.ndarray, stops: np.ndarray, size: np.ndarray) -> np.ndarray:
    """The words that end where rows end, with the digit 0 before a row's first byte.

    Args:
        view: As :func:`word_view` gives it.
        stops: Where each row ends, counted from ``offsets[0]``.
        size: Bytes of each row, at most 8.
    """
    foreign = _KEPT[WORD - size]
    return (view[stops] & (foreign ^ _ALL)) | (_ZEROS & foreign)


def has_shape(word: np.ndarray, shape: str) -> np.ndarray:
    """Whether each word has digits where ``shape`` has ``0`` and its other bytes, and 0 bytes past its end."""
    wanted = np.frombuffer(shape.ljust(WORD, "\0").encode(), np.uint8)
    digits = wanted == ord("0")
    high = np.where(digits, 0xF0, 0xFF).astype(np.uint8).view("<u8")
    bytes_wanted = np.where(digits, 0x30, wanted).astype(np.uint8).view("<u8")
    six = np.where(digits, 0x06, 0).astype(np.uint8).view("<u8")
    return ((word & high) == bytes_wanted) & (((word + six) & high) == bytes_wanted)


def digit_pairs(word: np.ndarray) -> np.ndarray:
    """In each byte the number that its digit and the next one spell; nonsense where they are no digits."""
    digits = word & np.uint64(0x0F0F0F0F0F0F0F0F)
    return digits * np.uint64(10) + (digits >> np.uint64(8))


def pair_at(pairs: np.ndarray, place: int) -> np.ndarray:
    """The number in one byte of each word; int64."""
    return ((pairs >> np.uint64(8 * place)) & np.uint64(0xFF)).view(np.int64)
