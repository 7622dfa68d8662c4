"""64-bit keys of text: equal texts have equal keys, so that copies meet in one bucket."""

import numpy as np
import pyarrow as pa

from customer_analytics.core.text import layout
from customer_analytics.core.words import WORD, word_view, words_at

_STEP = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)


def mix(number: np.ndarray) -> np.ndarray:
    """A bijection of uint64 whose every output bit depends on every input bit.

    Source: the finaliser of SplitMix64 (Steele, Lea and Flood 2014).
    """
    number = (number ^ (number >> np.uint64(30))) * _FIRST
    number = (number ^ (number >> np.uint64(27))) * _SECOND
    return number ^ (number >> np.uint64(31))


def text_keys(text: pa.StringArray) -> np.ndarray:
    """A key for each text; a key is no proof: different texts can share one.

    Returns:
        uint64, shape ``(rows,)``; nulls share the key of the empty text.
    """
    offsets, codes = layout(text)
    size = np.diff(offsets)
    key = size.astype(np.uint64) + _STEP
    view = word_view(offsets, codes)
    rows: slice | np.ndarray = slice(None)
    starts, place = offsets[:-1].astype(np.int64) + WORD - offsets[0], 0
    while len(left := size[rows] - place):
        if not (left > 0).all():
            rows = np.flatnonzero(size > place)
            continue
        folded = (key[rows] ^ words_at(view, starts[rows] + place, left)) * _STEP
        key[rows] = folded ^ (folded >> np.uint64(32))
        place += WORD
    return mix(key)


def bucket_of_keys(keys: np.ndarray, bits: int = 8) -> np.ndarray:
    """The bucket of each key (uint16): its highest ``bits``; 256 buckets hold 400,000 of 100 M rows each."""
    return (keys >> np.uint64(64 - bits)).astype(np.uint16)
