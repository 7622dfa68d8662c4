"""Compiled loops that hash text and regroup rows by partition."""

import numpy as np

from customer_analytics.core.compiled import compiled, inlined

_WORD_BYTES = 8
_LENGTH_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_MIX_FACTOR_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_FACTOR_2 = np.uint64(0x94D049BB133111EB)


@compiled
def hash_texts(offsets: np.ndarray, text_bytes: np.ndarray) -> np.ndarray:
    """Return a 64-bit hash of each text; different texts may have the same hash.

    Args:
        offsets: int32, shape ``(rows + 1,)``: text ``i`` is ``text_bytes[offsets[i]:offsets[i + 1]]``.
        text_bytes: uint8, the UTF-8 bytes of all texts.

    Returns:
        uint64, shape ``(rows,)``.
    """
    hashes = np.empty(len(offsets) - 1, np.uint64)
    for row in range(len(hashes)):
        hashes[row] = _hash_bytes(text_bytes, offsets[row], offsets[row + 1])
    return hashes


@inlined
def _hash_bytes(text_bytes: np.ndarray, start: int, stop: int) -> np.uint64:
    """Return a 64-bit hash of ``text_bytes[start:stop]``.

    The loop reads eight bytes at a time as one integer. The last integer is made of the last eight bytes, so it may
    overlap the one before it. If there are fewer than eight bytes, they make one integer.
    """
    state = np.uint64(stop - start) * _LENGTH_FACTOR
    if stop - start < _WORD_BYTES:
        word = np.uint64(0)
        for index in range(start, stop):
            word = (word << np.uint64(8)) | np.uint64(text_bytes[index])
        return mix_bits(state ^ word)
    for index in range(start, stop - _WORD_BYTES, _WORD_BYTES):
        state = mix_bits(state ^ _word_at(text_bytes, np.uint64(index)))
    return mix_bits(state ^ _word_at(text_bytes, np.uint64(stop - _WORD_BYTES)))


@inlined
def _word_at(text_bytes: np.ndarray, start: np.uint64) -> np.uint64:
    """Return the eight bytes from ``start`` on as one little-endian integer."""
    word = np.uint64(0)
    # Indices are unsigned: Numba checks each signed index for a negative value.
    for byte in range(_WORD_BYTES):
        word |= np.uint64(text_bytes[start + np.uint64(byte)]) << np.uint64(8 * byte)
    return word


@inlined
def mix_bits(number: np.uint64) -> np.uint64:
    """Mix the bits of a number: each bit of the result depends on all bits. Different numbers have different results.

    Source: the finaliser of SplitMix64 (Steele, Lea and Flood 2014).
    """
    number = (number ^ (number >> np.uint64(30))) * _MIX_FACTOR_1
    number = (number ^ (number >> np.uint64(27))) * _MIX_FACTOR_2
    return number ^ (number >> np.uint64(31))


@compiled
def positions_by_partition(partitions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Sort rows by partition and return the new position of each row; rows of the same partition keep their order.

    Args:
        partitions: Partition of each row; uint16.

    Returns:
        A pair: the new position of each row (int32); and ``bounds`` (int64). The rows of partition ``p`` get the
        positions from ``bounds[p]`` to ``bounds[p + 1] - 1``. The last ``p`` is the largest value in ``partitions``.
    """
    highest = int(partitions.max()) if len(partitions) else -1
    bounds = np.zeros(highest + 2, np.int64)
    for partition in partitions:
        bounds[partition + 1] += 1
    bounds = np.cumsum(bounds)
    next_position, positions = bounds.copy(), np.empty(len(partitions), np.int32)
    for row in range(len(partitions)):
        positions[row] = next_position[partitions[row]]
        next_position[partitions[row]] += 1
    return positions, bounds


@compiled
def scatter_rows(positions: np.ndarray, column: np.ndarray, scattered: np.ndarray) -> None:
    """Copy a column into ``scattered`` in another order: row ``i`` goes to ``scattered[positions[i]]``."""
    for row in range(len(positions)):
        scattered[positions[row]] = column[row]
