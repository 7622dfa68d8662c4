"""The same job in this project and in its peers, side by side: ``python benchmarks/run.py --help``.

Each program runs as a whole, fresh process, in turn and for several rounds, on the same file, which is in the page
cache before the first. This project can run in an environment of its own: Kedro imports Polars where it is installed,
though nothing here uses it. All must find the same to the row, the cent and the customer (``peers/job.py``), or the
exit code is 1.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from agreement import compare, compare_quicklooks, compare_truth, ids_of_one_only
from measure import PROJECT, Usage, run_measured
from peers.job import Answer
from programs import JOB, OURS, QUICKLOOK, Cents, Program
from report import compared, growth, machine, median_usage, record

MILLION = 10**6
CACHED_BYTES = 16 << 20


@dataclass(frozen=True, slots=True)
class Bench:
    """What the command line asks for."""

    work: Path
    csv: Path | None
    rows: int
    rounds: int
    recorded: bool
    ours: Path

    def source(self) -> Path:
        """The CSV that was named, or a synthetic one, made if it is not there yet."""
        return self.csv or synthesise(self.work, self.rows)

    def publish(self, title: str, table: str) -> None:
        """Print a table, and keep it if asked to."""
        where = machine()
        print(f"\n## {title}\n\n{where}\n\n{table}")
        if self.recorded:
            record(title, where, table)


def synthesise(work: Path, rows: int) -> Path:
    """A synthetic CSV and the truth about it beside it; nothing to do when they are there."""
    csv = work / f"purchases-{rows}.csv"
    truth, made = csv.with_suffix(".truth.json"), work / "made"
    if csv.exists() and truth.exists():
        return csv
    print(f"making {rows:,} rows: {csv}", flush=True)
    arguments = ["run", "--pipelines", "synthesis", "--params", f"synthesis.rows={rows}"]
    with (work / "synthesis.log").open("w") as log:
        subprocess.run(
            [sys.executable, "-m", "kedro", *arguments],
            check=True,
            cwd=PROJECT,
            env={**os.environ, "DATA_DIR": str(made)},
            stdout=log,
            stderr=log,
        )
    (made / "01_raw/purchases.truth.json").rename(truth)
    (made / "01_raw/purchases.csv").rename(csv)
    return csv


def warm(csv: Path) -> None:
    """Read the file once, so that every program finds it in the page cache."""
    with csv.open("rb") as stream:
        while stream.read(CACHED_BYTES):
            pass


def run_once(program: Program, csv: Path, bench: Bench) -> Usage:
    """Run a program in an empty folder of its own, which keeps what it wrote."""
    folder = bench.work / "out" / program.name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    log = folder / "output.log"
    usage = run_measured(program.name, program.command(csv, folder, bench.ours), program.environment(csv, folder), log)
    line = f"{usage.wall_s:7.1f} s wall {usage.cpu_s:7.1f} s CPU {usage.peak_bytes / MILLION:7,.0f} MB"
    print(f"  {program.name:20}{line}", flush=True)
    return usage


def compile_loops(csv: Path, bench: Bench) -> None:
    """Run this project once, not counted: the first run after an installation compiles its loops."""
    print("first run, which may compile, not counted:", flush=True)
    run_once(next(program for program in JOB if program.name == OURS), csv, bench)


def run_rounds(programs: Sequence[Program], csv: Path, bench: Bench) -> dict[str, list[Usage]]:
    """Run each program once a round."""
    runs: dict[str, list[Usage]] = {program.name: [] for program in programs}
    warm(csv)
    for number in range(1, bench.rounds + 1):
        print(f"round {number} of {bench.rounds}: {csv}", flush=True)
        for program in programs:
            runs[program.name].append(run_once(program, csv, bench))
    return runs


def check(programs: Sequence[Program], csv: Path, work: Path) -> dict[str, list[str]]:
    """Program → how its answer differs from the first one's, and that one's from the truth where it is known."""
    first, *others = programs
    answers = {program.name: program.answer(work / "out" / program.name) for program in programs}
    mine, truth = answers[first.name], csv.with_suffix(".truth.json")
    known = isinstance(mine, Answer) and truth.exists()
    disagreements = {first.name: compare_truth(mine, truth) if known else []}
    for program in others:
        disagreements[program.name] = differences(mine, answers[program.name])
        if program.exact and disagreements[program.name] and isinstance(mine, Answer):
            paths = (work / "out" / each.name / each.clean for each in (first, program))
            disagreements[program.name] += ids_of_one_only(*paths)
    return disagreements


def differences(mine: Answer | Cents, other: Answer | Cents) -> list[str]:
    """What is not the same in two answers of one kind."""
    if isinstance(mine, Answer) and isinstance(other, Answer):
        return compare(mine, other)
    return compare_quicklooks(mine, other)


def judged(programs: Sequence[Program], disagreements: dict[str, list[str]]) -> dict[str, str]:
    """Program → a word about its answer; every difference is printed."""
    for program in programs:
        for line in disagreements[program.name] if program.exact else []:
            print(f"DIFFERENT: {programs[0].name} and {program.name}: {line}", file=sys.stderr)
    words = {True: "**differs**", False: "does less, differs"}
    return {each.name: words[each.exact] if disagreements[each.name] else "agrees" for each in programs}


def compare_programs(title: str, programs: Sequence[Program], bench: Bench) -> int:
    """Measure, compare and report; the exit code."""
    csv = bench.source()
    compile_loops(csv, bench)
    runs = run_rounds(programs, csv, bench)
    disagreements = check(programs, csv, bench.work)
    table = compared(runs, judged(programs, disagreements))
    bench.publish(f"{title}: {csv.stat().st_size / 1e9:.2f} GB, {bench.rounds} rounds", table)
    return int(any(disagreements[program.name] for program in programs if program.exact))


def measure_growth(millions: Sequence[float], bench: Bench) -> int:
    """This project at several sizes; each file is deleted before the next is made."""
    ours = next(program for program in JOB if program.name == OURS)
    medians: dict[int, Usage] = {}
    wrong = 0
    for rows in (round(million * MILLION) for million in millions):
        csv = synthesise(bench.work, rows)
        if not medians:
            compile_loops(csv, bench)
        medians[rows] = median_usage(run_rounds([ours], csv, bench)[OURS])
        disagreements = check([ours], csv, bench.work)
        judged([ours], disagreements)
        wrong += bool(disagreements[OURS])
        shutil.rmtree(bench.work / "out")
        csv.unlink()
        csv.with_suffix(".truth.json").unlink()
    bench.publish(f"Growth: {bench.rounds} rounds", growth(medians, min(medians)))
    return int(wrong > 0)


def chosen(programs: Sequence[Program], names: str | None) -> list[Program]:
    """The programs named, in the order of the table; all when none is."""
    known = {program.name for program in programs}
    wanted = known if names is None else set(names.split(","))
    if not wanted <= known:
        raise SystemExit(f"--programs: expected some of {', '.join(sorted(known))}; found {names}")
    return [program for program in programs if program.name in wanted]


def parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10 * MILLION, help="rows of the synthetic CSV")
    parser.add_argument("--csv", type=Path, help="a CSV to use instead; NAME.truth.json beside NAME.csv is checked")
    parser.add_argument("--rounds", type=int, default=5, help="runs of each program")
    parser.add_argument("--programs", help="names, with commas: " + ",".join(program.name for program in JOB))
    parser.add_argument("--ours", type=Path, default=Path(sys.executable), help="the Python that runs this project")
    parser.add_argument("--work", type=Path, help="folder for CSV and outputs; a temporary one if not given")
    parser.add_argument("--quicklook", action="store_true", help="revenue per country straight from the CSV")
    parser.add_argument("--growth", help="this project at these sizes, in million rows: 1,10 or 1,10,100 (25 GB)")
    parser.add_argument("--record", action="store_true", help="add the table to benchmarks/results.md")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what the command line asks for; 1 when answers differ."""
    options = parsed(arguments)
    with tempfile.TemporaryDirectory(prefix="bench-") as temporary:
        work = (options.work or Path(temporary)).resolve()
        work.mkdir(parents=True, exist_ok=True)
        csv = options.csv.resolve() if options.csv else None
        bench = Bench(work, csv, options.rows, options.rounds, options.record, options.ours.absolute())
        if options.growth:
            return measure_growth([float(text) for text in options.growth.split(",")], bench)
        if options.quicklook:
            return compare_programs("Quick look", chosen(QUICKLOOK, options.programs), bench)
        return compare_programs("The job", chosen(JOB, options.programs), bench)


if __name__ == "__main__":
    sys.exit(main())
