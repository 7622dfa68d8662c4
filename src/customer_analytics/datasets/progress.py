"""Functions that show the progress of a run: as a bar on a terminal, otherwise as a log line every few seconds."""

import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from customer_analytics.core.chunks.local import ProgressCallback

logger = logging.getLogger(__name__)

LINE_EVERY_S = 5.0

current_node: ContextVar[str] = ContextVar("current_node", default="chunks")
"""The label of the progress display; the hooks set it to the name of the running node."""


@contextmanager
def watch_run(total: int) -> Iterator[ProgressCallback]:
    """Yield a callback that shows progress. Call it after each chunk with the number of rows and the size of its task.

    Args:
        total: Total size of all tasks, in rows, bytes or another unit; 0 if it is unknown.
    """
    if sys.stderr.isatty():
        with _progress_bar(total) as callback:
            yield callback
    else:
        yield _progress_lines(total)


@contextmanager
def _progress_bar(total: int) -> Iterator[ProgressCallback]:
    from rich.console import Console  # noqa: PLC0415  only needed on a terminal
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    started, rows_done = time.perf_counter(), 0
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[done]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(current_node.get(), total=total or None, done="")

        def advance(rows: int, size: int) -> None:
            nonlocal rows_done
            rows_done += rows
            progress.update(task, advance=size, done=_rate(rows_done, time.perf_counter() - started))

        yield advance


def _progress_lines(total: int) -> ProgressCallback:
    started = logged = time.perf_counter()
    rows_done = size_done = 0

    def advance(rows: int, size: int) -> None:
        nonlocal logged, rows_done, size_done
        rows_done, size_done = rows_done + rows, size_done + size
        now = time.perf_counter()
        if now - logged >= LINE_EVERY_S:
            logged = now
            elapsed_s = now - started
            left = f", {elapsed_s * (total - size_done) / size_done:.0f} s left" if total and size_done else ""
            logger.info("%s: %s%s", current_node.get(), _rate(rows_done, elapsed_s), left)

    return advance


def _rate(rows: int, elapsed_s: float) -> str:
    return f"{rows:,} rows, {rows / max(elapsed_s, 1e-9):,.0f} rows/s"
