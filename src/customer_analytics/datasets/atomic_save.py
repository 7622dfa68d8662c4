"""Files that appear whole or not at all."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def atomic_replace(path: Path) -> Iterator[Path]:
    """A path beside ``path`` to write to: it takes its place when the block ends well, else it is removed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield beside
        if path.is_dir():  # a table in parts, from a run on a cluster
            shutil.rmtree(path)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def remove_leftovers(path: Path) -> None:
    """Remove what killed runs left beside ``path``, or in the folder of any version if it is a version of Kedro's."""
    versions, parts = path.parent.parent, f".{path.name}.*.part"
    is_version = versions.name == path.name
    for left in list(versions.glob(f"*/{parts}") if is_version else path.parent.glob(parts)):
        if is_alive(int(left.name.rsplit(".", 2)[1])):
            continue
        left.unlink(missing_ok=True)
        if is_version:
            with suppress(OSError):  # a version that was saved whole before
                left.parent.rmdir()


def is_alive(process: int) -> bool:
    """Whether a process of this number runs, whoever owns it."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not _has_ended(process)


def _has_ended(process: int) -> bool:
    """Whether only its number is left of a process, until its parent asks for it: in a container often nobody does."""
    try:
        status = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] == "Z"
