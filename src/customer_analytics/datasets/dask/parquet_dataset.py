"""A dataset of a table on a Dask cluster: a folder of Parquet files that the workers write and read."""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
from kedro.io import AbstractDataset, DatasetError
from kedro_datasets._typing import TablePreview

from customer_analytics.core.arrow.frames import to_frame
from customer_analytics.core.arrow.row_groups import ROW_GROUP_ROWS, canonical_table, regroup
from customer_analytics.core.chunks.protocol import Chunks, Frame
from customer_analytics.datasets.dask.chunks import DaskChunks
from customer_analytics.datasets.dask.cluster import ClusterSettings, check_sharing, connect
from customer_analytics.datasets.dask.part_folder import Draft, Part, PartFolder
from customer_analytics.datasets.dask.protocol import KeyedChunk, by_key
from customer_analytics.datasets.row_groups import preview_rows, read_row_group, schema_of, selected, writer_options
from customer_analytics.datasets.runtime import RuntimeSettings
from customer_analytics.datasets.source_files import storage_options

logger = logging.getLogger(__name__)


class DaskParquetDataset(AbstractDataset[Chunks, Chunks]):
    """A dataset of one table in a folder of Parquet files, on storage that all workers of a Dask cluster share.

    In a save, each worker writes the Parquet files that it computes. The save replaces the old table only when all new
    files are written. Any program that reads folders of Parquet files can read the table.

    Example catalog entry:

    .. code-block:: yaml

        clean_purchases:
          type: customer_analytics.datasets.DaskParquetDataset
          filepath: s3://analytics/03_primary/clean_purchases.parquet
          table: clean
          cluster: {address: "tcp://10.0.0.1:8786"}
    """

    def __init__(  # noqa: PLR0913  the options of a catalog entry
        self,
        *,
        filepath: str,
        table: str,
        compression: str = "lz4",
        chunk_rows: int | None = None,
        cluster: Mapping[str, Any] | None = None,
        credentials: dict[str, Any] | None = None,
        fs_args: dict[str, Any] | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        """Create the dataset; no file is opened.

        Args:
            filepath: A folder; any fsspec URL.
            table: Name of the table, a key of :data:`~customer_analytics.core.contract.schemas.TABLES`.
            compression: Parquet codec of the text columns, or ``none`` (fastest); other columns are never compressed.
            chunk_rows: Maximum number of rows in a loaded chunk; default: ``runtime.CHUNK_ROWS``.
            cluster: Fields of :class:`~customer_analytics.datasets.dask.cluster.ClusterSettings`.
            credentials: Credentials of the file system; they are sent to the workers.
            fs_args: Further options of the file system.
            metadata: Not used by the dataset; Kedro-Viz and other plugins read it.

        Raises:
            SettingError: The table is unknown, or a setting is invalid.
        """
        self.metadata = metadata
        self._schema = schema_of(table, filepath)
        self._chunk_rows = RuntimeSettings.of(chunk_rows).chunk_rows
        self._cluster = ClusterSettings.of(cluster)
        self._filepath = str(filepath)
        self._folder = PartFolder(self._filepath, storage_options(fs_args, credentials))
        self._writer_options = writer_options(self._schema, compression)

    def load(self) -> DaskChunks:
        """Return lazy chunks of the table, with the dtypes of :mod:`customer_analytics.core.arrow.frames`."""
        return DaskChunks(_ParquetParts(self._folder, self._schema, self._chunk_rows), self._cluster)

    def save(self, data: Chunks) -> None:
        """Let the workers compute the chunks and write them to new Parquet files; then replace the old files.

        Raises:
            DatasetError: ``data`` is not a table on a Dask cluster.
            ClusterError: A worker does not share the folder, or the cluster failed.
        """
        if not isinstance(data, DaskChunks):
            raise DatasetError(f"{self._filepath}: expected chunks on a cluster; found {type(data).__name__}")
        parent = self._filepath.rstrip("/").rpartition("/")[0]
        check_sharing(connect(self._cluster), parent, self._folder.options)
        with self._folder.publishing() as draft:
            writer = _PartWriter(draft, self._schema, self._writer_options)
            parts = [part for task_parts in data.gather(writer) for part in task_parts]
            parts = parts or [writer.write(0, [])]
            draft.write_manifest(parts)
        rows, size = sum(part.rows for part in parts), sum(part.size for part in parts)
        name = self._folder.path.rpartition("/")[2]
        logger.info("%s: %s rows in %d parts, %.1f MB", name, f"{rows:,}", len(parts), size / 1e6)

    def preview(self, nrows: int = 5) -> TablePreview:
        """Return the first ``nrows`` rows of the first part, for Kedro-Viz; this needs no cluster."""
        first_part = self._folder.parts()[0]
        with self._folder.opened(first_part.name) as raw, pq.ParquetFile(raw) as file:
            return preview_rows(next(file.iter_batches(nrows), None), self._schema.names)

    def stats(self) -> dict[str, int]:
        """Return how many rows, columns and bytes the table has, for Kedro-Viz."""
        parts = self._folder.parts()
        rows, size = sum(part.rows for part in parts), sum(part.size for part in parts)
        return {"rows": rows, "columns": len(self._schema), "file_size": size}

    def _exists(self) -> bool:
        return self._folder.exists()

    def _describe(self) -> dict[str, Any]:
        return {"filepath": self._filepath, "cluster": self._cluster, "chunk_rows": self._chunk_rows}


class _PartStart(NamedTuple):
    """One Parquet file of a table: its index among the files, its name, and the row number of its first row."""

    key: int
    name: str
    start: int


@dataclass(frozen=True, slots=True)
class _ParquetParts:
    """The source of a table's chunks, and also the reader of its parts; each part is one Parquet file."""

    folder: PartFolder
    schema: pa.Schema
    chunk_rows: int

    def reader(self) -> "_ParquetParts":
        return self

    def parts(self) -> list[_PartStart]:
        parts, start = [], 0
        for key, part in enumerate(self.folder.parts()):
            parts.append(_PartStart(key, part.name, start))
            start += part.rows
        return parts

    def empty(self, columns: Sequence[str] | None) -> Frame:
        return to_frame(selected(self.schema, columns).empty_table())

    def read(self, part: _PartStart, columns: Sequence[str] | None) -> Iterator[KeyedChunk]:
        schema, start = selected(self.schema, columns), part.start
        with self.folder.opened(part.name) as raw:
            meta = pq.read_metadata(raw)
            for group in range(meta.num_row_groups):
                frame = to_frame(read_row_group(raw, group, schema, meta), start)
                for first in range(0, len(frame), self.chunk_rows):
                    yield KeyedChunk(part.key, frame.iloc[first : first + self.chunk_rows])
                start += len(frame)


@dataclass(frozen=True, slots=True)
class _PartWriter:
    """A callable that writes chunks to the Parquet files of a table; runs in a worker."""

    draft: Draft
    schema: pa.Schema
    options: Mapping[str, Any]

    def __call__(self, chunks: Iterator[KeyedChunk]) -> list[Part]:
        """Write the chunks, one file per key, and return one ``Part`` per file; a key without rows gets no file."""
        parts = []
        for key, frames in by_key(chunks):
            row_groups = regroup((canonical_table(frame, self.schema) for frame in frames), self.schema)
            if (first := next(row_groups, None)) is not None:
                parts.append(self.write(key, chain([first], row_groups)))
        return parts

    def write(self, key: int, row_groups: Iterable[pa.Table]) -> Part:
        """Write the row groups to the file for ``key``, and return the key, name, row count and size of the file."""
        rows, name = 0, self.draft.file_name(key)
        with (
            self.draft.writing(name) as path,
            self.draft.target.fs.open(path, "wb") as raw,
            pq.ParquetWriter(raw, self.schema, **self.options) as writer,
        ):
            for row_group in row_groups:
                writer.write_table(row_group, row_group_size=ROW_GROUP_ROWS)
                rows += row_group.num_rows
        return Part(key, name, rows, self.draft.size(name))
