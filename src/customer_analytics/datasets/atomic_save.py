"""Functions that replace a file atomically and remove the temporary files of killed runs."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def atomic_replace(path: Path) -> Iterator[Path]:
    """Yield a path for a temporary file next to ``path``; if the ``with`` block succeeds, move the file to ``path``.

    If the block raises an error, ``path`` is unchanged and the temporary file is removed.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield temporary
        if path.is_dir():  # a table that a run on a cluster wrote as a folder
            shutil.rmtree(path)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def remove_leftovers(path: Path) -> None:
    """Remove the temporary files for ``path`` that killed runs left in its folder.

    If ``path`` is one version of a versioned Kedro dataset, do this in the folders of all versions, and remove a
    version's folder if it is empty afterwards.
    """
    versions, pattern = path.parent.parent, f".{path.name}.*.part"
    is_version = versions.name == path.name
    for leftover in list(versions.glob(f"*/{pattern}") if is_version else path.parent.glob(pattern)):
        if is_alive(int(leftover.name.rsplit(".", 2)[1])):
            continue
        leftover.unlink(missing_ok=True)
        if is_version:
            with suppress(OSError):  # the folder is not empty: it holds a complete version
                leftover.parent.rmdir()


def is_alive(pid: int) -> bool:
    """Return whether a process with this id is running, even if another user owns it; a zombie is not running."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not _is_zombie(pid)


def _is_zombie(pid: int) -> bool:
    """Return whether the process is a zombie: it has ended, but its parent has not waited for it."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] == "Z"
