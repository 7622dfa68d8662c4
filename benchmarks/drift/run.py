"""Compares the alarms, the time and the memory of this project, Evidently and plain p-values on the same pairs.

Run ``python benchmarks/drift/run.py --peers PYTHON`` with this project's Python, where PYTHON belongs to an environment
with ``requirements.txt``. Writes ``results.md``.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from importlib import metadata
from pathlib import Path
from typing import Any

from pairs import PAIRS, PairSpec, write_pair

HERE = Path(__file__).resolve().parent
TOOLS = {"ours": "this project", "evidently_defaults": "Evidently", "p_values": "KS / chi-square, p < 0.05"}
MIB = 1 << 20


def judge_pair(tool: str, python: str, folder: Path) -> dict[str, Any]:
    """Run a tool on a pair in a new process; return its output, or its last line of errors as ``error``."""
    command = [python, "-W", "ignore", str(HERE / "judge.py"), tool, str(folder)]
    process = subprocess.run(command, capture_output=True, text=True, check=False)
    if process.returncode:
        return {"error": process.stderr.strip().splitlines()[-1]}
    return json.loads(process.stdout.strip().splitlines()[-1])


def describe_result(spec: PairSpec, result: dict[str, Any]) -> str:
    """Return the table entry of a result: silent or an alarm, whether it names the cause, and false alarms."""
    if "error" in result:
        return f"error: {result['error'][:60]}"
    column_alarms = [alarm for alarm in result["alarms"] if alarm["column"] == spec.column]
    false_columns = sorted({alarm["column"] for alarm in result["alarms"]} - {spec.column})
    false_alarms = f"; false: {', '.join(false_columns)}" if false_columns else ""
    if not column_alarms:
        return f"silent{false_alarms}"
    if any(spec.cause in alarm["message"] for alarm in column_alarms):
        outcome = "fail" if any(alarm["message"].startswith("fail") for alarm in column_alarms) else "warn"
        return f"**{outcome}**, names the cause{false_alarms}"
    return f"alarm, column only{false_alarms}"


def make_table(rows: int, pythons: dict[str, str], specs: tuple[PairSpec, ...]) -> list[str]:
    """Judge the pairs with all tools and return the lines of a Markdown table."""
    lines = [f"| pair ({rows:,} rows each) | {' | '.join(TOOLS[tool] for tool in pythons)} |"]
    lines.append("|---" * (len(pythons) + 1) + "|")
    results_by_tool: dict[str, list[dict[str, Any]]] = {tool: [] for tool in pythons}
    for spec in specs:
        with tempfile.TemporaryDirectory() as folder:
            write_pair(spec, rows, Path(folder))
            results = {tool: judge_pair(tool, python, Path(folder)) for tool, python in pythons.items()}
        lines.append(f"| {spec.name} | {' | '.join(describe_result(spec, result) for result in results.values())} |")
        print(lines[-1], flush=True)
        for tool, result in results.items():
            results_by_tool[tool].append(result)
    successes = [[result for result in results if "error" not in result] for results in results_by_tool.values()]
    lines.append(f"| seconds, median | {' | '.join(map(_describe_time, successes))} |")
    lines.append(f"| peak memory, of which the tables | {' | '.join(map(_describe_memory, successes))} |")
    return lines


def _describe_time(results: list[dict[str, Any]]) -> str:
    if not results:
        return "-"
    return f"{sorted(result['elapsed_s'] for result in results)[len(results) // 2]:.2f}"


def _describe_memory(results: list[dict[str, Any]]) -> str:
    if not results:
        return "-"
    peak_bytes = max(result["peak_bytes"] for result in results)
    read_bytes = max(result["read_bytes"] for result in results)
    return f"{peak_bytes / MIB:,.0f} MB ({read_bytes / MIB:,.0f})"


def main() -> None:
    """Judge all pairs and write ``results.md``."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--peers", required=True, help="Python of an environment with requirements.txt")
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--large", type=int, default=0, help="rows of a second table with one pair; 0 for none")
    options = parser.parse_args()
    pythons = {"ours": sys.executable, "evidently_defaults": options.peers, "p_values": options.peers}
    tables = [make_table(options.rows, pythons, PAIRS)]
    if options.large:
        tables.append(make_table(options.large, pythons, (PAIRS[2],)))
    head = (HERE / "head.md").read_text(encoding="utf-8").replace("VERSION", metadata.version("customer-analytics"))
    body = "\n\n".join("\n".join(lines) for lines in tables)
    (HERE / "results.md").write_text(f"{head}\n{body}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
