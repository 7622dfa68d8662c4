"""What was delivered: the input files with their sizes and content hashes."""

from concurrent.futures import Future
from contextlib import suppress
from threading import Thread
from typing import Any, NamedTuple, Never, NoReturn

from kedro.io import AbstractDataset, DatasetError
from kedro_datasets._typing import TablePreview

from customer_analytics.datasets.source_files import SourceFiles

Found = list[dict[str, Any]]
"""One mapping per file in order of name: ``file``, ``bytes`` and ``sha256`` (hex, of the file as it lies)."""


class Seen(NamedTuple):
    """What was found ahead, and the state of the files before."""

    state: object
    found: Found


Ahead = Future[Seen | None]
"""Nothing if something went wrong: the load will meet it too."""

_begun: dict[str, Ahead] = {}
"""By URL, until a dataset takes it over."""


def hash_ahead(files: SourceFiles) -> None:
    """Begin to hash files, for a dataset of the same URL that is still to come."""
    _begun[files.url] = _beginning(files)


def _beginning(files: SourceFiles) -> Ahead:
    promised = Ahead()
    Thread(target=_fulfil, args=[promised, files], daemon=True).start()
    return promised


def _fulfil(promised: Ahead, files: SourceFiles) -> None:
    seen = None
    with suppress(Exception):
        seen = Seen(files.state(), _look(files))
    promised.set_result(seen)


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
        self._ahead: Ahead | None = None

    def load_ahead(self) -> None:
        """Begin to load beside what else is done, unless :func:`hash_ahead` has begun that."""
        self._ahead = _begun.pop(self._files.url, None) or _beginning(self._files)

    def load(self) -> Found:
        """The files as they are now: what was seen ahead counts while they are marked as they were then."""
        ahead, self._ahead = self._ahead, None
        seen = ahead.result() if ahead else None
        return seen.found if seen and seen.state == self._files.state() else _look(self._files)

    def save(self, _data: Never) -> NoReturn:
        """Deliveries are not written."""
        raise DatasetError(f"{self._files.path}: input files are read, never written")

    def preview(self) -> TablePreview:
        """The files by name and size, for Kedro-Viz; none is opened."""
        sizes = [[file.name, file.size] for file in self._files.list()]
        return {"index": list(range(len(sizes))), "columns": ["file", "bytes"], "data": sizes}

    def _describe(self) -> dict[str, Any]:
        return {"filepath": self._files.path}
