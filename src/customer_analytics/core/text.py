"""Text columns by their bytes: what is rare is found by one pass over the buffer, so that only rare rows cost more."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_WHITE = np.zeros(256, bool)
_WHITE[[9, 10, 11, 12, 13, 32]] = True
_AFTER_WHITE = 33
"""Every ASCII white space is below."""


def layout(text: pa.StringArray) -> tuple[np.ndarray, np.ndarray]:
    """The offsets and bytes behind a text array.

    Returns:
        ``offsets`` (int32, shape ``(rows + 1,)``) into ``codes`` (uint8); a null takes no bytes.
    """
    offsets = np.frombuffer(text.buffers()[1], np.int32)[text.offset : text.offset + len(text) + 1]
    body = text.buffers()[2]
    return offsets, np.frombuffer(body, np.uint8) if body is not None else np.zeros(0, np.uint8)


def rows_with(flagged: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    """Which rows own a flagged byte.

    Args:
        flagged: bool, one per byte of the column's buffer from ``offsets[0]`` on.
        offsets: As :func:`layout` gives them.

    Returns:
        bool, shape ``(rows,)``.
    """
    rows = np.zeros(len(offsets) - 1, bool)
    places = np.flatnonzero(flagged[: offsets[-1] - offsets[0]]) + offsets[0]
    rows[np.searchsorted(offsets, places, side="right") - 1] = True
    return rows


def strip(text: pa.StringArray) -> pa.StringArray:
    """Text without ASCII white space at either end; the same array when no row has any."""
    offsets, codes = layout(text)
    mine = codes[offsets[0] : offsets[-1]]
    if mine.min(initial=_AFTER_WHITE) >= _AFTER_WHITE:
        return text
    last = len(codes) - 1
    first_byte = codes[np.minimum(offsets[:-1], last)]
    last_byte = codes[np.maximum(offsets[1:] - 1, 0)]
    padded = (_WHITE[first_byte] | _WHITE[last_byte]) & (offsets[1:] > offsets[:-1])
    if not padded.any():
        return text
    mask = pa.array(padded)
    return pc.replace_with_mask(text, mask, pc.ascii_trim_whitespace(text.filter(mask)))


def nulls_as_empty(text: pa.StringArray) -> pa.StringArray:
    """The same texts, a null read as the empty text; shares the memory.

    Args:
        text: Nulls take no bytes, as builders and Arrow's readers leave them.
    """
    if not text.null_count:
        return text
    _, offsets, body = text.buffers()
    return pa.StringArray.from_buffers(len(text), offsets, body, offset=text.offset)


def upper_ascii(text: str) -> str:
    """Upper case for ASCII letters alone, so that no other letter can become part of a code."""
    return text.encode().upper().decode()


def lengths(text: pa.StringArray) -> np.ndarray:
    """Bytes of each row; int32."""
    return np.diff(layout(text)[0])
