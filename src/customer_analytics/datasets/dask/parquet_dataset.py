"""Tables of any length as folders of Parquet parts, one per partition, written and read by the workers of a cluster."""

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
from customer_analytics.core.contract import schemas as tables
from customer_analytics.core.errors import SettingError, listed
from customer_analytics.datasets.dask.chunks import DaskChunks, Piece, by_key
from customer_analytics.datasets.dask.cluster import ClusterSettings, check_sharing, connect
from customer_analytics.datasets.dask.part_folder import Draft, Part, PartFolder
from customer_analytics.datasets.row_groups import read_row_group, selected, writer_options
from customer_analytics.datasets.runtime import RuntimeSettings

logger = logging.getLogger(__name__)


class DaskParquetDataset(AbstractDataset[Chunks, Chunks]):
    """One of the project's streamed tables as a folder of Parquet files on storage that all workers share.

    Saving lets each worker write the partitions it makes, and replaces the folder only when all are written. Any reader
    of Parquet folders can read it.

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
        """Describe the folder; nothing is touched yet.

        Args:
            filepath: A folder; any fsspec URL.
            table: Which table it is: a key of :data:`~customer_analytics.core.contract.schemas.TABLES`.
            compression: A Parquet codec; ``none`` writes fastest.
            chunk_rows: Most rows in a loaded chunk; default in :class:`RuntimeSettings`.
            cluster: Fields of :class:`~customer_analytics.datasets.dask.cluster.ClusterSettings`.
            credentials: For the file system.
            fs_args: Further options of the file system.
            metadata: Ignored; for Kedro-Viz and other plugins.

        Raises:
            SettingError: A table that the project does not have.
        """
        if table not in tables.TABLES:
            raise SettingError(f"{filepath}: table", listed(tables.TABLES), repr(table), "correct the catalog entry")
        self.metadata = metadata
        self._schema = tables.TABLES[table]
        self._chunk_rows = RuntimeSettings.of(chunk_rows).chunk_rows
        self._cluster = ClusterSettings.of(cluster)
        self._filepath = str(filepath)
        self._folder = PartFolder(self._filepath, {**(fs_args or {}), **(credentials or {})})
        self._options = writer_options(self._schema, compression)

    def load(self) -> DaskChunks:
        """The table's chunks, of the dtypes that ``core.frames`` describes."""
        return DaskChunks(_ParquetParts(self._folder, self._schema, self._chunk_rows), self._cluster)

    def save(self, data: Chunks) -> None:
        """Let the workers write the parts; the folder that was there stays until the new one is whole."""
        if not isinstance(data, DaskChunks):
            raise DatasetError(f"{self._filepath}: expected chunks on a cluster; found {type(data).__name__}")
        parent = self._filepath.rstrip("/").rpartition("/")[0]
        check_sharing(connect(self._cluster), parent, self._folder.options)
        with self._folder.publishing() as draft:
            writer = _Writer(draft, self._schema, self._options)
            parts = [part for written in data.gather(writer) for part in written]
            parts = parts or [writer.write(0, [])]
            draft.list(parts)
        rows, size = sum(part.rows for part in parts), sum(part.size for part in parts)
        name = self._folder.path.rpartition("/")[2]
        logger.info("%s: %s rows in %d parts, %.1f MB", name, f"{rows:,}", len(parts), size / 1e6)

    def preview(self, nrows: int = 5) -> TablePreview:
        """The first rows, for Kedro-Viz; read here, without a cluster."""
        first = self._folder.parts()[0]
        with self._folder.opened(first.name) as raw, pq.ParquetFile(raw) as file:
            batch = next(file.iter_batches(nrows), None)
        rows = batch.to_pylist() if batch is not None else []
        names = self._schema.names
        return {
            "index": list(range(len(rows))),
            "columns": names,
            "data": [[_shown(row[name]) for name in names] for row in rows],
        }

    def stats(self) -> dict[str, int]:
        """Rows, columns and bytes of all parts, for Kedro-Viz."""
        parts = self._folder.parts()
        rows, size = sum(part.rows for part in parts), sum(part.size for part in parts)
        return {"rows": rows, "columns": len(self._schema), "file_size": size}

    def _exists(self) -> bool:
        return self._folder.exists()

    def _describe(self) -> dict[str, Any]:
        return {"filepath": self._filepath, "cluster": self._cluster, "chunk_rows": self._chunk_rows}


class _Placed(NamedTuple):
    """A published part, the number of the first of its rows in the whole table, and its own among the parts."""

    key: int
    name: str
    start: int


@dataclass(frozen=True, slots=True)
class _ParquetParts:
    folder: PartFolder
    schema: pa.Schema
    chunk_rows: int

    def reader(self) -> "_ParquetParts":
        return self

    def parts(self) -> list[_Placed]:
        placed, start = [], 0
        for key, part in enumerate(self.folder.parts()):
            placed.append(_Placed(key, part.name, start))
            start += part.rows
        return placed

    def empty(self, columns: Sequence[str] | None) -> Frame:
        return to_frame(selected(self.schema, columns).empty_table())

    def pieces(self, part: _Placed, columns: Sequence[str] | None) -> Iterator[Piece]:
        schema, start = selected(self.schema, columns), part.start
        with self.folder.opened(part.name) as raw:
            meta = pq.read_metadata(raw)
            for group in range(meta.num_row_groups):
                frame = to_frame(read_row_group(raw, group, schema, meta), start)
                for first in range(0, len(frame), self.chunk_rows):
                    yield Piece(part.key, frame.iloc[first : first + self.chunk_rows])
                start += len(frame)


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes parts of one table, in a worker."""

    draft: Draft
    schema: pa.Schema
    options: Mapping[str, Any]

    def __call__(self, pieces: Iterator[Piece]) -> list[Part]:
        """One file for each key that has rows."""
        written = []
        for key, frames in by_key(pieces):
            groups = regroup((canonical_table(frame, self.schema) for frame in frames), self.schema)
            if (first := next(groups, None)) is not None:
                written.append(self.write(key, chain([first], groups)))
        return written

    def write(self, key: int, groups: Iterable[pa.Table]) -> Part:
        """A part, also one without rows."""
        rows, name = 0, self.draft.name(key)
        with (
            self.draft.writing(name) as path,
            self.draft.home.fs.open(path, "wb") as raw,
            pq.ParquetWriter(raw, self.schema, **self.options) as writer,
        ):
            for group in groups:
                writer.write_table(group, row_group_size=ROW_GROUP_ROWS)
                rows += group.num_rows
        return Part(key, name, rows, self.draft.size(name))


def _shown(value: object) -> object:
    return value if value is None or isinstance(value, int | float | str) else str(value)
