"""Tables written while the next ones are made."""

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor

import pyarrow as pa


def write_behind(tables: Iterable[pa.Table], write: Callable[[pa.Table], None]) -> None:
    """Write each table in a thread of its own, in order, while the next one is made: encoding needs no interpreter.

    Raises:
        Exception: What ``write`` raised, at the table after it or at the end; what making a table raised.
    """
    writing: Future[None] | None = None
    try:
        with ThreadPoolExecutor(1) as pen:
            for table in tables:
                if writing:
                    writing.result()
                writing = pen.submit(write, table)
            if writing:
                writing.result()
    finally:
        writing = None  # its error holds this frame, which would hold it and the tables
