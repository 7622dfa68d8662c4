"""Functions that find and open input files: a file, a folder or a glob; plain or compressed; local or remote."""

import hashlib
import lzma
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from fnmatch import fnmatch
from pathlib import PurePosixPath
from typing import Any, BinaryIO, NamedTuple, cast

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
MAGIC_BYTES = 8
"""Number of bytes at the start of a file that :func:`compression_of` needs."""

ARCHIVE_SUFFIXES = tuple(_ARCHIVES)

_HASHED_BYTES = 16 << 20
_CORRUPT = (OSError, EOFError, lzma.LZMAError, zipfile.BadZipFile, zlib.error)


class SourceFile(NamedTuple):
    """One input file.

    Args:
        path: Path as the fsspec file system returns it.
        name: Name in tables and messages: the path relative to the folder of the delivery.
        size: Size in bytes; of a compressed file, the compressed size.
    """

    path: str
    name: str
    size: int


def storage_options(fs_args: Mapping[str, Any] | None, credentials: Mapping[str, Any] | None) -> dict[str, Any]:
    """Merge two settings of a catalog entry into the options for fsspec; ``credentials`` override ``fs_args``."""
    return {**(fs_args or {}), **(credentials or {})}


class SourceFiles:
    """The input files that a path names; the methods list, open and hash the files.

    Args:
        filepath: A local path or fsspec URL of a file, a folder or a glob. In a folder, the ``.csv``, ``.tsv`` and
            ``.txt`` files are the input, compressed or not.
        storage_options: Options for fsspec, such as credentials.
    """

    def __init__(self, filepath: str, storage_options: dict[str, object] | None = None) -> None:
        self.fs, self.path = fsspec.core.url_to_fs(filepath, **(storage_options or {}))

    @property
    def url(self) -> str:
        """The path of the input as a URL, with the protocol of the file system."""
        return str(self.fs.unstrip_protocol(self.path))

    def list(self) -> list[SourceFile]:
        """Return all files, sorted by path.

        Raises:
            InputError: There is no file.
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
            raise self._no_files()
        return [SourceFile(path, self._name(path, folder), int(self.fs.size(path) or 0)) for path in sorted(paths)]

    def state(self) -> tuple[tuple[str, int, str], ...]:
        """Return path, size and fsspec's unique key (``ukey``) of every file. The key changes when the file changes."""
        self.fs.invalidate_cache()
        return tuple((file.path, file.size, self.fs.ukey(file.path)) for file in self.list())

    def sha256(self, path: str) -> str:
        """Return the SHA-256 of a file in hexadecimal; a compressed file is hashed without decompression.

        The file is read in large blocks, because the thread may have to wait for the GIL after each block.
        """
        digest, buffer = hashlib.sha256(), memoryview(bytearray(_HASHED_BYTES))
        with self.fs.open(path, "rb") as raw:
            while size := raw.readinto(buffer):
                digest.update(buffer[:size])
        return digest.hexdigest()

    @contextmanager
    def open(self, file: SourceFile) -> Iterator[BinaryIO]:
        """Yield a stream of a file's decompressed bytes; the compression is detected from the first bytes of the file.

        Raises:
            InputError: The file is empty; or it has the suffix of another compression; or it is an archive that is
                corrupt, is truncated or has more than one file.
        """
        if file.size == 0:
            raise InputError(file.name, "a CSV with a header", "an empty file", "was the delivery complete?")
        with self.fs.open(file.path, "rb") as raw:
            head = raw.read(MAGIC_BYTES)
            raw.seek(0)
            try:
                yield _decompressed(raw, compression_of(file, head), file.name)
            except _CORRUPT as error:
                if isinstance(error, OSError) and error.errno is not None:
                    raise
                found = f"one that is truncated or corrupt ({error})"
                raise InputError(file.name, "a complete archive", found, "download it again") from error

    def _name(self, path: str, folder: str) -> str:
        prefix = f"{folder.rstrip('/')}/"
        return path.removeprefix(prefix) if path.startswith(prefix) else PurePosixPath(path).name

    def _no_files(self) -> InputError:
        hint = "set PURCHASES_CSV in .env, or make a sample with `kedro run --pipelines synthesis`"
        if self.fs.isdir(self.path):
            names = [PurePosixPath(path).name for path in self.fs.ls(self.path, detail=False)]
            return InputError(self.path, f"files ending in {listed(_TEXT_SUFFIXES)}", listed(names), hint)
        return InputError(self.path, "a CSV file, a folder of CSV files or a glob", "nothing there", hint)


def _is_csv(path: str) -> bool:
    name = PurePosixPath(path).name.lower()
    return any(fnmatch(name, f"*{text}{archive}") for text in _TEXT_SUFFIXES for archive in ("", *_ARCHIVES))


def compression_of(file: SourceFile, head: bytes) -> str | None:
    """Detect the compression of a file from its first bytes.

    Args:
        file: The file.
        head: Its first :data:`MAGIC_BYTES` bytes.

    Returns:
        ``gzip``, ``bz2``, ``xz``, ``zstd`` or ``zip``; ``None`` for a plain file.

    Raises:
        InputError: The file has the suffix of a compression, such as ``.gz``, but its bytes have another or none.
    """
    detected = next((kind for kind, magic in _ARCHIVES.values() if head.startswith(magic)), None)
    expected, _magic = _ARCHIVES.get(PurePosixPath(file.path).suffix.lower(), (detected, b""))
    if detected != expected:
        found = f"a {detected} archive" if detected else "a file that is not compressed"
        raise InputError(file.name, f"a {expected} archive", found, "rename the file or download it again")
    return detected


def _decompressed(raw: BinaryIO, kind: str | None, name: str) -> BinaryIO:
    if kind is None:
        return raw
    if kind == "xz":
        return cast(BinaryIO, lzma.LZMAFile(raw))
    if kind == "zip":
        archive = zipfile.ZipFile(raw)
        members = [name for name in archive.namelist() if not name.endswith("/")]
        if len(members) != 1:
            raise InputError(name, "an archive of one CSV", listed(members), "extract it into a folder")
        try:
            return cast(BinaryIO, archive.open(members[0]))
        except RuntimeError as error:  # an encrypted archive, or a compression that Python does not support
            raise InputError(name, "a readable archive", str(error), "extract it into a folder") from error
    import pyarrow as pa  # noqa: PLC0415  slow to import, and hashing does not need it

    return cast(BinaryIO, pa.CompressedInputStream(pa.PythonFile(raw, mode="r"), kind))
