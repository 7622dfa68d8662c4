"""A dataset that lists the input files of a run with their sizes and hashes."""

from concurrent.futures import Future
from contextlib import suppress
from threading import Thread
from typing import Any, NamedTuple, Never, NoReturn

from kedro.io import AbstractDataset, DatasetError
from kedro_datasets._typing import TablePreview

from customer_analytics.datasets.source_files import SourceFiles, storage_options

InputFile = dict[str, Any]
"""One input file: ``file`` (name), ``bytes`` (size) and ``sha256`` (hexadecimal); compressed files stay compressed."""


class HashedFiles(NamedTuple):
    """The hashes of input files, and the files' state before hashing; if the state differs later, a file has changed.

    Args:
        state: Result of :meth:`SourceFiles.state` before the files were hashed.
        files: Name, size and hash of each file, in order of the names.
    """

    state: object
    files: list[InputFile]


Hashing = Future[HashedFiles | None]
"""The future result of a background thread that hashes files; ``None`` marks an error, which a load raises later."""


def _hash_in_background(files: SourceFiles) -> Hashing:
    hashing = Hashing()
    Thread(target=_set_result, args=[hashing, files], daemon=True).start()
    return hashing


def _set_result(hashing: Hashing, files: SourceFiles) -> None:
    hashed = None
    with suppress(Exception):
        hashed = HashedFiles(files.state(), _hash_files(files))
    hashing.set_result(hashed)


def _hash_files(files: SourceFiles) -> list[InputFile]:
    return [{"file": file.name, "bytes": file.size, "sha256": files.sha256(file.path)} for file in files.list()]


class InputFilesDataset(AbstractDataset[Never, list[InputFile]]):
    """A read-only dataset that loads a list of the input files with their sizes and hashes, for the ledger.

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
        """Create the dataset; the arguments mean the same as in ``ChunkedCSVDataset``."""
        self.metadata = metadata
        self._files = SourceFiles(str(filepath), storage_options(fs_args, credentials))
        self._hashing: Hashing | None = None

    def start_hashing(self) -> None:
        """Start to hash the files in a background thread, so that :meth:`load` waits less."""
        self._hashing = _hash_in_background(self._files)

    def load(self) -> list[InputFile]:
        """Return one dict per file with the keys ``file`` (the name), ``bytes`` (the size) and ``sha256``.

        If :meth:`start_hashing` was called and no file has changed since then, the hashes of that call are used.
        Otherwise the files are hashed now.
        """
        hashing, self._hashing = self._hashing, None
        hashed = hashing.result() if hashing else None
        return hashed.files if hashed and hashed.state == self._files.state() else _hash_files(self._files)

    def save(self, _data: Never) -> NoReturn:
        """Raise DatasetError: the dataset is read-only."""
        raise DatasetError(f"{self._files.path}: expected to be read only; found a node that saves it")

    def preview(self) -> TablePreview:
        """Return the names and sizes of the files, for Kedro-Viz; no file is opened."""
        rows = [[file.name, file.size] for file in self._files.list()]
        return {"index": list(range(len(rows))), "columns": ["file", "bytes"], "data": rows}

    def _describe(self) -> dict[str, Any]:
        return {"filepath": self._files.path}
