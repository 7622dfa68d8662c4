"""Purchases as they came, for a cluster: the workers read byte ranges that are cut where records end."""

import codecs
import importlib
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, BinaryIO, Never, NoReturn, cast

from kedro.io import AbstractDataset, DatasetError

from customer_analytics.core.chunks.protocol import Frame
from customer_analytics.core.csv_reader.dialect import Dialect, Header
from customer_analytics.core.csv_reader.reader import RAW_COLUMNS, Block, empty_raw, read_block
from customer_analytics.core.errors import InputError
from customer_analytics.datasets.csv_dataset import CsvSource, Utf8
from customer_analytics.datasets.dask.byte_ranges import (
    Bounds,
    RangeRun,
    Scan,
    Scanner,
    contiguous,
    join_scans,
    rough_bounds,
)
from customer_analytics.datasets.dask.chunks import DaskChunks, Piece, compute, tasks
from customer_analytics.datasets.dask.cluster import ClusterError, ClusterSettings, connect
from customer_analytics.datasets.runtime import RuntimeSettings
from customer_analytics.datasets.source_files import SourceFile, SourceFiles, compression_of

BLOCK_BYTES = 32 << 20
_MAGIC_BYTES = 8


class DaskCSVDataset(AbstractDataset[Never, DaskChunks]):
    """CSV files of purchases as chunks of text that the workers of a cluster read from storage they share.

    Loading opens nothing but the headers. A file is read in ranges of about ``block_bytes``, each by one task; a
    compressed file, and one in an encoding whose bytes mean nothing on their own, is read by one task.

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
        """Describe the files; none is touched before :meth:`load`.

        Args:
            filepath: As in ``ChunkedCSVDataset``, and so are ``dialect``, ``overrides`` and ``chunk_rows``.
            dialect: See there.
            overrides: See there.
            chunk_rows: See there.
            block_bytes: Bytes of CSV in a task; 32 MiB when not given.
            cluster: Fields of :class:`~customer_analytics.datasets.dask.cluster.ClusterSettings`.
            credentials: For the file system; they travel to the workers.
            fs_args: Further options of the file system.
            metadata: Ignored; for Kedro-Viz and other plugins.
        """
        self.metadata = metadata
        self._filepath = str(filepath)
        self._dialect = Dialect.from_settings(dialect or {}, overrides or {})
        self._settings = RuntimeSettings.of(chunk_rows)
        self._block_bytes = int(block_bytes or BLOCK_BYTES)
        self._cluster = ClusterSettings.of(cluster)
        self._files = SourceFiles(self._filepath, {**(fs_args or {}), **(credentials or {})})

    def load(self) -> DaskChunks:
        """The records of every file, in order of file name and row.

        Raises:
            InputError: A file that is missing, empty, binary, corrupt or without the contract's columns.
            ClusterError: A worker that does not see the files.
        """
        listed = self._files.list()
        source = CsvSource(self._files, listed, self._dialect, self._settings)
        tops = [_top(self._files, file, source) for file in listed]
        self._check_sight(listed)
        scanner = Scanner(self._files, listed, self._dialect)
        reader = _CsvReader(source, tuple(top.header for top in tops))
        return DaskChunks(_CsvParts(reader, scanner, tops, self._block_bytes, self._cluster), self._cluster)

    def save(self, _data: Never) -> NoReturn:
        """Raw deliveries are not written."""
        raise DatasetError(f"{self._filepath}: raw purchases are read, never written")

    def _check_sight(self, listed: Sequence[SourceFile]) -> None:
        """Make sure that every worker sees the files."""
        seen = connect(self._cluster).run(_sizes, self._files, listed, on_error="return")
        for worker, sizes in seen.items():
            if sizes != [file.size for file in listed]:
                raise ClusterError(
                    f"worker {worker}",
                    f"to see {self._filepath} as this machine does",
                    repr(sizes),
                    "put the purchases on storage that all machines share, such as NFS or s3://",
                )

    def _exists(self) -> bool:
        try:
            return bool(self._files.list())
        except InputError:
            return False

    def _describe(self) -> dict[str, Any]:
        return {"filepath": self._filepath, "dialect": self._dialect, "block_bytes": self._block_bytes}


@dataclass(frozen=True, slots=True)
class _Top:
    """A file's header, and where its records begin; ``None`` if the file can be read from its top only."""

    header: Header
    start: int | None


@dataclass(frozen=True, slots=True)
class _CsvPart:
    """What one task reads: a run of records, or a whole file."""

    key: int
    file: int
    run: RangeRun | None


class _CsvParts:
    """Files cut into parts by the workers when the parts are first asked for."""

    def __init__(
        self, reader: "_CsvReader", scanner: Scanner, tops: Sequence[_Top], block_bytes: int, cluster: ClusterSettings
    ) -> None:
        self._reader, self._scanner, self._cluster = reader, scanner, cluster
        self._tops, self._block_bytes = tops, block_bytes

    def reader(self) -> "_CsvReader":
        return self._reader

    def parts(self) -> list[_CsvPart]:
        return self._parts

    def empty(self, columns: Sequence[str] | None) -> Frame:
        return empty_raw()[list(RAW_COLUMNS if columns is None else columns)]

    @cached_property
    def _parts(self) -> list[_CsvPart]:
        ranges = self._ranges()
        between = self._scan(Scanner.between_records, ranges)
        straddled = any(scan.is_open for scan in between.values())
        inside = self._scan(Scanner.inside_quotes, ranges) if straddled else None
        parts: list[_CsvPart] = []
        for file, top in enumerate(self._tops):
            mine = ranges[file]
            one, two = ([scans[each] for each in mine] if scans else None for scans in (between, inside))
            runs: Sequence[RangeRun | None] = [None] if top.start is None else []
            if mine and one is not None:
                runs = list(join_scans(mine, one, two))
            parts += [_CsvPart(len(parts) + place, file, run) for place, run in enumerate(runs)]
        return parts

    def _ranges(self) -> list[list[Bounds]]:
        """The ranges of each file, cut at line feeds; none for a file that is read as a whole."""
        rough = [
            []
            if top.start is None
            else rough_bounds(file, top.start, self._scanner.listed[file].size, self._block_bytes)
            for file, top in enumerate(self._tops)
        ]
        cut = iter(self._run(Scanner.cut, [one for mine in rough for one in mine]))
        return [contiguous([next(cut) for _ in mine]) for mine in rough]

    def _scan(self, look: Callable[[Scanner, Bounds], Scan], ranges: Sequence[Sequence[Bounds]]) -> dict[Bounds, Scan]:
        wanted = [one for mine in ranges for one in mine]
        return dict(zip(wanted, self._run(look, wanted), strict=True))

    def _run(self, look: Callable[[Scanner, Bounds], Any], wanted: Sequence[Bounds]) -> list[Any]:
        return compute(tasks(look, wanted, look.__name__, shared=self._scanner), self._cluster)


@dataclass(frozen=True, slots=True)
class _CsvReader:
    """Turns a part into frames of text."""

    source: CsvSource
    headers: tuple[Header, ...]

    def pieces(self, part: _CsvPart, columns: Sequence[str] | None) -> Iterator[Piece]:
        for block in self._blocks(part):
            yield Piece(part.key, read_block(block, self.headers[part.file], self.source.dialect, columns))

    def _blocks(self, part: _CsvPart) -> Iterator[Block]:
        source, file = self.source, self.source.listed[part.file]
        if part.run is None:
            with source.files.open(file) as stream:
                text = Utf8(stream, source.dialect, file.name)
                yield from source.blocks(text, source.header(text, file)[1], file)
            return
        with source.files.fs.open(file.path, "rb") as stream:
            stream.seek(part.run.start)
            limited = _Limited(stream, part.run.stop - part.run.start)
            rest = limited if _is_utf8(source.dialect) else Utf8(cast(BinaryIO, limited), source.dialect, file.name)
            yield from source.blocks(rest, b"", file, part.run.first_row)


class _Limited(io.RawIOBase):
    """So many bytes of a stream."""

    def __init__(self, stream: BinaryIO, size: int) -> None:
        super().__init__()
        self._stream, self._left = stream, size

    def readinto(self, room: bytearray | memoryview) -> int:  # type: ignore[override]
        size = self._stream.readinto(memoryview(room)[: self._left])  # type: ignore[attr-defined]
        self._left -= size
        return size


def _top(files: SourceFiles, file: SourceFile, source: CsvSource) -> _Top:
    with files.open(file) as stream:
        header, rest = source.header(Utf8(stream, source.dialect, file.name), file)
        with files.fs.open(file.path, "rb") as raw:
            if compression_of(file, raw.read(_MAGIC_BYTES)) or not _is_bytewise(source.dialect):
                return _Top(header, None)
            left = len(rest if _is_utf8(source.dialect) else rest.decode())
            start = stream.tell() - left
            raw.seek(start - 1)
            ends_well = start == file.size or raw.read(1) == b"\n"
    return _Top(header, start if ends_well else None)


def _is_utf8(dialect: Dialect) -> bool:
    return codecs.lookup(dialect.encoding).name in {"utf-8", "utf-8-sig", "ascii"}


def _is_bytewise(dialect: Dialect) -> bool:
    """Whether each byte below 128 is the ASCII character it looks like, wherever in a file it stands."""
    name = codecs.lookup(dialect.encoding).name
    if _is_utf8(dialect) or name == "iso8859-1":
        return True
    table = getattr(importlib.import_module(f"encodings.{name.replace('-', '_')}"), "decoding_table", "")
    ascii_codes = bytes(range(128))
    return bool(table) and ascii_codes.decode(dialect.encoding) == ascii_codes.decode("ascii")


def _sizes(files: SourceFiles, listed: Sequence[SourceFile]) -> list[int]:
    """In a worker: the sizes of the files as it sees them."""
    return [int(files.fs.size(file.path)) for file in listed]
