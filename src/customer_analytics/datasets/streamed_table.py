"""Functions that save a table chunk by chunk in any file format, slice a frame, and check that a file exists."""

from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa

from customer_analytics.core.aggregation.table_summary import TableSummary
from customer_analytics.core.arrow.row_groups import canonical_table, regroup
from customer_analytics.core.chunks.local import Task
from customer_analytics.core.chunks.protocol import Chunks, Frame
from customer_analytics.core.errors import InputError
from customer_analytics.datasets.background_writer import write_behind


def write_chunks(chunks: Chunks, schema: pa.Schema, write: Callable[[pa.Table], None]) -> TableSummary:
    """Compute the chunks once and write them as row groups of fixed length.

    Args:
        chunks: The rows of the table.
        schema: Schema of the table.
        write: Function that writes one row group; it is called in a background thread, in order of the rows.

    Returns:
        The summary of the whole table for the log, such as row count and nulls.
    """
    summary = TableSummary.of(schema.empty_table())

    def tables() -> Iterator[pa.Table]:
        nonlocal summary
        summarised_tables: Any = chunks.map(partial(_summarised_table, schema=schema))
        for table, table_summary in summarised_tables:
            summary += table_summary
            yield table

    with closing(regroup(tables(), schema)) as row_groups:  # after an error the worker threads stop first
        write_behind(row_groups, write)
    return summary


def _summarised_table(frame: Frame, schema: pa.Schema) -> Any:  # noqa: ANN401  a step of chunks returns a frame elsewhere
    """Return a pair: first the chunk as an Arrow table in canonical form; second the summary of that table."""
    table = canonical_table(frame, schema)
    return table, TableSummary.of(table)


def slice_frame(frame: Frame, rows: int) -> Iterator[Task]:
    """Cut a frame into slices of at most ``rows`` rows, and yield one task per slice; the task returns the slice."""
    for first in range(0, len(frame), rows):
        chunk = frame.iloc[first : first + rows]
        yield Task(partial(_same, chunk), len(chunk))


def _same(frame: Frame) -> Frame:
    return frame


def check_is_file(path: Path) -> None:
    """Check that an earlier pipeline wrote a table as one file.

    Raises:
        InputError: There is no file at ``path``.
    """
    if not path.is_file():
        found = "a folder, which a run with --env dask wrote" if path.is_dir() else "nothing there"
        raise InputError(
            str(path), "a table that an earlier pipeline wrote", found, "run that pipeline too: `kedro run`"
        )
