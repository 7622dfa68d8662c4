"""Tables written in a background thread."""

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor

import pyarrow as pa


def write_behind(tables: Iterable[pa.Table], write: Callable[[pa.Table], None]) -> None:
    """Write tables in order, each in a background thread while the next table is made.

    Both can run at the same time because encoding releases the GIL.

    Raises:
        Exception: An error of ``write``, raised before the next table is written. An error of ``tables``, raised after
            the tables before it are written.
    """
    writing: Future[None] | None = None
    try:
        with ThreadPoolExecutor(1) as executor:
            for table in tables:
                if writing:
                    writing.result()
                writing = executor.submit(write, table)
            if writing:
                writing.result()
    finally:
        writing = None  # breaks a reference cycle: the future's error refers to this frame, which refers to the future
