"""Saving of streamed tables in any file format, and the error for a table that is missing."""

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
        write: Writes one row group; it is called in another thread, in order.

    Returns:
        The summary of all rows.
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
    """Return a pair: first the chunk as a canonical Arrow table; second the summary of that table."""
    table = canonical_table(frame, schema)
    return table, TableSummary.of(table)


def slice_frame(frame: Frame, rows: int) -> Iterator[Task]:
    """Yield a task for each slice of at most ``rows`` rows of a frame."""
    for first in range(0, len(frame), rows):
        chunk = frame.iloc[first : first + rows]
        yield Task(partial(_same, chunk), len(chunk))


def _same(frame: Frame) -> Frame:
    return frame


def check_is_file(path: Path) -> None:
    """Check that a table was written.

    Raises:
        InputError: There is no file at ``path``.
    """
    if not path.is_file():
        found = "a folder, which a run with --env dask wrote" if path.is_dir() else "nothing there"
        raise InputError(
            str(path), "a table that an earlier pipeline wrote", found, "run that pipeline too: `kedro run`"
        )
