"""Finding and opening CSV files: one, a folder or a glob; plain or compressed; here or remote."""

import hashlib
import lzma
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatch
from pathlib import PurePosixPath
from typing import BinaryIO, NamedTuple, cast

import fsspec

from customer_analytics.core.errors import InputError, listed

_TEXT_SUFFIXES = (".csv", ".tsv", ".txt")
_ARCHIVES = {
    ".gz": ("gzip", b"\x1f\x8b"),
    ".bz2": ("bz2", b"BZh"),
    ".xz": ("xz", b"\xfd7zXZ\x00"),
    ".zst": ("zstd", b"\x28\xb5\x2f\xfd"),
    ".zip": ("zip", b"PK\x03\x04"),
}
_HASHED_BYTES = 16 << 20
_CORRUPT = (OSError, EOFError, lzma.LZMAError, zipfile.BadZipFile, zlib.error)


class SourceFile(NamedTuple):
    """One input file: its path in the file system, its public name and its size in bytes."""

    path: str
    name: str
    size: int


class SourceFiles:
    """The files behind a path.

    Args:
        filepath: A file, a folder (its ``.csv``, ``.tsv`` and ``.txt`` files, compressed or not) or a glob; any URL
            that fsspec knows.
        storage_options: Passed to fsspec, credentials among them.
    """

    def __init__(self, filepath: str, storage_options: dict[str, object] | None = None) -> None:
        self.fs, self.path = fsspec.core.url_to_fs(filepath, **(storage_options or {}))

    @property
    def url(self) -> str:
        """The path and its file system in one text."""
        return str(self.fs.unstrip_protocol(self.path))

    def list(self) -> list[SourceFile]:
        """Every file in order of its name.

        Raises:
            InputError: Nothing there, or a folder without a CSV.
        """
        root = self.path
        if any(mark in root for mark in "*?["):
            paths = [path for path in self.fs.glob(root) if self.fs.isfile(path)]
            folder = root[: min(root.index(mark) for mark in "*?[" if mark in root)].rpartition("/")[0]
        elif self.fs.isdir(root):
            paths, folder = [path for path in self.fs.ls(root, detail=False) if _is_csv(path)], root
        else:
            paths, folder = [root] if self.fs.exists(root) else [], str(PurePosixPath(root).parent)
        if not paths:
            raise self._nothing_there()
        return [SourceFile(path, self._name(path, folder), int(self.fs.size(path) or 0)) for path in sorted(paths)]

    def state(self) -> tuple[tuple[str, int, str], ...]:
        """Path, size and fsspec's mark of every file: what differs when one was changed, be it in its time alone."""
        self.fs.invalidate_cache()
        return tuple((file.path, file.size, self.fs.ukey(file.path)) for file in self.list())

    def sha256(self, path: str) -> str:
        """The hash of a file as it lies, in hexadecimal.

        It is read in large pieces: between two of them, threads that hold the interpreter keep it for milliseconds.
        """
        digest, room = hashlib.sha256(), memoryview(bytearray(_HASHED_BYTES))
        with self.fs.open(path, "rb") as raw:
            while size := raw.readinto(room):
                digest.update(room[:size])
        return digest.hexdigest()

    @contextmanager
    def open(self, file: SourceFile) -> Iterator[BinaryIO]:
        """The file's bytes, decompressed by what the file is rather than by what it is called.

        Raises:
            InputError: An empty file or an archive that is corrupt, truncated or holds more than one file.
        """
        if file.size == 0:
            raise InputError(file.name, "a CSV with a header", "an empty file", "was the delivery complete?")
        with self.fs.open(file.path, "rb") as raw:
            head = raw.read(8)
            raw.seek(0)
            try:
                yield _decompressed(raw, compression_of(file, head), file.name)
            except _CORRUPT as error:
                if isinstance(error, OSError) and error.errno is not None:
                    raise
                raise InputError(
                    file.name,
                    "a whole archive",
                    f"one that breaks off or is corrupt ({error})",
                    "fetch it again",
                ) from error

    def _name(self, path: str, folder: str) -> str:
        prefix = f"{folder.rstrip('/')}/"
        return path.removeprefix(prefix) if path.startswith(prefix) else PurePosixPath(path).name

    def _nothing_there(self) -> InputError:
        hint = "set PURCHASES_CSV in .env, or make a sample with `kedro run --pipelines synthesis`"
        if self.fs.isdir(self.path):
            names = [PurePosixPath(path).name for path in self.fs.ls(self.path, detail=False)]
            return InputError(self.path, f"files ending in {listed(_TEXT_SUFFIXES)}", listed(names), hint)
        return InputError(self.path, "a CSV file, a folder of them or a glob", "nothing there", hint)


def _is_csv(path: str) -> bool:
    name = PurePosixPath(path).name.lower()
    return any(fnmatch(name, f"*{text}{archive}") for text in _TEXT_SUFFIXES for archive in ("", *_ARCHIVES))


def compression_of(file: SourceFile, head: bytes) -> str | None:
    """The kind of archive that a file's first bytes show; ``None`` for a plain file.

    Raises:
        InputError: The file is called an archive and is none.
    """
    found = next((kind for kind, magic in _ARCHIVES.values() if head.startswith(magic)), None)
    claimed = _ARCHIVES.get(PurePosixPath(file.path).suffix.lower())
    if claimed and found != claimed[0]:
        raise InputError(file.name, f"a {claimed[0]} archive", "something else", "rename the file or fetch it again")
    return found


def _decompressed(raw: BinaryIO, kind: str | None, name: str) -> BinaryIO:
    if kind is None:
        return raw
    if kind == "xz":
        return cast(BinaryIO, lzma.LZMAFile(raw))
    if kind == "zip":
        archive = zipfile.ZipFile(raw)
        members = [one for one in archive.namelist() if not one.endswith("/")]
        if len(members) != 1:
            raise InputError(name, "an archive of one CSV", listed(members), "unpack it into a folder")
        try:
            return cast(BinaryIO, archive.open(members[0]))
        except RuntimeError as error:  # a password, or a way of packing that Python does not know
            raise InputError(name, "an archive that opens", str(error), "unpack it into a folder") from error
    import pyarrow as pa  # noqa: PLC0415  takes a while, in which files named on a command line are hashed already

    return cast(BinaryIO, pa.CompressedInputStream(pa.PythonFile(raw, mode="r"), kind))
