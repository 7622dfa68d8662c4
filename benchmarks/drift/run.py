"""The same pairs through this project, Evidently and p-values: who alarms, who names the cause, seconds and memory.

``python benchmarks/drift/run.py --peers .venv/bin/python`` with this project's Python; the peers have their own
environment (``requirements.txt`` beside this file). Writes ``results.md``.
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


def judged(tool: str, python: str, folder: Path) -> dict[str, Any]:
    """What a tool says of a pair, in a process of its own."""
    command = [python, "-W", "ignore", str(HERE / "judge.py"), tool, str(folder)]
    process = subprocess.run(command, capture_output=True, text=True, check=False)
    if process.returncode:
        return {"error": process.stderr.strip().splitlines()[-1]}
    return json.loads(process.stdout.strip().splitlines()[-1])


def in_words(spec: PairSpec, said: dict[str, Any]) -> str:
    """A cell of the table: whether the tool is right, and how much it says."""
    if "error" in said:
        return f"error: {said['error'][:60]}"
    alarms, about = said["alarms"], [one for one in said["alarms"] if one["column"] == spec.column]
    others = sorted({one["column"] for one in alarms} - {spec.column})
    stray = f"; false: {', '.join(others)}" if others else ""
    if not about:
        return f"silent{stray}"
    if any(spec.cause in one["says"] for one in about):
        outcome = "fail" if any(one["says"].startswith("fail") for one in about) else "warn"
        return f"**{outcome}**, names the cause{stray}"
    return f"alarm, column only{stray}"


def table(rows: int, pythons: dict[str, str], specs: tuple[PairSpec, ...]) -> list[str]:
    """The table in Markdown."""
    lines = [f"| pair ({rows:,} rows each) | {' | '.join(TOOLS[tool] for tool in pythons)} |"]
    lines.append("|---" * (len(pythons) + 1) + "|")
    costs: dict[str, list[dict[str, Any]]] = {tool: [] for tool in pythons}
    for spec in specs:
        with tempfile.TemporaryDirectory() as folder:
            write_pair(spec, rows, Path(folder))
            said = {tool: judged(tool, python, Path(folder)) for tool, python in pythons.items()}
        lines.append(f"| {spec.name} | {' | '.join(in_words(spec, one) for one in said.values())} |")
        print(lines[-1], flush=True)
        for tool, one in said.items():
            costs[tool].append(one)
    return [*lines, *(f"| {name} | {' | '.join(cells)} |" for name, cells in _costs(costs).items())]


def _costs(costs: dict[str, list[dict[str, Any]]]) -> dict[str, list[str]]:
    known = [[one for one in each if "error" not in one] for each in costs.values()]
    return {
        "seconds, median": [
            f"{sorted(o['elapsed_s'] for o in each)[len(each) // 2]:.2f}" if each else "-" for each in known
        ],
        "peak memory, of which the tables": [
            f"{max(o['peak_bytes'] for o in each) / MIB:,.0f} MB ({max(o['read_bytes'] for o in each) / MIB:,.0f})"
            if each
            else "-"
            for each in known
        ],
    }


def main() -> None:
    """Judge all pairs and write ``results.md``."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--peers", required=True, help="the Python that has requirements.txt")
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--large", type=int, default=0, help="rows of a second table, of one pair")
    options = parser.parse_args()
    pythons = {"ours": sys.executable, "evidently_defaults": options.peers, "p_values": options.peers}
    parts = [table(options.rows, pythons, PAIRS)]
    if options.large:
        parts.append(table(options.large, pythons, (PAIRS[2],)))
    head = (HERE / "head.md").read_text(encoding="utf-8").replace("VERSION", metadata.version("customer-analytics"))
    body = "\n\n".join("\n".join(part) for part in parts)
    (HERE / "results.md").write_text(f"{head}\n{body}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
