"""Purchases as they came: CSV files of any size as a lazy sequence of text frames."""

import codecs
from collections.abc import Generator, Iterator, Sequence
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from functools import partial
from typing import Any, BinaryIO, Never, NoReturn, Protocol

import numpy as np
import pyarrow as pa
from kedro.io import AbstractDataset, DatasetError
from kedro_datasets._typing import TablePreview

from customer_analytics.core.chunks.local import LocalChunks, Task
from customer_analytics.core.chunks.protocol import Chunks
from customer_analytics.core.csv_reader.dialect import Dialect, Header, read_header
from customer_analytics.core.csv_reader.reader import Block, empty_raw, read_block
from customer_analytics.core.csv_reader.record_splitter import Records, split_records
from customer_analytics.core.errors import InputError
from customer_analytics.datasets.runtime import RuntimeSettings
from customer_analytics.datasets.source_files import SourceFile, SourceFiles

_SNIFFED_BYTES = 64 << 10
_RECORD_BYTES = 100
_OVERREAD = 1.03
_UTF8_BOM = codecs.BOM_UTF8


class ChunkedCSVDataset(AbstractDataset[Never, Chunks]):
    """CSV files of purchases as chunks of text, each at most ``chunk_rows`` records long.

    Loading opens nothing but the header. Blocks of whole records are cut in order and turned into frames by worker
    threads when the chunks are mapped or folded; they can be read again as often as needed.

    Example catalog entry:

    .. code-block:: yaml

        raw_purchases:
          type: customer_analytics.datasets.ChunkedCSVDataset
          filepath: s3://deliveries/2024-*/purchases.csv.gz
          credentials: deliveries
          dialect:
            delimiter: ";"
            encoding: latin-1
            columns: {customer_id: Kundennummer, purchase_amount: Betrag}
          chunk_rows: 65536
          threads: 2
    """

    def __init__(  # noqa: PLR0913  the options of a catalog entry
        self,
        *,
        filepath: str,
        dialect: dict[str, Any] | None = None,
        overrides: dict[str, Any] | None = None,
        chunk_rows: int | None = None,
        threads: int | None = None,
        credentials: dict[str, Any] | None = None,
        fs_args: dict[str, Any] | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        """Describe the files; none is touched before :meth:`load`.

        Args:
            filepath: A file, a folder or a glob; plain, gz, bz2, xz, zst or zip; local or any fsspec URL.
            dialect: Fields of :class:`~customer_analytics.core.csv_reader.dialect.Dialect`; unknown keys are refused.
            overrides: Fields that win over ``dialect``, for ``--params csv.delimiter=;``.
            chunk_rows: Most records in a chunk; default in :class:`RuntimeSettings`.
            threads: Chunks parsed at once; default the machine's cores.
            credentials: For the file system.
            fs_args: Further options of the file system.
            metadata: Ignored; for Kedro-Viz and other plugins.
        """
        self.metadata = metadata
        self._filepath = str(filepath)
        self._dialect = Dialect.from_settings(dialect or {}, overrides or {})
        self._settings = RuntimeSettings.of(chunk_rows, threads)
        self._files = SourceFiles(self._filepath, {**(fs_args or {}), **(credentials or {})})

    def load(self) -> Chunks:
        """The records of every file, in order of file name and row.

        Raises:
            InputError: A file that is missing, empty, binary, corrupt or without the contract's columns.
        """
        files = self._files.list()
        for file in files:
            self._header(file)
        return LocalChunks(CsvSource(self._files, files, self._dialect, self._settings), self._settings.runtime())

    def save(self, _data: Never) -> NoReturn:
        """Raw deliveries are not written."""
        raise DatasetError(f"{self._filepath}: raw purchases are read, never written")

    def preview(self, nrows: int = 5) -> TablePreview:
        """The first records, for Kedro-Viz; little more than them is read."""
        few = RuntimeSettings.of(nrows, 1)
        chunks = LocalChunks(CsvSource(self._files, self._files.list(), self._dialect, few), few.runtime())
        frame = next(iter(chunks), empty_raw())
        return frame.astype(object).where(frame.notna(), None).to_dict(orient="split")

    def _exists(self) -> bool:
        try:
            return bool(self._files.list())
        except InputError:
            return False

    def _describe(self) -> dict[str, Any]:
        return {"filepath": self._filepath, "dialect": self._dialect, "settings": self._settings}

    def _header(self, file: SourceFile) -> Header:
        source = CsvSource(self._files, [file], self._dialect, self._settings)
        with self._files.open(file) as stream:
            return source.header(Utf8(stream, self._dialect, file.name), file)[0]


class ByteReader(Protocol):
    """Something that UTF-8 bytes can be read from."""

    def readinto(self, room: memoryview, /) -> int:
        """Put the next bytes into ``room``, which need not become full; how many they are, 0 only at the end."""
        ...


@dataclass(frozen=True, slots=True)
class CsvSource:
    """Blocks of whole records, cut one after the other; what is in them is read by the workers."""

    files: SourceFiles
    listed: Sequence[SourceFile]
    dialect: Dialect
    settings: RuntimeSettings

    def total(self) -> int:
        """Bytes of all files; 0 where some are compressed."""
        plain = all(not name.endswith((".gz", ".bz2", ".xz", ".zst", ".zip")) for _, name, _ in self.listed)
        return sum(file.size for file in self.listed) if plain else 0

    def tasks(self, columns: Sequence[str] | None) -> AbstractContextManager[Iterator[Task]]:
        """See :class:`~customer_analytics.core.chunks.local.Source`."""
        return closing(self._tasks(columns))

    def _tasks(self, columns: Sequence[str] | None) -> Generator[Task, None, None]:
        for file in self.listed:
            with self.files.open(file) as stream:
                text = Utf8(stream, self.dialect, file.name)
                header, rest = self.header(text, file)
                for block in self.blocks(text, rest, file):
                    yield Task(partial(read_block, block, header, self.dialect, columns), block.data.size)

    def header(self, text: "Utf8", file: SourceFile) -> tuple[Header, bytes]:
        """The file's header, and the bytes read past it."""
        head = text.read(_SNIFFED_BYTES)
        if b"\0" in head:
            raise InputError(
                file.name,
                "text",
                "a binary file (it holds NUL bytes)",
                "for UTF-16 set csv.encoding in globals.yml",
            )
        while True:
            more = text.read(_SNIFFED_BYTES)
            records = self._find(head if more else _ended(head))
            if len(records.ends) or not more:
                break
            head += more
            self._check_length(len(head) - records.used, f"{file.name}, header")
        if not len(records.ends):
            raise _no_header(file.name, is_blank=records.used == len(_ended(head)))
        end = int(records.ends[0])
        record = _ended(head)[records.begin : end].decode(errors="replace")
        return read_header(record.rstrip("\r\n"), self.dialect, file.name), head[end:] + more

    def blocks(self, text: ByteReader, rest: bytes, file: SourceFile, row: int = 1) -> Iterator[Block]:
        """Blocks of ``chunk_rows`` records while there are so many in what was read; what is left over waits.

        Args:
            text: UTF-8 bytes from where a record begins, or from where ``rest`` ends.
            rest: Bytes read before.
            file: Where they come from.
            row: Number of the first record in its file.
        """
        record_bytes, most = _RECORD_BYTES, self.settings.chunk_rows
        while True:
            room = max(int(most * record_bytes * _OVERREAD) - len(rest), _SNIFFED_BYTES)
            data = _continued(rest, text, min(room, self.settings.block_bytes))
            more = len(data) - len(rest)
            data = data if more else memoryview(_ended(rest))
            offsets, used = self._offsets(data, rest, last=not more)
            whole = len(offsets) - 1
            kept = whole if not more or whole < most or len(data) > self.settings.block_bytes else whole - whole % most
            for block in self._cut(data, offsets[: kept + 1], row, file):
                yield block
                row += len(block.offsets) - 1
            rest = bytes(data[used if kept == whole else int(offsets[kept]) :])
            if not more:
                return
            self._check_length(len(data) - used, f"{file.name}, record {row + whole - kept}")
            record_bytes = used // whole if whole else record_bytes

    def _offsets(self, data: memoryview, rest: bytes, *, last: bool) -> tuple[np.ndarray, int]:
        """Where records begin, the end of the last one at the end; and the bytes that records and blank lines take."""
        records = self._find(data)
        offsets = np.concatenate([[records.begin], records.ends])
        if last and records.used < len(data):
            return np.concatenate([offsets, [len(rest)]]), len(rest)
        return offsets, records.used

    def _cut(self, data: memoryview, offsets: np.ndarray, row: int, file: SourceFile) -> Iterator[Block]:
        buffer, most = pa.py_buffer(data), self.settings.chunk_rows
        for first in range(0, len(offsets) - 1, most):
            mine = offsets[first : first + most + 1]
            start, size = int(mine[0]), int(mine[-1] - mine[0])
            yield Block(buffer.slice(start, size), (mine - start).astype(np.int32), row + first, file.name)

    def _find(self, data: bytes | memoryview) -> Records:
        return split_records(data, self.dialect.delimiter.encode(), self.dialect.quote.encode() or None)

    def _check_length(self, size: int, where: str) -> None:
        if size > self.dialect.max_record_bytes:
            raise InputError(
                where,
                f"at most {self.dialect.max_record_bytes} bytes",
                "no end of the record",
                f"a quote ({self.dialect.quote}) there may never close: correct it, set csv.quote to '', "
                "or raise csv.max_record_bytes in globals.yml",
            )


class Utf8:
    """A stream's bytes as UTF-8 without a byte order mark."""

    def __init__(self, stream: BinaryIO, dialect: Dialect, name: str) -> None:
        self._stream, self._name, self._encoding = stream, name, dialect.encoding
        plain = codecs.lookup(dialect.encoding).name in {"utf-8", "utf-8-sig", "ascii"}
        self._decoder = None if plain else codecs.getincrementaldecoder(dialect.encoding)()
        self._at_start, self._waiting = True, b""

    def readinto(self, room: memoryview) -> int:
        """See :class:`ByteReader`; raises as :meth:`read`."""
        if self._decoder is None and not self._at_start:
            return self._stream.readinto(room)  # type: ignore[attr-defined]
        data = self._waiting or self.read(len(room))
        data, self._waiting = data[: len(room)], data[len(room) :]
        room[: len(data)] = data
        return len(data)

    def read(self, size: int) -> bytes:
        """About ``size`` bytes more; empty only at the end.

        Raises:
            InputError: Bytes that the encoding does not have.
        """
        while True:
            raw = self._stream.read(size)
            data = raw if self._decoder is None else self._decode(raw)
            if self._at_start and data:
                data, self._at_start = data.removeprefix(_UTF8_BOM), False
            if data or not raw:
                return data

    def _decode(self, raw: bytes) -> bytes:
        try:
            return self._decoder.decode(raw, final=not raw).encode()  # type: ignore[union-attr]
        except UnicodeError as error:
            hint = "set csv.encoding in globals.yml to the file's encoding"
            raise InputError(self._name, f"text in {self._encoding}", str(error), hint) from error


def _no_header(name: str, *, is_blank: bool) -> InputError:
    if is_blank:
        return InputError(name, "a header", "blank lines only", "was the delivery complete?")
    return InputError(
        name, "a header", "a quote in it that never closes", "correct it, or set csv.quote in globals.yml"
    )


def _ended(data: bytes) -> bytes:
    return data if not data or data.endswith(b"\n") else data + b"\n"


def _continued(rest: bytes, text: ByteReader, size: int) -> memoryview:
    """What was read before, and up to ``size`` bytes that follow it; as long as ``rest`` at the end."""
    room = np.empty(len(rest) + size, np.uint8).data
    room[: len(rest)] = rest
    return room[: len(rest) + text.readinto(room[len(rest) :])]
