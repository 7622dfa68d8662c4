"""Build the report's two sections about runs: one about rows and changes, one about time and memory."""

from collections.abc import Hashable
from typing import Any

import pandas as pd

from customer_analytics.core.display import format_run_id
from customer_analytics.core.report import formatting
from customer_analytics.core.report.charts.runs import MAX_RUNS, NO_RUNS
from customer_analytics.core.report.content import Block, Section, Table
from customer_analytics.core.report.facts import Facts

_RUNS_HINT = f"{NO_RUNS} `kedro run` records every run."
_MEGABYTE = 1e6


def runs_section(facts: Facts) -> Section:
    """Build the section that compares runs: changes since the previous run, and a table of recent runs."""
    title = "This run and earlier runs"
    if facts.run_changes is None or facts.runs is None or facts.runs.empty:
        return Section("runs", title, _RUNS_HINT)
    rows = tuple(
        (
            format_run_id(run["run"]),
            formatting.count(run["rows_in"]),
            formatting.count(run["clean"]),
            formatting.money(run["clean_minor_units"] / 10**facts.decimals, facts.decimals),
            formatting.count(run["alarms"]),
        )
        for run in list_newest_runs(facts.runs)
    )
    table = Table("Runs, newest first", ("run", "rows read", "clean", "revenue", "drift alarms"), rows)
    lead, *lines = facts.run_changes["in_words"]
    return Section("runs", title, lead, (Block("All runs", "", *table.fold()),), lines=tuple(lines))


def usage_section(facts: Facts) -> Section:
    """Build the section about the time and peak memory of recent runs."""
    title = "Time and memory of the run"
    if facts.runs is None or facts.runs.empty:
        return Section("usage", title, _RUNS_HINT)
    newest_run = facts.runs.fillna(0.0).iloc[-1]
    rows_per_s = newest_run["rows_in"] / newest_run["elapsed_s"] if newest_run["elapsed_s"] else 0
    lead = (
        f"The run took {formatting.duration(newest_run['elapsed_s'])} and at most "
        f"{_format_megabytes(newest_run['peak_memory_bytes'])} of memory in this process. "
        f"That is {formatting.count(rows_per_s)} rows per second if the run started with the input files. "
        "The time ends before this page is written."
    )
    rows = tuple(
        (
            format_run_id(run["run"]),
            formatting.duration(run["elapsed_s"]),
            formatting.duration(run["cpu_s"]),
            _format_megabytes(run["peak_memory_bytes"]),
        )
        for run in list_newest_runs(facts.runs)
    )
    table = Table("Time and memory, newest run first", ("run", "time", "CPU", "peak memory"), rows)
    return Section("usage", title, lead, (Block("By run", "usage_by_run_chart", *table.fold()),))


def list_newest_runs(runs: pd.DataFrame) -> list[dict[Hashable, Any]]:
    """Return at most :data:`MAX_RUNS` runs as dicts, newest first; a metric is NaN if the run did not record it."""
    newest_first = runs.tail(MAX_RUNS).iloc[::-1]
    return newest_first.astype({name: "float64" for name in newest_first.columns if name != "run"}).to_dict("records")


def _format_megabytes(size_bytes: float) -> str:
    return f"{formatting.count(size_bytes / _MEGABYTE)} MB"
