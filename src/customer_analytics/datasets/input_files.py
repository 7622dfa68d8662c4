"""What was delivered: the input files with their sizes and content hashes."""

from concurrent.futures import Future
from threading import Thread
from typing import Any, Never, NoReturn

from kedro.io import AbstractDataset, DatasetError
from kedro_datasets._typing import TablePreview

from customer_analytics.datasets.csv_files import SourceFiles


class InputFilesDataset(AbstractDataset[Never, list[dict[str, Any]]]):
    """The files behind a path, as the ledger names them.

    Example catalog entry:

    .. code-block:: yaml

        input_files:
          type: customer_analytics.datasets.InputFilesDataset
          filepath: data/01_raw/purchases.csv
    """

    def __init__(
        self,
        *,
        filepath: str,
        credentials: dict[str, Any] | None = None,
        fs_args: dict[str, Any] | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        """Describe the files; the arguments are those of ``ChunkedCSVDataset``."""
        self.metadata = metadata
        self._ahead: Future[list[dict[str, Any]]] | None = None
        self._files = SourceFiles(str(filepath), {**(fs_args or {}), **(credentials or {})})

    def load_ahead(self) -> None:
        """Begin to load beside what else is done; the next :meth:`load` waits, and raises what went wrong."""
        self._ahead = Future()
        Thread(target=self._fulfil, args=[self._ahead], daemon=True).start()

    def load(self) -> list[dict[str, Any]]:
        """One mapping per file in order of name: ``file``, ``bytes`` and ``sha256`` (hex, of the file as it lies)."""
        ahead, self._ahead = self._ahead, None
        return ahead.result() if ahead else self._look()

    def save(self, _data: Never) -> NoReturn:
        """Deliveries are not written."""
        raise DatasetError(f"{self._files.path}: input files are read, never written")

    def preview(self) -> TablePreview:
        """The files by name and size, for Kedro-Viz; none is opened."""
        sizes = [[file.name, file.size] for file in self._files.list()]
        return {"index": list(range(len(sizes))), "columns": ["file", "bytes"], "data": sizes}

    def _fulfil(self, promised: Future[list[dict[str, Any]]]) -> None:
        try:
            promised.set_result(self._look())
        except Exception as error:  # noqa: BLE001  whatever it is, load() raises it
            promised.set_exception(error)

    def _look(self) -> list[dict[str, Any]]:
        files = self._files
        return [{"file": file.name, "bytes": file.size, "sha256": files.sha256(file.path)} for file in files.list()]

    def _describe(self) -> dict[str, Any]:
        return {"filepath": self._files.path}
