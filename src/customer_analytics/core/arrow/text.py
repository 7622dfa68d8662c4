"""Operations on Arrow text arrays that pandas and Arrow lack, or that are far slower there."""

import numpy as np
import pyarrow as pa

from customer_analytics.core.arrow._kernels import has_padding, strip_rows, take_rows
from customer_analytics.core.arrow.frames import validity_bitmap


def offsets_and_bytes(text: pa.StringArray) -> tuple[np.ndarray, np.ndarray]:
    """Return the offsets of a text array (int32, shape ``(rows + 1,)``), and the bytes of all rows (uint8)."""
    if not len(text):  # the buffers of an empty array may be missing
        return np.zeros(1, np.int32), np.zeros(0, np.uint8)
    _, offsets, body = text.buffers()
    rows = slice(text.offset, text.offset + len(text) + 1)
    return np.frombuffer(offsets, np.int32)[rows], np.frombuffer(body or b"", np.uint8)


def from_offsets_and_bytes(offsets: np.ndarray, text_bytes: np.ndarray) -> pa.StringArray:
    """Build a text array without nulls from offsets and bytes; the text array shares the memory of both."""
    return pa.StringArray.from_buffers(len(offsets) - 1, pa.py_buffer(offsets), pa.py_buffer(text_bytes))


def strip(text: pa.StringArray) -> pa.StringArray:
    """Strip ASCII white space from both ends of each text (no nulls); if nothing changes, return the same array."""
    offsets, text_bytes = offsets_and_bytes(text)
    if not has_padding(text_bytes, offsets):
        return text
    stripped_offsets = np.empty_like(offsets)
    return from_offsets_and_bytes(stripped_offsets, strip_rows(text_bytes, offsets, stripped_offsets))


def nulls_as_empty(text: pa.StringArray) -> pa.StringArray:
    """Replace nulls by empty texts without a copy; each null must have a length of 0 in the offsets."""
    if not text.null_count:
        return text
    _, offsets, body = text.buffers()
    return pa.StringArray.from_buffers(len(text), offsets, body, offset=text.offset)


def with_nulls(text: pa.StringArray, is_null: np.ndarray) -> pa.StringArray:
    """Return a text array in which some rows are set to null; it shares the memory of ``text``.

    Args:
        text: An array without nulls; rows that become null must be empty texts.
        is_null: bool, shape ``(rows,)``: whether each row becomes null.
    """
    if not is_null.any():
        return text
    offsets, _ = offsets_and_bytes(text)
    return pa.StringArray.from_buffers(len(text), pa.py_buffer(offsets), text.buffers()[2], validity_bitmap(~is_null))


def scatter_text(text: pa.StringArray, is_filled: np.ndarray) -> pa.StringArray:
    """Put the texts, in their order, into the rows where ``is_filled`` is true; the other rows become null.

    Args:
        text: One text per true entry of ``is_filled``, no nulls; the result shares its memory.
        is_filled: bool, one entry per row of the result.
    """
    offsets, _ = offsets_and_bytes(text)
    lengths = np.zeros(len(is_filled) + 1, np.int32)
    lengths[0], lengths[1:][is_filled] = offsets[0], np.diff(offsets)
    body = text.buffers()[2] if len(text) else pa.py_buffer(b"")
    scattered_offsets = pa.py_buffer(np.cumsum(lengths, dtype=np.int32))
    return with_nulls(pa.StringArray.from_buffers(len(is_filled), scattered_offsets, body), ~is_filled)


def take_text(text: pa.StringArray, rows: np.ndarray) -> pa.StringArray:
    """Return the texts at the positions ``rows`` (int64, in any order); none of them may be null."""
    offsets, text_bytes = offsets_and_bytes(text)
    taken_offsets = np.empty(len(rows) + 1, np.int32)
    return from_offsets_and_bytes(taken_offsets, take_rows(text_bytes, offsets, rows, taken_offsets))


def upper_ascii(text: str) -> str:
    """Convert only ASCII letters to upper case; ``str.upper`` would also turn some other letters into ASCII letters."""
    return text.encode().upper().decode()


def byte_lengths(text: pa.StringArray) -> np.ndarray:
    """Return the number of bytes of each text; int32."""
    return np.diff(offsets_and_bytes(text)[0])
