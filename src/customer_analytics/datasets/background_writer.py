"""A function that writes tables in a background thread."""

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor

import pyarrow as pa


def write_behind(tables: Iterable[pa.Table], write: Callable[[pa.Table], None]) -> None:
    """Write the tables in order. A background thread writes each table while the iterator ``tables`` makes the next.

    The two threads can work at the same time, because the encoding of a table releases the GIL.

    Raises:
        Exception: ``write`` or the iterator ``tables`` raised it. After an error of ``write``, no further table is
            written. After an error of ``tables``, the tables that were made before it are still written.
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
