"""A source of chunks that cuts CSV files of purchases into blocks of whole records."""

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from functools import partial
from typing import Any, Never

import numpy as np
import pyarrow as pa
from kedro.io import DatasetError

from customer_analytics.core.chunks.local import Task
from customer_analytics.core.csv_reader.dialect import Dialect
from customer_analytics.core.csv_reader.header import Header, read_header
from customer_analytics.core.csv_reader.reader import RecordBlock, read_block
from customer_analytics.core.csv_reader.record_splitter import split_records
from customer_analytics.core.errors import InputError
from customer_analytics.datasets.runtime import RuntimeSettings
from customer_analytics.datasets.source_files import ARCHIVE_SUFFIXES, SourceFile, SourceFiles, storage_options
from customer_analytics.datasets.utf8_stream import ByteReader, Utf8Stream

_HEAD_BYTES = 64 << 10
"""Number of bytes per read while the header is searched, and the minimum for every later read."""

_MAX_READ_BYTES = 32 << 20

_ASSUMED_RECORD_BYTES = 100
"""Assumed size of a record for the first read; each later read uses the mean size of the records before it."""

_OVERREAD = 1.03
"""Factor on the expected bytes of a chunk: a read takes slightly more, so that one read usually fills the chunk."""

_BLANK_FILE = ("blank lines only", "was the delivery complete?")
_OPEN_HEADER = ("a quote in it that never closes", "correct it, or set csv.quote in globals.yml")


@dataclass(frozen=True, slots=True)
class CsvInput:
    """Settings of a dataset of CSV files, for the local dataset and for the Dask dataset.

    Args:
        filepath: A file, a folder or a glob.
        files: Object that lists and opens the files that ``filepath`` names.
        dialect: Encoding, delimiter and quote of the files.
        settings: Maximum number of records in a chunk, and number of threads.
    """

    filepath: str
    files: SourceFiles
    dialect: Dialect
    settings: RuntimeSettings

    @classmethod
    def of(
        cls,
        filepath: str,
        dialects: Sequence[Mapping[str, Any] | None],
        settings: RuntimeSettings,
        fs_args: Mapping[str, Any] | None,
        credentials: Mapping[str, Any] | None,
    ) -> "CsvInput":
        """Check the settings of a catalog entry and return them.

        Args:
            filepath: A file, a folder or a glob.
            dialects: Mappings with fields of :class:`~customer_analytics.core.csv_reader.dialect.Dialect`; a later
                mapping overrides those before it.
            settings: Maximum number of records in a chunk, and number of threads.
            fs_args: Options of the file system.
            credentials: Further options of the file system; they override ``fs_args``.

        Raises:
            SettingError: A field of the dialect is unknown or invalid.
        """
        files = SourceFiles(str(filepath), storage_options(fs_args, credentials))
        dialect = Dialect.from_settings(*(fields or {} for fields in dialects))
        return cls(str(filepath), files, dialect, settings)

    def source(self) -> "CsvSource":
        """List the files and return a source that reads them.

        Raises:
            InputError: There is no file.
        """
        return CsvSource(self.files, self.files.list(), self.dialect, self.settings)

    def exists(self) -> bool:
        """Return whether ``filepath`` names at least one file."""
        try:
            return bool(self.files.list())
        except InputError:
            return False

    def reject_save(self) -> Never:
        """Raise DatasetError: the dataset is read-only."""
        raise DatasetError(f"{self.filepath}: expected to be read only; found a node that saves it")


@dataclass(frozen=True, slots=True)
class CsvSource:
    """A source of chunks: it cuts CSV files into blocks of whole records; worker threads turn each block into a frame.

    Args:
        files: Object that opens the files.
        listed: The files to read, in order.
        dialect: Encoding, delimiter and quote of the files.
        settings: Maximum number of records in a chunk.
    """

    files: SourceFiles
    listed: Sequence[SourceFile]
    dialect: Dialect
    settings: RuntimeSettings

    def total(self) -> int:
        """Return the size of all files in bytes, for the progress display; 0 (unknown) if a file is compressed."""
        is_compressed = any(file.name.endswith(ARCHIVE_SUFFIXES) for file in self.listed)
        return 0 if is_compressed else sum(file.size for file in self.listed)

    def tasks(self, columns: Sequence[str] | None) -> AbstractContextManager[Iterator[Task]]:
        """Return a context manager that yields an iterator of tasks in row order; each task makes one chunk.

        Args:
            columns: The only columns to read; ``None`` for all.
        """
        return closing(self._tasks(columns))

    def _tasks(self, columns: Sequence[str] | None) -> Generator[Task, None, None]:
        for file in self.listed:
            with self.files.open(file) as stream:
                text = Utf8Stream(stream, self.dialect, file.name)
                header, rest = self.header(text, file)
                for block in self.blocks(text, rest, file):
                    yield Task(partial(read_block, block, header, self.dialect, columns), block.data.size)

    def check_headers(self) -> None:
        """Read and check the header of every file.

        Raises:
            InputError: A file is empty, binary, corrupt or lacks columns of the contract.
        """
        for file in self.listed:
            with self.files.open(file) as stream:
                self.header(Utf8Stream(stream, self.dialect, file.name), file)

    def header(self, text: Utf8Stream, file: SourceFile) -> tuple[Header, bytes]:
        """Read and check the header of a file.

        Args:
            text: A stream of the file, at its start.
            file: The file, for its name in errors.

        Returns:
            A pair: first the header; second the UTF-8 bytes that were read from ``text`` beyond the header.

        Raises:
            InputError: The file is binary, or has no header with the columns of the contract.
        """
        head = text.read(_HEAD_BYTES)
        if b"\0" in head:
            found, hint = "a binary file (it holds NUL bytes)", "for UTF-16 set csv.encoding in globals.yml"
            raise InputError(file.name, "text", found, hint)
        while True:
            next_bytes = text.read(_HEAD_BYTES)
            records = split_records(head if next_bytes else _with_line_feed(head), self.dialect)
            if len(records.ends) or not next_bytes:
                break
            head += next_bytes
            self._check_length(len(head) - records.used, f"{file.name}, header")
        if not len(records.ends):
            is_blank = records.used == len(_with_line_feed(head))
            raise InputError(file.name, "a header", *(_BLANK_FILE if is_blank else _OPEN_HEADER))
        end = int(records.ends[0])
        record = _with_line_feed(head)[records.begin : end].decode(errors="replace")
        return read_header(record.rstrip("\r\n"), self.dialect, file.name), head[end:] + next_bytes

    def blocks(self, text: ByteReader, rest: bytes, file: SourceFile, row: int = 1) -> Iterator[RecordBlock]:
        """Read a stream and yield its records in blocks of at most ``chunk_rows`` whole records.

        Args:
            text: A stream of the UTF-8 bytes that follow ``rest``.
            rest: UTF-8 bytes that were already read from the stream; the first byte is the start of a record.
            file: The file, for its name in errors and in the blocks.
            row: Row number of the first yielded record; the first record of a file has row number 1.

        Raises:
            InputError: A record is longer than the dialect's ``max_record_bytes``.
        """
        record_bytes, chunk_rows = _ASSUMED_RECORD_BYTES, self.settings.chunk_rows
        while True:
            size = max(int(chunk_rows * record_bytes * _OVERREAD) - len(rest), _HEAD_BYTES)
            data = _read_after(rest, text, min(size, _MAX_READ_BYTES))
            at_end = len(data) == len(rest)
            if at_end:
                data = memoryview(_with_line_feed(rest))
            records = split_records(data, self.dialect)
            offsets, used = np.concatenate([[records.begin], records.ends]), records.used
            if at_end and used < len(data):  # a quote that never closes: the record ends with the file
                offsets, used = np.append(offsets, len(rest)), len(rest)
            count = len(offsets) - 1
            is_short = count < chunk_rows or len(data) > _MAX_READ_BYTES
            cut_count = count if at_end or is_short else count - count % chunk_rows
            for block in self._cut(data, offsets[: cut_count + 1], row, file):
                yield block
                row += len(block)
            if at_end:
                return
            rest = bytes(data[used if cut_count == count else int(offsets[cut_count]) :])
            self._check_length(len(data) - used, f"{file.name}, record {row + count - cut_count}")
            record_bytes = used // count if count else record_bytes

    def _cut(self, data: memoryview, offsets: np.ndarray, row: int, file: SourceFile) -> Iterator[RecordBlock]:
        buffer, chunk_rows = pa.py_buffer(data), self.settings.chunk_rows
        for first in range(0, len(offsets) - 1, chunk_rows):
            block_offsets = offsets[first : first + chunk_rows + 1]
            start, size = int(block_offsets[0]), int(block_offsets[-1] - block_offsets[0])
            relative_offsets = (block_offsets - start).astype(np.int32)
            yield RecordBlock(buffer.slice(start, size), relative_offsets, row + first, file.name)

    def _check_length(self, size: int, where: str) -> None:
        if size > self.dialect.max_record_bytes:
            raise InputError(
                where,
                f"at most {self.dialect.max_record_bytes} bytes",
                "no end of the record",
                f"a quote ({self.dialect.quote}) there may never close: correct it, set csv.quote to '', "
                "or raise csv.max_record_bytes in globals.yml",
            )


def _with_line_feed(data: bytes) -> bytes:
    return data if not data or data.endswith(b"\n") else data + b"\n"


def _read_after(rest: bytes, text: ByteReader, size: int) -> memoryview:
    """Return ``rest`` and up to ``size`` bytes after it, read from ``text``; at the end of ``text``, only ``rest``."""
    buffer = np.empty(len(rest) + size, np.uint8).data
    buffer[: len(rest)] = rest
    return buffer[: len(rest) + text.readinto(buffer[len(rest) :])]
