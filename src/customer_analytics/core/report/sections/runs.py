"""This run among those before it, what it took, and what its columns take."""

from typing import Any

import pandas as pd

from customer_analytics.core.display import spelt_run
from customer_analytics.core.report import formatting as words
from customer_analytics.core.report.charts.runs import MOST_RUNS, NO_RUNS
from customer_analytics.core.report.content import Block, Section, Table, records
from customer_analytics.core.report.facts import Facts

_MAKE = "`kedro run` records every run."
_SHOWN = 12
_MEGABYTE = 1e6


def tell_past(facts: Facts) -> Section:
    """What changed since the previous run, and every run's rows, money and alarms."""
    title = "This run and those before"
    if facts.run_changes is None or facts.runs is None or facts.runs.empty:
        return Section("runs", title, f"{NO_RUNS} {_MAKE}")
    rows = tuple(
        (
            spelt_run(run["run"]),
            words.count(run["rows_in"]),
            words.count(run["clean"]),
            words.money(run["clean_minor_units"] / 10**facts.decimals, facts.decimals),
            words.count(run["alarms"]),
        )
        for run in _newest(facts.runs)
    )
    head = ("run", "rows in", "clean", "worth", "alarms of drift")
    table, more = Table("Runs, the newest first", head, rows).cut(_SHOWN)
    first, *lines = facts.run_changes["in_words"]
    block = Block("Every run", table=table, more=more)
    return Section("runs", title, first, (block,), lines=tuple(lines))


def tell_usage(facts: Facts) -> Section:
    """Seconds and memory of the newest recorded run, and of those before."""
    title = "What the run took"
    if facts.runs is None or facts.runs.empty:
        return Section("usage", title, f"{NO_RUNS} {_MAKE}")
    newest = facts.runs.fillna(0.0).iloc[-1]
    speed = newest["rows_in"] / newest["elapsed_s"] if newest["elapsed_s"] else 0
    lead = (
        f"{words.seconds(newest['elapsed_s'])} from the start of the run until it was measured, "
        f"with at most {words.count(newest['peak_memory_bytes'] / _MEGABYTE)} MB of memory in this process: "
        f"{words.count(speed)} rows a second, if the run began with the file. This page is not in it."
    )
    rows = tuple(
        (
            spelt_run(run["run"]),
            words.seconds(run["elapsed_s"]),
            words.seconds(run["cpu_s"]),
            f"{words.count(run['peak_memory_bytes'] / _MEGABYTE)} MB",
        )
        for run in _newest(facts.runs)
    )
    table, more = Table("Time and memory, the newest first", ("run", "time", "CPU", "peak memory"), rows).cut(_SHOWN)
    return Section("usage", title, lead, (Block("Run by run", "usage_by_run_chart", table, more),))


def _newest(runs: pd.DataFrame) -> list[dict[str, Any]]:
    """The newest runs first; NaN where a run did not leave a figure."""
    shown = runs.tail(MOST_RUNS).iloc[::-1]
    return records(shown.astype({name: "float64" for name in shown.columns if name != "run"}))


def tell_memory(facts: Facts) -> Section:
    """What a chunk takes in memory, as the newest memory profile tells it."""
    title = "What a chunk takes in memory"
    summary = facts.memory_report_summary
    if summary is None:
        return Section(
            "memory", title, "Nobody has looked yet: `kedro run --pipelines memory_profiling,reporting` does."
        )
    lead = "From the newest `kedro run --pipelines memory_profiling`, which may be older than this run."
    blocks = (
        Block("Column by column", "memory_by_column_chart", absent="There was no row to measure."),
        Block("Memory and time by size of chunk", "chunk_rows_chart", absent="No size of chunk was tried."),
    )
    return Section("memory", title, lead, blocks, lines=tuple(summary["in_words"]))
