"""What was delivered: the input files with their sizes and content hashes."""

from concurrent.futures import Future
from threading import Thread
from typing import Any, Never, NoReturn

from kedro.io import AbstractDataset, DatasetError
from kedro_datasets._typing import TablePreview

from customer_analytics.datasets.csv_files import SourceFiles

Found = list[dict[str, Any]]
"""One mapping per file in order of name: ``file``, ``bytes`` and ``sha256`` (hex, of the file as it lies)."""

Ahead = Future[tuple[object, Found]]
"""What was found ahead, and the state of the files before."""

_begun: dict[SourceFiles, Ahead] = {}


def look_ahead(files: SourceFiles) -> None:
    """Begin to hash files beside what else is done, unless that has begun; the next load of them waits for it."""
    if files not in _begun:
        promised = _begun[files] = Ahead()
        Thread(target=_fulfil, args=[promised, files], daemon=True).start()


def _fulfil(promised: Ahead, files: SourceFiles) -> None:
    try:
        promised.set_result((files.state(), _look(files)))
    except Exception as error:  # noqa: BLE001  whatever it is, the load will meet it too
        promised.set_exception(error)


def _look(files: SourceFiles) -> Found:
    return [{"file": file.name, "bytes": file.size, "sha256": files.sha256(file.path)} for file in files.list()]


class InputFilesDataset(AbstractDataset[Never, Found]):
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
        self._files = SourceFiles(str(filepath), {**(fs_args or {}), **(credentials or {})})

    def load_ahead(self) -> None:
        """Begin to load beside what else is done."""
        look_ahead(self._files)

    def load(self) -> Found:
        """The files as they are now: what was seen ahead counts while their sizes and times are what they were then."""
        ahead = _begun.pop(self._files, None)
        if ahead and not ahead.exception():
            state, found = ahead.result()
            if state == self._files.state():
                return found
        return _look(self._files)

    def save(self, _data: Never) -> NoReturn:
        """Deliveries are not written."""
        raise DatasetError(f"{self._files.path}: input files are read, never written")

    def preview(self) -> TablePreview:
        """The files by name and size, for Kedro-Viz; none is opened."""
        sizes = [[file.name, file.size] for file in self._files.list()]
        return {"index": list(range(len(sizes))), "columns": ["file", "bytes"], "data": sizes}

    def _describe(self) -> dict[str, Any]:
        return {"filepath": self._files.path}
