"""Compiled loops over the bytes of text columns and over dictionary codes.

A text column is a pair of arrays: ``codes`` (uint8), the bytes of all rows, and ``offsets`` (int32, shape
``(rows + 1,)``): row ``i`` is ``codes[offsets[i]:offsets[i + 1]]``.
"""

import numpy as np

from customer_analytics.core.compiled import compiled, inlined

_IS_WHITE_SPACE = np.zeros(256, bool)
_IS_WHITE_SPACE[list(b"\t\n\v\f\r ")] = True


@inlined
def copy_bytes(codes: np.ndarray, start: int, stop: int, body: np.ndarray, index: int) -> int:
    """Copy ``codes[start:stop]`` to ``body`` at ``index``; return the index after the copy."""
    source = codes[start:stop]
    target = body[index : index + len(source)]
    for byte in range(len(source)):  # slices let the compiler copy in blocks
        target[byte] = source[byte]
    return index + len(source)


@inlined
def strip_bounds(codes: np.ndarray, start: int, stop: int) -> tuple[int, int]:
    """Return start and stop of a text without the ASCII white space at its ends."""
    while start < stop and _IS_WHITE_SPACE[codes[start]]:
        start += 1
    while stop > start and _IS_WHITE_SPACE[codes[stop - 1]]:
        stop -= 1
    return start, stop


@compiled
def has_padding(codes: np.ndarray, offsets: np.ndarray) -> bool:
    """Return whether any row begins or ends with ASCII white space."""
    for row in range(len(offsets) - 1):
        start, stop = offsets[row], offsets[row + 1]
        if start < stop and (_IS_WHITE_SPACE[codes[start]] or _IS_WHITE_SPACE[codes[stop - 1]]):
            return True
    return False


@compiled
def strip_rows(codes: np.ndarray, offsets: np.ndarray, stripped_offsets: np.ndarray) -> np.ndarray:
    """Return the bytes of the stripped rows and fill ``stripped_offsets``."""
    body, index = np.empty(offsets[-1] - offsets[0], np.uint8), 0
    for row in range(len(offsets) - 1):
        stripped_offsets[row] = index
        start, stop = strip_bounds(codes, offsets[row], offsets[row + 1])
        index = copy_bytes(codes, start, stop, body, index)
    stripped_offsets[-1] = index
    return body[:index]


@compiled
def take_rows(codes: np.ndarray, offsets: np.ndarray, rows: np.ndarray, taken_offsets: np.ndarray) -> np.ndarray:
    """Return the bytes of ``rows`` (int64, in any order) and fill ``taken_offsets``."""
    size = 0
    for index in range(len(rows)):
        taken_offsets[index] = size
        size += offsets[rows[index] + 1] - offsets[rows[index]]
    taken_offsets[len(rows)] = size
    body = np.empty(size, np.uint8)
    for index in range(len(rows)):
        copy_bytes(codes, offsets[rows[index]], offsets[rows[index] + 1], body, taken_offsets[index])
    return body


@compiled
def occurring(codes: np.ndarray, size: int) -> tuple[np.ndarray, bool]:
    """Return whether each code below ``size`` occurs (bool, shape ``(size,)``), and whether -1, a null, occurs."""
    occurs = np.zeros(size + 1, np.bool_)
    for code in codes:
        occurs[code] = True
    return occurs[:size], occurs[size]
