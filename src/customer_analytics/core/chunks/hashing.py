"""64-bit keys of text: equal texts have equal keys, so that copies meet in one bucket."""

import numpy as np
import pyarrow as pa

from customer_analytics.core.arrow.text import layout
from customer_analytics.core.arrow.words import text_key
from customer_analytics.core.compiled import compiled, inlined

_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)


def text_hashes(text: pa.StringArray) -> np.ndarray:
    """A key for each text; a key is no proof: different texts can share one.

    Returns:
        uint64, shape ``(rows,)``; nulls share the key of the empty text.
    """
    return _keys(*layout(text))


def partition_of_hashes(keys: np.ndarray, bits: int = 8) -> np.ndarray:
    """The bucket of each key (uint16): its highest ``bits``; 256 buckets hold 400,000 of 100 M rows each."""
    return (keys >> np.uint64(64 - bits)).astype(np.uint16)


@compiled
def shared(keys: np.ndarray) -> np.ndarray:
    """Which keys another row has too; bool.

    Each key looks for a place in a table twice as long as the keys, from the one that its lowest bits name, and finds
    the first row that has the same key, or a free place.
    """
    places = 1
    while places < 2 * len(keys):
        places *= 2
    first = np.full(places, -1, np.int64)
    found = np.zeros(len(keys), np.bool_)
    for row in range(len(keys)):
        place = np.int64(keys[row] & np.uint64(places - 1))
        while first[place] >= 0 and keys[first[place]] != keys[row]:
            place = (place + 1) & (places - 1)
        if first[place] < 0:
            first[place] = row
        else:
            found[row] = found[first[place]] = True
    return found


@inlined
def mix(number: np.uint64) -> np.uint64:
    """A bijection of uint64 whose every output bit depends on every input bit.

    Source: the finaliser of SplitMix64 (Steele, Lea and Flood 2014).
    """
    number = (number ^ (number >> np.uint64(30))) * _FIRST
    number = (number ^ (number >> np.uint64(27))) * _SECOND
    return number ^ (number >> np.uint64(31))


@compiled
def _keys(offsets: np.ndarray, codes: np.ndarray) -> np.ndarray:
    keys = np.empty(len(offsets) - 1, np.uint64)
    for row in range(len(keys)):
        keys[row] = mix(text_key(codes, offsets[row], offsets[row + 1]))
    return keys
