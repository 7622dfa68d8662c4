"""A dataset that loads CSV files of purchases, of any size, as chunks of text."""

from dataclasses import replace
from typing import Any, Never

from kedro.io import AbstractDataset
from kedro_datasets._typing import TablePreview

from customer_analytics.core.chunks.local import LocalChunks
from customer_analytics.core.chunks.protocol import Chunks
from customer_analytics.core.csv_reader.reader import empty_raw
from customer_analytics.datasets.csv_source import CsvInput
from customer_analytics.datasets.runtime import RuntimeSettings


class ChunkedCSVDataset(AbstractDataset[Never, Chunks]):
    """A read-only dataset that loads CSV files of purchases as chunks of text.

    A load reads only the headers. The records are read when the chunks are iterated: the files are cut into blocks of
    at most ``chunk_rows`` records, in order, and worker threads turn each block into a frame. The chunks can be
    iterated more than once.

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
        """Create the dataset; no file is opened before :meth:`load`.

        Args:
            filepath: A local path or fsspec URL of a file, a folder or a glob; files are plain, gz, bz2, xz, zst, zip.
            dialect: Fields of :class:`~customer_analytics.core.csv_reader.dialect.Dialect`.
            overrides: Fields that override the fields in ``dialect``, for example from ``--params csv.delimiter=;``.
            chunk_rows: Maximum number of records in a chunk; default: ``runtime.CHUNK_ROWS``.
            threads: Number of chunks parsed at the same time; default: the number of cores.
            credentials: Credentials of the file system.
            fs_args: Further options of the file system.
            metadata: Not used by the dataset; Kedro-Viz and other plugins read it.

        Raises:
            SettingError: A setting is unknown or invalid; the message names it.
        """
        self.metadata = metadata
        settings = RuntimeSettings.of(chunk_rows, threads)
        self._input = CsvInput.of(filepath, (dialect, overrides), settings, fs_args, credentials)

    def load(self) -> Chunks:
        """Check the headers and return lazy chunks of all records, ordered by file name and, within a file, by row.

        Raises:
            InputError: There is no file; or a file is empty, binary or corrupt, or lacks columns of the contract.
        """
        source = self._input.source()
        source.check_headers()
        return LocalChunks(source, source.settings.runtime())

    def save(self, _data: Never) -> Never:
        """Raise DatasetError: the dataset is read-only."""
        self._input.reject_save()

    def preview(self, nrows: int = 5) -> TablePreview:
        """Return at most ``nrows`` records from the start of the first file, for Kedro-Viz."""
        source = replace(self._input, settings=RuntimeSettings.of(nrows, 1)).source()
        frame = next(iter(LocalChunks(source, source.settings.runtime())), empty_raw())
        return frame.astype(object).where(frame.notna(), None).to_dict(orient="split")

    def _exists(self) -> bool:
        return self._input.exists()

    def _describe(self) -> dict[str, Any]:
        described = self._input
        return {"filepath": described.filepath, "dialect": described.dialect, "settings": described.settings}
