"""Tables of any length as one ordinary Parquet file, written and read chunk by chunk."""

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

from customer_analytics.core.aggregation.table_summary import TableSummary
from customer_analytics.core.arrow.frames import to_frame
from customer_analytics.core.arrow.row_groups import ROW_GROUP_ROWS, canonical_table, regroup
from customer_analytics.core.chunks.local import LocalChunks, Task
from customer_analytics.core.chunks.protocol import Chunks, Frame
from customer_analytics.core.contract import schemas as tables
from customer_analytics.core.errors import InputError, SettingError, listed
from customer_analytics.datasets.atomic_save import atomic_replace, remove_leftovers
from customer_analytics.datasets.background_writer import write_behind
from customer_analytics.datasets.row_groups import read_row_group, selected, writer_options
from customer_analytics.datasets.runtime import RuntimeSettings

logger = logging.getLogger(__name__)


class ChunkedParquetDataset(AbstractVersionedDataset[Chunks, Chunks]):
    """One of the project's streamed tables as an ordinary Parquet file on a local disk.

    Saving runs the chunks once, in flat memory, and replaces the file only when all is written; the bytes depend on the
    rows alone, not on how they were cut. Loading is lazy, and reads only the columns that are selected.

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
        """Describe the file; nothing is touched yet.

        Args:
            filepath: A local path.
            table: Which table it is: a key of :data:`~customer_analytics.core.contract.schemas.TABLES`.
            compression: A Parquet codec for text; numbers are packed without one. ``none`` is fastest.
            chunk_rows: Most rows in a loaded chunk; default in :class:`RuntimeSettings`.
            threads: Chunks read at once; default the machine's cores.
            version: Kedro's, for ``versioned: true``.
            metadata: Ignored; for Kedro-Viz and other plugins.

        Raises:
            SettingError: A table that the project does not have.
        """
        super().__init__(PurePosixPath(filepath), version)
        if table not in tables.TABLES:
            raise SettingError(f"{filepath}: table", listed(tables.TABLES), repr(table), "correct the catalog entry")
        self.metadata = metadata
        self._schema = tables.TABLES[table]
        self._compression = compression
        self._settings = RuntimeSettings.of(chunk_rows, threads)

    def load(self) -> Chunks:
        """The table's chunks, of the dtypes that ``core.frames`` describes.

        Raises:
            InputError: No such file.
        """
        path = Path(self._get_load_path())
        if not path.is_file():
            found = "a folder, as a run on a cluster leaves it" if path.is_dir() else "nothing there"
            raise InputError(str(path), "a table that an earlier pipeline wrote", found, "run that too: `kedro run`")
        source = _ParquetSource(str(path), self._schema, self._settings)
        return LocalChunks(source, self._settings.runtime())

    def save(self, data: Chunks) -> None:
        """Run the chunks and write them; the file that was there stays until the new one is whole."""
        path = Path(self._get_save_path())
        remove_leftovers(path)
        description = TableSummary.of(self._schema.empty_table())
        with (
            atomic_replace(path) as beside,
            pq.ParquetWriter(beside, self._schema, **writer_options(self._schema, self._compression)) as writer,
        ):

            def tables() -> Iterator[pa.Table]:
                nonlocal description
                pieces: Any = data.map(partial(_described, schema=self._schema))
                for table, its_description in pieces:
                    description += its_description
                    yield table

            with closing(regroup(tables(), self._schema)) as groups:  # workers stop before an error is told
                write_behind(groups, partial(writer.write_table, row_group_size=ROW_GROUP_ROWS))
        logger.info("%s: %s", path.stem, description)

    def preview(self, nrows: int = 5) -> TablePreview:
        """The first rows of the first row group, for Kedro-Viz."""
        with pq.ParquetFile(self._get_load_path()) as file:
            batch = next(file.iter_batches(nrows), None)
        rows = batch.to_pylist() if batch is not None else []
        names = self._schema.names
        return {
            "index": list(range(len(rows))),
            "columns": names,
            "data": [[_shown(row[name]) for name in names] for row in rows],
        }

    def stats(self) -> dict[str, int]:
        """Rows, columns and bytes as the file's footer and the disk tell them, for Kedro-Viz."""
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


def _described(frame: Frame, schema: pa.Schema) -> Any:  # noqa: ANN401  elsewhere a step's result is a frame
    """A chunk as a canonical table, and its description."""
    table = canonical_table(frame, schema)
    return table, TableSummary.of(table)


@dataclass(frozen=True, slots=True)
class _ParquetSource:
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
                yield from self._cut(read())
            start += rows

    def _read(self, group: int, start: int, columns: Sequence[str] | None, meta: pq.FileMetaData) -> Frame:
        return to_frame(read_row_group(self.path, group, selected(self.schema, columns), meta), start)

    def _cut(self, frame: Frame) -> Iterator[Task]:
        for first in range(0, len(frame), self.settings.chunk_rows):
            piece = frame.iloc[first : first + self.settings.chunk_rows]
            yield Task(partial(_same, piece), len(piece))


def _same(frame: Frame) -> Frame:
    return frame


def _shown(value: object) -> object:
    return value if value is None or isinstance(value, int | float | str) else str(value)
