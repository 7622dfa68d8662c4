"""A dataset of a table in chunks: one local Arrow file, which is large but fast to write and to read."""

import logging
from collections.abc import Generator, Iterator, Sequence
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
from kedro.io import AbstractDataset
from kedro_datasets._typing import TablePreview

from customer_analytics.core.arrow.frames import to_frame
from customer_analytics.core.chunks.local import LocalChunks, Task
from customer_analytics.core.chunks.protocol import Chunks, Frame
from customer_analytics.datasets.atomic_save import atomic_replace, remove_leftovers
from customer_analytics.datasets.row_groups import preview_rows, schema_of, selected
from customer_analytics.datasets.runtime import RuntimeSettings
from customer_analytics.datasets.streamed_table import check_is_file, slice_frame, write_chunks

logger = logging.getLogger(__name__)


class ChunkedArrowDataset(AbstractDataset[Chunks, Chunks]):
    """A dataset of one table in a local file in Arrow's IPC stream format, written and read chunk by chunk.

    Use it for a table that is read several times and then replaced: the values are stored without encoding or
    compression, and a load maps the file into memory. ``pyarrow.ipc.open_stream`` and ``polars.read_ipc_stream`` can
    read the file. The bytes of the file depend on the rows only, not on how chunks divide them.

    Example catalog entry:

    .. code-block:: yaml

        typed_purchases:
          type: customer_analytics.datasets.ChunkedArrowDataset
          filepath: data/02_intermediate/typed_purchases.arrows
          table: typed
          metadata: {kedro-viz: {layer: 02_intermediate}}
    """

    def __init__(
        self,
        *,
        filepath: str,
        table: str,
        chunk_rows: int | None = None,
        threads: int | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        """Create the dataset; the file is not opened.

        Args:
            filepath: A local path.
            table: Name of the table, a key of :data:`~customer_analytics.core.contract.schemas.TABLES`.
            chunk_rows: Maximum number of rows in a loaded chunk; default: ``runtime.CHUNK_ROWS``.
            threads: Number of chunks read at the same time; default: the number of cores.
            metadata: Not used by the dataset; Kedro-Viz and other plugins read it.

        Raises:
            SettingError: The table is unknown, or a setting is invalid.
        """
        self.metadata = metadata
        self._filepath = filepath
        self._schema = schema_of(table, filepath)
        self._settings = RuntimeSettings.of(chunk_rows, threads)

    def load(self) -> Chunks:
        """Return lazy chunks of the table, with the dtypes of :mod:`customer_analytics.core.arrow.frames`.

        Raises:
            InputError: There is no file.
        """
        check_is_file(Path(self._filepath))
        source = _ArrowSource(self._filepath, self._schema, self._settings)
        return LocalChunks(source, self._settings.runtime())

    def save(self, data: Chunks) -> None:
        """Compute the chunks, write them to a temporary file, and replace the dataset's file with it."""
        path = Path(self._filepath)
        remove_leftovers(path)
        with (
            atomic_replace(path) as temporary,
            pa.OSFile(str(temporary), "wb") as file,
            pa.ipc.new_stream(file, self._schema) as writer,
        ):
            summary = write_chunks(data, self._schema, partial(_write_batch, writer))
        logger.info("%s: %s", path.stem, summary)

    def preview(self, nrows: int = 5) -> TablePreview:
        """Return the first ``nrows`` rows of the table, for Kedro-Viz."""
        first = next(read_batches(self._filepath, self._schema), None)
        return preview_rows(None if first is None else first.slice(0, nrows), self._schema.names)

    def stats(self) -> dict[str, int]:
        """Return how many rows, columns and bytes the file has, for Kedro-Viz."""
        rows = sum(batch.num_rows for batch in read_batches(self._filepath, self._schema))
        return {"rows": rows, "columns": len(self._schema), "file_size": Path(self._filepath).stat().st_size}

    def _exists(self) -> bool:
        return Path(self._filepath).is_file()

    def _describe(self) -> dict[str, Any]:
        return {"filepath": self._filepath, "settings": self._settings}


def read_batches(path: str, schema: pa.Schema, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
    """Yield the row groups of a memory-mapped file, with only the given columns; ``None`` selects all columns."""
    names = schema.names if columns is None else list(columns)
    fields = sorted(schema.get_field_index(name) for name in names)
    options = pa.ipc.IpcReadOptions(included_fields=fields, use_threads=False)
    with pa.memory_map(path) as file, pa.ipc.open_stream(file, options=options) as reader:
        for batch in reader:
            yield batch.select(names)


def _write_batch(writer: pa.ipc.RecordBatchStreamWriter, row_group: pa.Table) -> None:
    """Write a row group as one batch, so that the bytes of the file do not depend on the sizes of the chunks."""
    for batch in row_group.combine_chunks().to_batches():
        writer.write_batch(batch)


@dataclass(frozen=True, slots=True)
class _ArrowSource:
    """A source of the chunks of one file; a row group with more than ``chunk_rows`` rows is cut into several chunks."""

    path: str
    schema: pa.Schema
    settings: RuntimeSettings

    def total(self) -> int:
        return sum(batch.num_rows for batch in read_batches(self.path, self.schema, ()))

    def tasks(self, columns: Sequence[str] | None) -> AbstractContextManager[Iterator[Task]]:
        return closing(self._tasks(columns))

    def _tasks(self, columns: Sequence[str] | None) -> Generator[Task, None, None]:
        start = 0
        for batch in read_batches(self.path, self.schema, columns):
            read = partial(self._to_frame, batch, start, columns)
            if batch.num_rows <= self.settings.chunk_rows:
                yield Task(read, batch.num_rows)
            else:
                yield from slice_frame(read(), self.settings.chunk_rows)
            start += batch.num_rows

    def _to_frame(self, batch: pa.RecordBatch, start: int, columns: Sequence[str] | None) -> Frame:
        return to_frame(pa.Table.from_batches([batch], selected(self.schema, columns)), start)
