"""Text columns by their bytes."""

import numpy as np
import pyarrow as pa

from customer_analytics.core.arrow.frames import bits
from customer_analytics.core.arrow.lanes import COPIED
from customer_analytics.core.arrow.words import copy_text
from customer_analytics.core.compiled import compiled, inlined

PLUS, MINUS, POINT, ZERO, NINE = b"+-.09"

_WHITE = np.zeros(256, bool)
_WHITE[[9, 10, 11, 12, 13, 32]] = True


def layout(text: pa.StringArray) -> tuple[np.ndarray, np.ndarray]:
    """The offsets and bytes behind a text array.

    Returns:
        ``offsets`` (int32, shape ``(rows + 1,)``) into ``codes`` (uint8); a null takes no bytes.
    """
    if not len(text):  # its buffers may be empty or missing
        return np.zeros(1, np.int32), np.zeros(0, np.uint8)
    offsets = np.frombuffer(text.buffers()[1], np.int32)[text.offset : text.offset + len(text) + 1]
    body = text.buffers()[2]
    return offsets, np.frombuffer(body, np.uint8) if body is not None else np.zeros(0, np.uint8)


@inlined
def bare(codes: np.ndarray, start: int, stop: int) -> tuple[int, int]:
    """Where a text begins and ends without ASCII white space around it."""
    while start < stop and _WHITE[codes[start]]:
        start += 1
    while stop > start and _WHITE[codes[stop - 1]]:
        stop -= 1
    return start, stop


def strip(text: pa.StringArray) -> pa.StringArray:
    """Text without ASCII white space at either end; the same array when no row has any. No nulls."""
    offsets, codes = layout(text)
    if not _is_padded(codes, offsets):
        return text
    bare_offsets = np.empty_like(offsets)
    body = _strip(codes, offsets, bare_offsets)
    return pa.StringArray.from_buffers(len(text), pa.py_buffer(bare_offsets), pa.py_buffer(body))


@compiled
def _is_padded(codes: np.ndarray, offsets: np.ndarray) -> bool:
    """Whether a row begins or ends with white space."""
    for row in range(len(offsets) - 1):
        start, stop = offsets[row], offsets[row + 1]
        if start < stop and (_WHITE[codes[start]] or _WHITE[codes[stop - 1]]):
            return True
    return False


@compiled
def _strip(codes: np.ndarray, offsets: np.ndarray, bare_offsets: np.ndarray) -> np.ndarray:
    """The stripped rows end to end, and in ``bare_offsets`` where each begins."""
    body, filled = np.empty(offsets[-1] - offsets[0] + COPIED, np.uint8), 0
    for row in range(len(offsets) - 1):
        bare_offsets[row] = filled
        start, stop = bare(codes, offsets[row], offsets[row + 1])
        copy_text(codes, start, stop, body, filled)
        filled += stop - start
    bare_offsets[-1] = filled
    return body[:filled]


def nulls_as_empty(text: pa.StringArray) -> pa.StringArray:
    """The same texts, a null read as the empty text; shares the memory.

    Args:
        text: Nulls take no bytes, as builders and Arrow's readers leave them.
    """
    if not text.null_count:
        return text
    _, offsets, body = text.buffers()
    return pa.StringArray.from_buffers(len(text), offsets, body, offset=text.offset)


def with_nulls(text: pa.StringArray, null: np.ndarray) -> pa.StringArray:
    """The same texts, null where ``null`` (bool, shape ``(rows,)``) says so; shares the memory.

    Args:
        text: No nulls; empty where ``null`` is true.
        null: The rows to forget.
    """
    if not null.any():
        return text
    offsets, _ = layout(text)
    return pa.StringArray.from_buffers(len(text), pa.py_buffer(offsets), text.buffers()[2], bits(~null))


def spread(text: pa.StringArray, rows: np.ndarray) -> pa.StringArray:
    """The texts one after the other at the rows where ``rows`` (bool, shape ``(rows,)``) is true, null elsewhere.

    Args:
        text: As many as rows are true, no nulls; their memory is shared.
        rows: Which rows get one.
    """
    offsets, _ = layout(text)
    sizes = np.zeros(len(rows) + 1, np.int32)
    sizes[0], sizes[1:][rows] = offsets[0], np.diff(offsets)
    body = text.buffers()[2] if len(text) else pa.py_buffer(b"")
    begins = pa.py_buffer(np.cumsum(sizes, dtype=np.int32))
    return with_nulls(pa.StringArray.from_buffers(len(rows), begins, body), ~rows)


def take_text(text: pa.StringArray, rows: np.ndarray) -> pa.StringArray:
    """The texts of some rows; those of neighbours are copied at once.

    Args:
        text: None of the rows wanted is null.
        rows: int64, the rows wanted, in any order.
    """
    offsets, codes = layout(text)
    begins = np.empty(len(rows) + 1, np.int32)
    body = _take(codes, offsets, rows, begins)
    return pa.StringArray.from_buffers(len(rows), pa.py_buffer(begins), pa.py_buffer(body))


@compiled
def _take(codes: np.ndarray, offsets: np.ndarray, rows: np.ndarray, begins: np.ndarray) -> np.ndarray:
    """The rows' bytes end to end, and in ``begins`` where each begins."""
    size = 0
    for place in range(len(rows)):
        begins[place] = size
        size += offsets[rows[place] + 1] - offsets[rows[place]]
    begins[len(rows)] = size
    body, place = np.empty(size + COPIED, np.uint8), 0
    while place < len(rows):
        first = place
        while place + 1 < len(rows) and rows[place + 1] == rows[place] + 1:
            place += 1
        place += 1
        copy_text(codes, offsets[rows[first]], offsets[rows[place - 1] + 1], body, begins[first])
    return body[:size]


def upper_ascii(text: str) -> str:
    """Upper case for ASCII letters alone, so that no other letter can become part of a code."""
    return text.encode().upper().decode()


def lengths(text: pa.StringArray) -> np.ndarray:
    """Bytes of each row; int32."""
    return np.diff(layout(text)[0])
