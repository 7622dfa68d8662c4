"""``Utf8Stream``: text of any encoding as UTF-8 bytes."""

import io

import pytest

from customer_analytics.core.csv_reader.dialect import Dialect
from customer_analytics.datasets.utf8_stream import Utf8Stream


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "utf-16"])
@pytest.mark.parametrize("buffer_size", [3, 4, 7, 64])
def test_a_stream_fills_buffers_of_any_size_with_its_text_in_utf_8(encoding, buffer_size):
    text = "a\u00e9\u00e9,b\n\u00e9\u00e9\u00e9" * 3
    stream = Utf8Stream(io.BytesIO(text.encode(encoding)), Dialect(encoding=encoding), "purchases.csv")
    buffer = bytearray(buffer_size)

    utf8 = b"".join(iter(lambda: bytes(buffer[: stream.readinto(memoryview(buffer))]), b""))

    assert utf8 == text.encode()
