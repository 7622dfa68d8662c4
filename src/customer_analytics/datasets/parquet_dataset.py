"""A dataset of a table in chunks: one local Parquet file, written and read chunk by chunk."""

import logging
from collections.abc import Generator, Iterator, Sequence
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from kedro.io import AbstractVersionedDataset, DatasetError, Version
from kedro_datasets._typing import TablePreview

from customer_analytics.core.arrow.frames import to_frame
from customer_analytics.core.arrow.row_groups import ROW_GROUP_ROWS
from customer_analytics.core.chunks.local import LocalChunks, Task
from customer_analytics.core.chunks.protocol import Chunks, Frame
from customer_analytics.datasets.atomic_save import atomic_replace, remove_leftovers
from customer_analytics.datasets.row_groups import preview_rows, read_row_group, schema_of, selected, writer_options
from customer_analytics.datasets.runtime import RuntimeSettings
from customer_analytics.datasets.streamed_table import check_is_file, slice_frame, write_chunks

logger = logging.getLogger(__name__)


class ChunkedParquetDataset(AbstractVersionedDataset[Chunks, Chunks]):
    """A dataset of one table in a local Parquet file, written and read chunk by chunk.

    A save computes the chunks once and replaces the file only when the new file is complete. The memory of a save does
    not grow with the number of rows. The bytes of the file depend on the rows only, not on how chunks divide them.
    A load returns lazy chunks: the file is read when they are iterated, and only the selected columns are read.

    Example catalog entry:

    .. code-block:: yaml

        clean_purchases:
          type: customer_analytics.datasets.ChunkedParquetDataset
          filepath: data/03_primary/clean_purchases.parquet
          table: clean
          compression: zstd
          metadata: {kedro-viz: {layer: 03_primary}}
    """

    def __init__(  # noqa: PLR0913  the options of a catalog entry
        self,
        *,
        filepath: str,
        table: str,
        compression: str = "lz4",
        chunk_rows: int | None = None,
        threads: int | None = None,
        version: Version | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        """Create the dataset; the file is not opened.

        Args:
            filepath: A local path.
            table: Name of the table, a key of :data:`~customer_analytics.core.contract.schemas.TABLES`.
            compression: Parquet codec of the text columns, or ``none`` (fastest); other columns are never compressed.
            chunk_rows: Maximum number of rows in a loaded chunk; default: ``runtime.CHUNK_ROWS``.
            threads: Number of chunks read at the same time; default: the number of cores.
            version: Set by Kedro if the catalog entry has ``versioned: true``.
            metadata: Not used by the dataset; Kedro-Viz and other plugins read it.

        Raises:
            SettingError: The table is unknown, or a setting is invalid.
        """
        super().__init__(PurePosixPath(filepath), version)
        self.metadata = metadata
        self._schema = schema_of(table, filepath)
        self._compression = compression
        self._settings = RuntimeSettings.of(chunk_rows, threads)

    def load(self) -> Chunks:
        """Return lazy chunks of the table, with the dtypes of :mod:`customer_analytics.core.arrow.frames`.

        Raises:
            InputError: There is no file.
        """
        path = Path(self._get_load_path())
        check_is_file(path)
        source = _ParquetSource(str(path), self._schema, self._settings)
        return LocalChunks(source, self._settings.runtime())

    def save(self, data: Chunks) -> None:
        """Compute the chunks, write them to a temporary file, and replace the dataset's file with it."""
        path = Path(self._get_save_path())
        remove_leftovers(path)
        with (
            atomic_replace(path) as temporary,
            pq.ParquetWriter(temporary, self._schema, **writer_options(self._schema, self._compression)) as writer,
        ):
            write = partial(writer.write_table, row_group_size=ROW_GROUP_ROWS)
            summary = write_chunks(data, self._schema, write)
        logger.info("%s: %s", path.stem, summary)

    def preview(self, nrows: int = 5) -> TablePreview:
        """Return the first ``nrows`` rows of the table, for Kedro-Viz."""
        with pq.ParquetFile(self._get_load_path()) as file:
            return preview_rows(next(file.iter_batches(nrows), None), self._schema.names)

    def stats(self) -> dict[str, int]:
        """Return how many rows, columns and bytes the file has, for Kedro-Viz."""
        path = Path(self._get_load_path())
        meta = pq.read_metadata(path)
        return {"rows": meta.num_rows, "columns": meta.num_columns, "file_size": path.stat().st_size}

    def _exists(self) -> bool:
        try:
            return Path(self._get_load_path()).is_file()
        except DatasetError:
            return False

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self._filepath), "version": self._version, "settings": self._settings}


@dataclass(frozen=True, slots=True)
class _ParquetSource:
    """A source of the chunks of one file; a row group with more than ``chunk_rows`` rows is cut into several chunks."""

    path: str
    schema: pa.Schema
    settings: RuntimeSettings

    def total(self) -> int:
        return int(pq.read_metadata(self.path).num_rows)

    def tasks(self, columns: Sequence[str] | None) -> AbstractContextManager[Iterator[Task]]:
        return closing(self._tasks(columns))

    def _tasks(self, columns: Sequence[str] | None) -> Generator[Task, None, None]:
        meta = pq.read_metadata(self.path)
        start = 0
        for group in range(meta.num_row_groups):
            rows = meta.row_group(group).num_rows
            read = partial(self._read, group, start, columns, meta)
            if rows <= self.settings.chunk_rows:
                yield Task(read, rows)
            else:
                yield from slice_frame(read(), self.settings.chunk_rows)
            start += rows

    def _read(self, group: int, start: int, columns: Sequence[str] | None, meta: pq.FileMetaData) -> Frame:
        return to_frame(read_row_group(self.path, group, selected(self.schema, columns), meta), start)
