"""A stream that converts text of any encoding to UTF-8 bytes."""

import codecs
from typing import BinaryIO, Protocol

from customer_analytics.core.csv_reader.dialect import Dialect
from customer_analytics.core.errors import InputError


class ByteReader(Protocol):
    """The interface of a stream of UTF-8 bytes."""

    def readinto(self, buffer: memoryview, /) -> int:
        """Read bytes into the start of ``buffer`` and return how many were read; 0 marks the end of the stream."""
        ...


class Utf8Stream:
    """A stream that reads text in any encoding and returns it as UTF-8 bytes without a byte order mark.

    Args:
        stream: The binary stream to read.
        dialect: Its ``encoding`` is the encoding of ``stream``.
        name: Name of the file in errors.
    """

    def __init__(self, stream: BinaryIO, dialect: Dialect, name: str) -> None:
        self._stream, self._name, self._encoding = stream, name, dialect.encoding
        self._decoder = None if is_utf8(dialect) else codecs.getincrementaldecoder(dialect.encoding)()
        self._at_start, self._pending = True, b""

    def readinto(self, buffer: memoryview) -> int:
        """Read bytes into the start of ``buffer`` and return how many were read; 0 marks the end of the stream.

        Raises:
            InputError: The bytes are not valid in the encoding.
        """
        if self._decoder is None and not self._at_start:
            return self._stream.readinto(buffer)  # type: ignore[attr-defined]
        data = self._pending or self.read(len(buffer))
        data, self._pending = data[: len(buffer)], data[len(buffer) :]
        buffer[: len(data)] = data
        return len(data)

    def read(self, size: int) -> bytes:
        """Read about ``size`` bytes and return them as UTF-8; an empty result marks the end of the stream.

        Raises:
            InputError: The bytes are not valid in the encoding.
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
    """Return whether the encoding of the dialect is UTF-8 or ASCII; such files need no conversion to UTF-8."""
    return codecs.lookup(dialect.encoding).name in {"utf-8", "utf-8-sig", "ascii"}
