"""A dataset that loads CSV files of purchases on a Dask cluster; each task reads a byte range of whole records."""

import codecs
import importlib
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any, BinaryIO, Never, cast

from kedro.io import AbstractDataset

from customer_analytics.core.chunks.protocol import Frame
from customer_analytics.core.csv_reader.dialect import Dialect
from customer_analytics.core.csv_reader.header import Header
from customer_analytics.core.csv_reader.reader import RAW_COLUMNS, RecordBlock, empty_raw, read_block
from customer_analytics.datasets.csv_source import CsvInput, CsvSource
from customer_analytics.datasets.dask.byte_ranges import (
    ByteRange,
    RecordRange,
    Scanner,
    close_gaps,
    equal_ranges,
    join_scans,
)
from customer_analytics.datasets.dask.chunks import DaskChunks
from customer_analytics.datasets.dask.cluster import ClusterError, ClusterSettings, connect
from customer_analytics.datasets.dask.protocol import KeyedChunk
from customer_analytics.datasets.dask.tasks import compute, delayed_tasks
from customer_analytics.datasets.runtime import RuntimeSettings
from customer_analytics.datasets.source_files import MAGIC_BYTES, SourceFile, SourceFiles, compression_of
from customer_analytics.datasets.utf8_stream import Utf8Stream, is_utf8

BLOCK_BYTES = 32 << 20


class DaskCSVDataset(AbstractDataset[Never, DaskChunks]):
    """A read-only dataset that loads CSV files of purchases as chunks of text on a Dask cluster.

    All workers must see the files. A load reads only the headers. Later, each task reads a range of about
    ``block_bytes`` bytes. A compressed file is not divided: one task reads the whole file. The same holds for a file
    in an encoding that is not a superset of ASCII, such as UTF-16.

    Example catalog entry:

    .. code-block:: yaml

        raw_purchases:
          type: customer_analytics.datasets.DaskCSVDataset
          filepath: s3://deliveries/2024-*/purchases.csv
          credentials: deliveries
          block_bytes: 33554432
          cluster: {address: "tcp://10.0.0.1:8786"}
    """

    def __init__(  # noqa: PLR0913  the options of a catalog entry
        self,
        *,
        filepath: str,
        dialect: dict[str, Any] | None = None,
        overrides: dict[str, Any] | None = None,
        chunk_rows: int | None = None,
        block_bytes: int | None = None,
        cluster: Mapping[str, Any] | None = None,
        credentials: dict[str, Any] | None = None,
        fs_args: dict[str, Any] | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        """Create the dataset; no file is opened before :meth:`load`.

        Args:
            filepath: A local path or fsspec URL of a file, a folder or a glob; files are plain or compressed.
            dialect: Fields of :class:`~customer_analytics.core.csv_reader.dialect.Dialect`.
            overrides: Fields that override the fields in ``dialect``, for example from ``--params csv.delimiter=;``.
            chunk_rows: Maximum number of records in a chunk; default: ``runtime.CHUNK_ROWS``.
            block_bytes: Approximate number of bytes of CSV that one task reads; default: 32 MiB.
            cluster: Fields of :class:`~customer_analytics.datasets.dask.cluster.ClusterSettings`.
            credentials: Credentials of the file system; they are sent to the workers.
            fs_args: Further options of the file system.
            metadata: Not used by the dataset; Kedro-Viz and other plugins read it.

        Raises:
            SettingError: A setting is unknown or invalid; the message names it.
        """
        self.metadata = metadata
        self._input = CsvInput.of(filepath, (dialect, overrides), RuntimeSettings.of(chunk_rows), fs_args, credentials)
        self._block_bytes = int(block_bytes or BLOCK_BYTES)
        self._cluster = ClusterSettings.of(cluster)

    def load(self) -> DaskChunks:
        """Check the headers and return lazy chunks of all records, ordered by file name and, within a file, by row.

        Raises:
            InputError: There is no file; or a file is empty, binary or corrupt, or lacks columns of the contract.
            ClusterError: A worker does not see the files, or sees other file sizes than the client.
        """
        source = self._input.source()
        layouts = tuple(_read_layout(source, file) for file in source.listed)
        self._check_workers_see(source.listed)
        return DaskChunks(_CsvParts(source, layouts, self._block_bytes, self._cluster), self._cluster)

    def save(self, _data: Never) -> Never:
        """Raise DatasetError: the dataset is read-only."""
        self._input.reject_save()

    def _check_workers_see(self, files: Sequence[SourceFile]) -> None:
        """Raise ClusterError unless every worker sees the files with the same sizes as this process."""
        sizes_by_worker = connect(self._cluster).run(_file_sizes, self._input.files, files, on_error="return")
        for worker, sizes in sizes_by_worker.items():
            if sizes != [file.size for file in files]:
                raise ClusterError(
                    f"worker {worker}",
                    f"the files of {self._input.filepath} as this machine sees them",
                    repr(sizes),
                    "put the purchases on storage that all machines share, such as NFS or s3://",
                )

    def _exists(self) -> bool:
        return self._input.exists()

    def _describe(self) -> dict[str, Any]:
        described = self._input
        return {"filepath": described.filepath, "dialect": described.dialect, "block_bytes": self._block_bytes}


@dataclass(frozen=True, slots=True)
class _FileLayout:
    """The header of a file, and the first record's offset: ``None`` if one task must read the whole file."""

    header: Header
    start: int | None


@dataclass(frozen=True, slots=True)
class _CsvPart:
    """The input of one task: sort key, index of a file, and byte range (``records``); ``None`` means the whole file."""

    key: int
    file: int
    records: RecordRange | None


@dataclass(frozen=True)
class _CsvParts:
    """A source that divides CSV files into parts, one part per task; the workers find the parts on first use."""

    source: CsvSource
    layouts: tuple[_FileLayout, ...]
    block_bytes: int
    cluster: ClusterSettings

    def reader(self) -> "_CsvReader":
        return _CsvReader(self.source, tuple(layout.header for layout in self.layouts))

    def parts(self) -> list[_CsvPart]:
        return self._parts

    def empty(self, columns: Sequence[str] | None) -> Frame:
        return empty_raw()[list(RAW_COLUMNS if columns is None else columns)]

    @cached_property
    def _parts(self) -> list[_CsvPart]:
        ranges_by_file = self._ranges_by_file()
        between_records = self._run(Scanner.scan_between_records, ranges_by_file)
        is_open = any(scan.is_open for scan in chain(*between_records))
        inside_quotes = self._run(Scanner.scan_inside_quotes, ranges_by_file) if is_open else None
        records_by_file: list[tuple[int, RecordRange | None]] = []
        for file, layout in enumerate(self.layouts):
            if layout.start is None:
                records_by_file.append((file, None))
            elif ranges_by_file[file]:
                inside = inside_quotes[file] if inside_quotes else None
                joined = join_scans(ranges_by_file[file], between_records[file], inside)
                records_by_file += [(file, records) for records in joined]
        return [_CsvPart(key, file, records) for key, (file, records) in enumerate(records_by_file)]

    def _ranges_by_file(self) -> list[list[ByteRange]]:
        """Return one list of byte ranges per file, cut at line feeds; it is empty if the file is not divided."""
        rough_ranges = [
            []
            if layout.start is None
            else equal_ranges(file, layout.start, self.source.listed[file].size, self.block_bytes)
            for file, layout in enumerate(self.layouts)
        ]
        return [close_gaps(cut_ranges) for cut_ranges in self._run(Scanner.cut_at_line_feed, rough_ranges)]

    def _run(
        self, function: Callable[[Scanner, ByteRange], Any], ranges_by_file: Sequence[Sequence[ByteRange]]
    ) -> list[list[Any]]:
        """Call a function in the workers, once per byte range, and return one list of results per file."""
        scanner = Scanner(self.source.files, self.source.listed, self.source.dialect)
        tasks = delayed_tasks(function, chain(*ranges_by_file), function.__name__, shared=scanner)
        results = iter(compute(tasks, self.cluster))
        return [[next(results) for _ in file_ranges] for file_ranges in ranges_by_file]


@dataclass(frozen=True, slots=True)
class _CsvReader:
    source: CsvSource
    headers: tuple[Header, ...]

    def read(self, part: _CsvPart, columns: Sequence[str] | None) -> Iterator[KeyedChunk]:
        for block in self._blocks(part):
            yield KeyedChunk(part.key, read_block(block, self.headers[part.file], self.source.dialect, columns))

    def _blocks(self, part: _CsvPart) -> Iterator[RecordBlock]:
        source, file = self.source, self.source.listed[part.file]
        if part.records is None:
            with source.files.open(file) as stream:
                text = Utf8Stream(stream, source.dialect, file.name)
                yield from source.blocks(text, source.header(text, file)[1], file)
            return
        start, stop = part.records.start, part.records.stop
        with source.files.fs.open(file.path, "rb") as stream:
            stream.seek(start)
            limited = _LimitedStream(stream, stop - start)
            is_plain = is_utf8(source.dialect)
            encoded = limited if is_plain else Utf8Stream(cast(BinaryIO, limited), source.dialect, file.name)
            yield from source.blocks(encoded, b"", file, part.records.first_row)


class _LimitedStream(io.RawIOBase):
    """A stream that reads the next ``size`` bytes of another stream and then ends."""

    def __init__(self, stream: BinaryIO, size: int) -> None:
        super().__init__()
        self._stream, self._remaining = stream, size

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        size = self._stream.readinto(memoryview(buffer)[: self._remaining])  # type: ignore[attr-defined]
        self._remaining -= size
        return size


def _read_layout(source: CsvSource, file: SourceFile) -> _FileLayout:
    dialect = source.dialect
    with source.files.open(file) as stream:
        header, rest = source.header(Utf8Stream(stream, dialect, file.name), file)
        with source.files.fs.open(file.path, "rb") as raw:
            if compression_of(file, raw.read(MAGIC_BYTES)) or not _is_ascii_superset(dialect):
                return _FileLayout(header, None)
            rest_size = len(rest if is_utf8(dialect) else rest.decode())  # one byte per character in other encodings
            start = stream.tell() - rest_size
            raw.seek(start - 1)
            ends_with_line_feed = start == file.size or raw.read(1) == b"\n"
    return _FileLayout(header, start if ends_with_line_feed else None)


def _is_ascii_superset(dialect: Dialect) -> bool:
    """Return whether each byte below 128 always stands for its ASCII character in the dialect's encoding."""
    name = codecs.lookup(dialect.encoding).name
    if is_utf8(dialect) or name == "iso8859-1":
        return True
    table = getattr(importlib.import_module(f"encodings.{name.replace('-', '_')}"), "decoding_table", "")
    ascii_bytes = bytes(range(128))
    return bool(table) and ascii_bytes.decode(dialect.encoding) == ascii_bytes.decode("ascii")


def _file_sizes(files: SourceFiles, listed: Sequence[SourceFile]) -> list[int]:
    """Return the sizes of the files in bytes, as the worker that calls this function sees them."""
    return [int(files.fs.size(file.path)) for file in listed]
