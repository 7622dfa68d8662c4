"""Whether programs found the same: whole numbers exactly, floating-point figures but for their last digits."""

import json
import math
from collections.abc import Mapping
from pathlib import Path

import pyarrow.parquet as pq
from peers.job import Answer

COUNTS = ("rows_in", "clean", "quarantined", "duplicates", "cents")
TRUE_COUNTS = {"rows_in": "rows_in", "clean": "clean", "quarantined": "quarantined", "duplicates": "duplicates"}
TOLERANCE = 1e-9
"""Relative; the peers add floats, this project does not."""

SAMPLES = 10


def compare(one: Answer, other: Answer) -> list[str]:
    """What is not the same in two answers, a line for each difference; groups are named up to a limit."""
    lines = [
        f"{name}: {getattr(one, name)} and {getattr(other, name)}"
        for name in COUNTS
        if getattr(one, name) != getattr(other, name)
    ]
    groups, others = ({(group.country, group.category): group for group in answer.groups} for answer in (one, other))
    lines += _differing(groups, others)
    lines += [
        f"{name}: {one.summary[name]} and {other.summary[name]}"
        for name in one.summary
        if not _close(one.summary[name], other.summary[name])
    ]
    return lines


def compare_quicklooks(one: Mapping[str, object], other: Mapping[str, object]) -> list[str]:
    """The countries whose cents or orders are not the same."""
    return _differing(one, other)


def compare_truth(answer: Answer, truth: Path) -> list[str]:
    """What is not as the generator of the file says."""
    true = json.loads(truth.read_text())
    found = {name: getattr(answer, name) for name in TRUE_COUNTS} | {"revenue_cents": answer.cents}
    expected = {name: true[key] for name, key in TRUE_COUNTS.items()} | {"revenue_cents": true["revenue_cents"]}
    return [f"{name}: {found[name]} and {expected[name]}" for name in found if found[name] != expected[name]]


def ids_of_one_only(one: Path, other: Path) -> list[str]:
    """Some ids of purchases that are clean in one file and not in the other, each with its side."""
    mine, theirs = (set(pq.read_table(path, columns=["purchase_id"])[0].to_pylist()) for path in (one, other))
    sides = ((mine - theirs, "first only"), (theirs - mine, "second only"))
    return [f"{name} ({side})" for ids, side in sides for name in sorted(ids)[:SAMPLES]]


def _close(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=TOLERANCE)


def _differing(one: Mapping, other: Mapping) -> list[str]:
    names = [name for name in {**one, **other} if one.get(name) != other.get(name)]
    lines = [f"{name}: {one.get(name)} and {other.get(name)}" for name in names[:SAMPLES]]
    return [*lines, f"and {len(names) - SAMPLES} more"] if len(names) > SAMPLES else lines
