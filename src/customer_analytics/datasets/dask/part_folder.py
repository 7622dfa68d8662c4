"""A table as a folder of Parquet parts that many processes write, and that appears whole or not at all."""

import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import fsspec

from customer_analytics.core.errors import InputError

MANIFEST = "_parts.json"
"""Names the parts of the table, in order; readers of Parquet folders pass over names that begin with ``_``."""


class Part(NamedTuple):
    """One file of a table.

    Args:
        key: Its place in the order of parts.
        name: In the folder.
        rows: In it.
        size: Bytes.
    """

    key: int
    name: str
    rows: int
    size: int


@dataclass(frozen=True, slots=True)
class PartFolder:
    """The folder that a table is published in.

    On a file system of folders the parts are written to a folder beside it, which then takes its place. In object
    storage, where nothing can be renamed at once, they are written under new names into the folder itself, and count
    from the moment when the manifest that names them replaces the one before.

    Args:
        url: Where; anything fsspec knows.
        options: For fsspec, credentials among them.
    """

    url: str
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def fs(self) -> Any:  # noqa: ANN401  fsspec's
        """The file system."""
        return fsspec.core.url_to_fs(self.url, **self.options)[0]

    @property
    def path(self) -> str:
        """The folder in its file system."""
        return str(fsspec.core.url_to_fs(self.url, **self.options)[1]).rstrip("/")

    def parts(self) -> list[Part]:
        """The published parts in order.

        Raises:
            InputError: Nothing was published here, or not by a cluster.
        """
        try:
            listed = json.loads(self.fs.cat_file(f"{self.path}/{MANIFEST}"))
        except (FileNotFoundError, NotADirectoryError) as error:
            hint = "run the pipeline that makes it with --env dask; a local run's file is another table"
            raise InputError(self.path, f"a folder of parts with its {MANIFEST}", "none", hint) from error
        return [Part(**part) for part in listed["parts"]]

    @contextmanager
    def opened(self, name: str) -> Iterator[Any]:
        """A part to read from: a local path as it is, else a file."""
        path = f"{self.path}/{name}"
        if "file" in self.fs.protocol:
            yield path
        else:
            with self.fs.open(path, "rb") as raw:
                yield raw

    def exists(self) -> bool:
        """Whether a table was published here."""
        return bool(self.fs.exists(f"{self.path}/{MANIFEST}"))

    @contextmanager
    def publishing(self) -> Iterator["Draft"]:
        """Where the next parts are written; they take the place of the old ones if the block ends well."""
        fs, path = self.fs, self.path
        local = "file" in fs.protocol
        token = uuid.uuid4().hex[:12]
        parent, _, name = path.rpartition("/")
        draft = Draft(self, f"{parent}/.{name}.{token}.part", "") if local else Draft(self, path, f"-{token}")
        _sweep(fs, parent, name)
        fs.makedirs(draft.folder, exist_ok=True)
        try:
            yield draft
            if local:
                _swap(fs, draft.folder, path)
        except BaseException:
            draft.discard()
            raise

    def keep_only(self, names: Sequence[str]) -> None:
        """Remove every other part."""
        for path in self.fs.ls(self.path, detail=False):
            name = str(path).rpartition("/")[2]
            if name not in names and name != MANIFEST:
                self.fs.rm_file(path)


@dataclass(frozen=True, slots=True)
class Draft:
    """Parts on their way: written by workers, published by the client.

    Args:
        home: The folder they are for.
        folder: Where they are written.
        mark: What makes their names new.
    """

    home: PartFolder
    folder: str
    mark: str

    def name(self, key: int) -> str:
        """The file of a part; a part that is made twice is the same file."""
        return f"part-{key:08d}{self.mark}.parquet"

    @contextmanager
    def writing(self, name: str) -> Iterator[str]:
        """Where to write a part: it is there whole or not at all, whoever else writes the same."""
        path = f"{self.folder}/{name}"
        if self.mark:  # an object appears when it is closed
            yield path
        else:
            beside = f"{self.folder}/.{name}.{uuid.uuid4().hex[:12]}"
            yield beside
            self.home.fs.mv(beside, path)

    def size(self, name: str) -> int:
        """Bytes of a written part."""
        return int(self.home.fs.size(f"{self.folder}/{name}"))

    def list(self, parts: Sequence[Part]) -> None:
        """Write the manifest; in object storage this publishes the parts."""
        ordered = [part._asdict() for part in sorted(parts)]
        self.home.fs.pipe_file(f"{self.folder}/{MANIFEST}", json.dumps({"parts": ordered}).encode())
        if self.mark:
            self.home.keep_only([part.name for part in parts])

    def discard(self) -> None:
        """Remove what was written."""
        fs = self.home.fs
        if self.mark:
            for path in fs.glob(f"{self.folder}/part-*{self.mark}*"):
                fs.rm_file(path)
        else:
            with suppress(FileNotFoundError):
                fs.rm(self.folder, recursive=True)


def _swap(fs: Any, new: str, path: str) -> None:  # noqa: ANN401  fsspec's
    """Put a folder in the place of another, or of a file."""
    aside = f"{new}.old"
    if fs.exists(path):
        fs.mv(path, aside, recursive=True)
    fs.mv(new, path, recursive=True)
    if fs.exists(aside):
        fs.rm(aside, recursive=True)


def _sweep(fs: Any, parent: str, name: str) -> None:  # noqa: ANN401  fsspec's
    """Remove what killed runs left beside a folder; put back what they had moved aside."""
    for left in fs.glob(f"{parent}/.{name}.*.part*"):
        if left.endswith(".old") and not fs.exists(f"{parent}/{name}"):
            fs.mv(left, f"{parent}/{name}", recursive=True)
        else:
            fs.rm(left, recursive=True)
