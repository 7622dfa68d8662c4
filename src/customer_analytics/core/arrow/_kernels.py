"""Compiled loops over the bytes of text columns and over dictionary codes.

A text column is a pair of arrays: ``text_bytes`` (uint8), the bytes of all rows, and ``offsets`` (int32, shape
``(rows + 1,)``). The text of row ``i`` is ``text_bytes[offsets[i]:offsets[i + 1]]``.
"""

import numpy as np

from customer_analytics.core.compiled import compiled, inlined

_IS_WHITE_SPACE = np.zeros(256, bool)
_IS_WHITE_SPACE[list(b"\t\n\v\f\r ")] = True


@inlined
def copy_bytes(text_bytes: np.ndarray, start: int, stop: int, body: np.ndarray, index: int) -> int:
    """Copy ``text_bytes[start:stop]`` to ``body``, from ``index`` on; return the index after the copied bytes."""
    source = text_bytes[start:stop]
    target = body[index : index + len(source)]
    for byte in range(len(source)):  # slices let the compiler copy in blocks
        target[byte] = source[byte]
    return index + len(source)


@inlined
def strip_bounds(text_bytes: np.ndarray, start: int, stop: int) -> tuple[int, int]:
    """Return new start and stop of the text ``text_bytes[start:stop]``, without the ASCII white space at both ends."""
    while start < stop and _IS_WHITE_SPACE[text_bytes[start]]:
        start += 1
    while stop > start and _IS_WHITE_SPACE[text_bytes[stop - 1]]:
        stop -= 1
    return start, stop


@compiled
def has_padding(text_bytes: np.ndarray, offsets: np.ndarray) -> bool:
    """Return whether at least one text of a text column begins or ends with ASCII white space."""
    for row in range(len(offsets) - 1):
        start, stop = offsets[row], offsets[row + 1]
        if start < stop and (_IS_WHITE_SPACE[text_bytes[start]] or _IS_WHITE_SPACE[text_bytes[stop - 1]]):
            return True
    return False


@compiled
def strip_rows(text_bytes: np.ndarray, offsets: np.ndarray, stripped_offsets: np.ndarray) -> np.ndarray:
    """Strip ASCII white space from each row; return the new bytes and write the new offsets to ``stripped_offsets``."""
    body, index = np.empty(offsets[-1] - offsets[0], np.uint8), 0
    for row in range(len(offsets) - 1):
        stripped_offsets[row] = index
        start, stop = strip_bounds(text_bytes, offsets[row], offsets[row + 1])
        index = copy_bytes(text_bytes, start, stop, body, index)
    stripped_offsets[-1] = index
    return body[:index]


@compiled
def take_rows(text_bytes: np.ndarray, offsets: np.ndarray, rows: np.ndarray, taken_offsets: np.ndarray) -> np.ndarray:
    """Return the bytes of the texts at ``rows`` (int64, any order), and write their offsets to ``taken_offsets``."""
    size = 0
    for index in range(len(rows)):
        taken_offsets[index] = size
        size += offsets[rows[index] + 1] - offsets[rows[index]]
    taken_offsets[len(rows)] = size
    body = np.empty(size, np.uint8)
    for index in range(len(rows)):
        copy_bytes(text_bytes, offsets[rows[index]], offsets[rows[index] + 1], body, taken_offsets[index])
    return body


@compiled
def occurring(codes: np.ndarray, size: int) -> tuple[np.ndarray, bool]:
    """Return whether each dictionary code from 0 to ``size - 1`` occurs (bool array), and whether -1 (null) occurs."""
    occurs = np.zeros(size + 1, np.bool_)
    for code in codes:
        occurs[code] = True
    return occurs[:size], occurs[size]
