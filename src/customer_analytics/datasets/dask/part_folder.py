"""A folder of Parquet files: many processes write a new version, which replaces the old version when it is complete."""

import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import fsspec

from customer_analytics.core.errors import InputError

MANIFEST = "_parts.json"
"""Name of the file that lists the parts of a table in order. Parquet readers ignore names that start with ``_``."""


class Part(NamedTuple):
    """One Parquet file of a table.

    Args:
        key: Sort key; it gives the order of the parts in the table.
        name: Name of the file in the folder.
        rows: Number of rows.
        size: Size in bytes.
    """

    key: int
    name: str
    rows: int
    size: int


@dataclass(frozen=True, slots=True)
class PartFolder:
    """The folder of a table: its parts, which are Parquet files, and a manifest that lists them.

    On a local file system new parts are written to a temporary folder, which is renamed when it is complete. Object
    storage has no atomic rename. There, new parts are written into the folder itself under new names. The table
    consists of the parts in the manifest, so a new manifest replaces all old parts at once.

    Args:
        url: Any fsspec URL.
        options: Options for fsspec, such as credentials.
    """

    url: str
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def fs(self) -> Any:  # noqa: ANN401  fsspec's
        """The file system of the folder."""
        return fsspec.core.url_to_fs(self.url, **self.options)[0]

    @property
    def path(self) -> str:
        """The path of the folder in its file system."""
        return str(fsspec.core.url_to_fs(self.url, **self.options)[1]).rstrip("/")

    def parts(self) -> list[Part]:
        """Return the parts that the manifest lists, in order.

        Raises:
            InputError: The folder has no manifest.
        """
        try:
            manifest = json.loads(self.fs.cat_file(f"{self.path}/{MANIFEST}"))
        except (FileNotFoundError, NotADirectoryError) as error:
            hint = "run the pipeline that makes it with --env dask, which does not read the files of local runs"
            raise InputError(self.path, f"a folder of parts with its {MANIFEST}", "none", hint) from error
        return [Part(**part) for part in manifest["parts"]]

    @contextmanager
    def opened(self, name: str) -> Iterator[Any]:
        """Yield an object from which pyarrow reads the file ``name``: a path if it is local, otherwise an open file."""
        path = f"{self.path}/{name}"
        if "file" in self.fs.protocol:
            yield path
        else:
            with self.fs.open(path, "rb") as raw:
                yield raw

    def exists(self) -> bool:
        """Return whether the folder has a manifest, and so a complete table."""
        return bool(self.fs.exists(f"{self.path}/{MANIFEST}"))

    @contextmanager
    def publishing(self) -> Iterator["Draft"]:
        """Yield a :class:`Draft`; if the ``with`` block raises no error, the new files replace the old files."""
        fs, path = self.fs, self.path
        is_local = "file" in fs.protocol
        token = uuid.uuid4().hex[:12]
        parent, _, name = path.rpartition("/")
        draft = Draft(self, f"{parent}/.{name}.{token}.part", "") if is_local else Draft(self, path, f"-{token}")
        _remove_leftovers(fs, parent, name)
        fs.makedirs(draft.folder, exist_ok=True)
        try:
            yield draft
            if is_local:
                _replace_folder(fs, draft.folder, path)
        except BaseException:
            draft.discard()
            raise

    def keep_only(self, names: Sequence[str]) -> None:
        """Remove all files from the folder except the manifest and the parts with these names."""
        for path in self.fs.ls(self.path, detail=False):
            name = str(path).rpartition("/")[2]
            if name not in names and name != MANIFEST:
                self.fs.rm_file(path)


@dataclass(frozen=True, slots=True)
class Draft:
    """A new version of a table, before it is published; workers write its parts.

    Args:
        target: The folder of the table.
        folder: Path of the folder that the parts are written to.
        suffix: Unique ending of the new file names in object storage; empty on a local file system.
    """

    target: PartFolder
    folder: str
    suffix: str

    def file_name(self, key: int) -> str:
        """Return the file name for a key; it is the same in all workers, so a repeated task writes the same file."""
        return f"part-{key:08d}{self.suffix}.parquet"

    @contextmanager
    def writing(self, name: str) -> Iterator[str]:
        """Yield a path to write a file to; the file appears in the folder as ``name`` only when it is complete."""
        path = f"{self.folder}/{name}"
        if self.suffix:  # in object storage a file appears when it is closed
            yield path
        else:
            temporary = f"{self.folder}/.{name}.{uuid.uuid4().hex[:12]}"
            yield temporary
            self.target.fs.mv(temporary, path)

    def size(self, name: str) -> int:
        """Return the size of a written part in bytes."""
        return int(self.target.fs.size(f"{self.folder}/{name}"))

    def write_manifest(self, parts: Sequence[Part]) -> None:
        """Write the manifest, which lists these parts. In object storage, the new parts then replace the old parts."""
        sorted_parts = [part._asdict() for part in sorted(parts)]
        self.target.fs.pipe_file(f"{self.folder}/{MANIFEST}", json.dumps({"parts": sorted_parts}).encode())
        if self.suffix:
            self.target.keep_only([part.name for part in parts])

    def discard(self) -> None:
        """Remove all files that were written for this new version of the table."""
        fs = self.target.fs
        if self.suffix:
            for path in fs.glob(f"{self.folder}/part-*{self.suffix}*"):
                fs.rm_file(path)
        else:
            with suppress(FileNotFoundError):
                fs.rm(self.folder, recursive=True)


def _replace_folder(fs: Any, new: str, path: str) -> None:  # noqa: ANN401  fsspec's
    """Rename the folder ``new`` to ``path``, and remove the folder or file that was at ``path`` before."""
    old = f"{new}.old"
    if fs.exists(path):
        fs.mv(path, old, recursive=True)
    fs.mv(new, path, recursive=True)
    if fs.exists(old):
        fs.rm(old, recursive=True)


def _remove_leftovers(fs: Any, parent: str, name: str) -> None:  # noqa: ANN401  fsspec's
    """Remove the folders that killed runs left for ``parent/name``; if that is missing, restore the old one."""
    for leftover in fs.glob(f"{parent}/.{name}.*.part*"):
        if leftover.endswith(".old") and not fs.exists(f"{parent}/{name}"):
            fs.mv(leftover, f"{parent}/{name}", recursive=True)
        else:
            fs.rm(leftover, recursive=True)
