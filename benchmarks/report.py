"""What was measured as Markdown, and the machine it was measured on."""

import os
import platform
import statistics
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psutil
from measure import Usage
from programs import OURS

VERSIONED = ("kedro", "pandas", "pyarrow", "numpy", "polars", "duckdb")
RESULTS = Path(__file__).parent / "results.md"
MB, GB = 10**6, 10**9


def median_usage(runs: Sequence[Usage]) -> Usage:
    """The medians of each figure."""
    return Usage(
        statistics.median(run.wall_s for run in runs),
        statistics.median(run.cpu_s for run in runs),
        int(statistics.median(run.peak_bytes for run in runs)),
    )


def compared(runs: Mapping[str, Sequence[Usage]], notes: Mapping[str, str]) -> str:
    """A table of medians, and what this project took as a share of what each peer took."""
    medians = {name: median_usage(usages) for name, usages in runs.items()}
    ours = medians.get(OURS)
    lines = [
        "| program | wall s (fastest to slowest) | CPU s | peak MB | wall, ours / its | CPU | memory | answer |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, median in medians.items():
        walls = [run.wall_s for run in runs[name]]
        lines.append(
            f"| {name} | {median.wall_s:.1f} ({min(walls):.1f} to {max(walls):.1f}) | {median.cpu_s:.1f} "
            f"| {median.peak_bytes / MB:,.0f} | {_shares(ours, median)} | {notes.get(name, '')} |"
        )
    return "\n".join(lines)


def growth(medians: Mapping[int, Usage], least: int) -> str:
    """A table of this project at several sizes (rows), and of each against the one with ``least`` rows."""
    base = medians[least]
    lines = [
        "| rows | wall s | CPU s | peak MB | wall against the first | memory against the first |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {rows:,} | {usage.wall_s:.1f} | {usage.cpu_s:.1f} | {usage.peak_bytes / MB:,.0f} "
        f"| {usage.wall_s / base.wall_s:.2f} | {usage.peak_bytes / base.peak_bytes:.2f} |"
        for rows, usage in medians.items()
    ]
    return "\n".join(lines)


def machine() -> str:
    """Date, processor, memory and versions, in one line."""
    versions = ", ".join(f"{name} {version(name)}" for name in VERSIONED)
    memory = psutil.virtual_memory().total / GB
    return (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC; {_processor()}, {_cores()} cores, "
        f"{memory:.0f} GB; {platform.system()} {platform.release()}; Python {platform.python_version()}, {versions}; "
        f"load before {os.getloadavg()[0]:.1f}"
    )


def record(title: str, where: str, table: str) -> None:
    """Add a section to ``results.md``."""
    if not RESULTS.exists():
        RESULTS.write_text(_HEAD)
    with RESULTS.open("a", encoding="utf-8") as results:
        results.write(f"\n## {title}\n\n{where}\n\n{table}\n")


_HEAD = """# Results

What `make bench` measured, newest last: medians of several rounds, each program in a fresh process, in turn. The job is
in `peers/job.py`, how it is measured in `measure.py`. "Ours / its" below 1 means that this project took less.
From 2026-11-28 06:00 on programs run in an environment without the tools for development, as `make bench` makes it.
"""


def _shares(ours: Usage | None, its: Usage) -> str:
    if ours is None or ours is its:
        return "1 | 1 | 1" if ours else "| |"
    shares = (ours.wall_s / its.wall_s, ours.cpu_s / its.cpu_s, ours.peak_bytes / its.peak_bytes)
    return " | ".join(f"{share:.2f}" for share in shares)


def _cores() -> int:
    """The number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or "unknown processor"
