"""How far a run has come: a bar on a terminal, a line every few seconds elsewhere."""

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
"""What the progress is of; the hooks put the node's name here."""


@contextmanager
def watch_run(total: int) -> Iterator[ProgressCallback]:
    """A watcher of one pass over chunks whose sizes add up to ``total`` (0 when unknown)."""
    if sys.stderr.isatty():
        with _bar(total) as watcher:
            yield watcher
    else:
        yield _lines(total)


@contextmanager
def _bar(total: int) -> Iterator[ProgressCallback]:
    from rich.console import Console  # noqa: PLC0415  only on a terminal
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    started, rows = time.perf_counter(), 0
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[done]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(current_node.get(), total=total or None, done="")

        def advance(more: int, size: int) -> None:
            nonlocal rows
            rows += more
            progress.update(task, advance=size, done=_done(rows, time.perf_counter() - started))

        yield advance


def _lines(total: int) -> ProgressCallback:
    started = spoke = time.perf_counter()
    rows = sizes = 0

    def advance(more: int, size: int) -> None:
        nonlocal spoke, rows, sizes
        rows, sizes = rows + more, sizes + size
        now = time.perf_counter()
        if now - spoke >= LINE_EVERY_S:
            spoke = now
            left = f", {(now - started) * (total - sizes) / sizes:.0f} s left" if total and sizes else ""
            logger.info("%s: %s%s", current_node.get(), _done(rows, now - started), left)

    return advance


def _done(rows: int, elapsed_s: float) -> str:
    return f"{rows:,} rows, {rows / max(elapsed_s, 1e-9):,.0f} rows/s"
