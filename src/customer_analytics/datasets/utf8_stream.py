"""Text of any encoding as a stream of UTF-8 bytes."""

import codecs
from typing import BinaryIO, Protocol

from customer_analytics.core.csv_reader.dialect import Dialect
from customer_analytics.core.errors import InputError


class ByteReader(Protocol):
    """A stream of UTF-8 bytes."""

    def readinto(self, buffer: memoryview, /) -> int:
        """Read bytes into the start of ``buffer`` and return their number, which is 0 only at the end."""
        ...


class Utf8Stream:
    """The text of a binary stream as UTF-8 bytes without a byte order mark.

    Args:
        stream: Bytes in the encoding of the dialect.
        dialect: Names the encoding.
        name: Public name of the file, for errors.
    """

    def __init__(self, stream: BinaryIO, dialect: Dialect, name: str) -> None:
        self._stream, self._name, self._encoding = stream, name, dialect.encoding
        self._decoder = None if is_utf8(dialect) else codecs.getincrementaldecoder(dialect.encoding)()
        self._at_start, self._pending = True, b""

    def readinto(self, buffer: memoryview) -> int:
        """Read bytes into the start of ``buffer`` and return their number, which is 0 only at the end.

        Raises:
            InputError: The bytes are not text in the encoding.
        """
        if self._decoder is None and not self._at_start:
            return self._stream.readinto(buffer)  # type: ignore[attr-defined]
        data = self._pending or self.read(len(buffer))
        data, self._pending = data[: len(buffer)], data[len(buffer) :]
        buffer[: len(data)] = data
        return len(data)

    def read(self, size: int) -> bytes:
        """Read about ``size`` bytes of the stream; the result is empty only at the end.

        Raises:
            InputError: The bytes are not text in the encoding.
        """
        while True:
            encoded = self._stream.read(size)
            data = encoded if self._decoder is None else self._decode(encoded)
            if self._at_start and data:
                data, self._at_start = data.removeprefix(codecs.BOM_UTF8), False
            if data or not encoded:
                return data

    def _decode(self, encoded: bytes) -> bytes:
        try:
            return self._decoder.decode(encoded, final=not encoded).encode()  # type: ignore[union-attr]
        except UnicodeError as error:
            hint = "set csv.encoding in globals.yml to the file's encoding"
            raise InputError(self._name, f"text in {self._encoding}", str(error), hint) from error


def is_utf8(dialect: Dialect) -> bool:
    """Return whether the bytes of a file are UTF-8 as they are, apart from a byte order mark."""
    return codecs.lookup(dialect.encoding).name in {"utf-8", "utf-8-sig", "ascii"}
