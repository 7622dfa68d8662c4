"""Builds two outputs of each run: ``run_metrics``, and ``run_changes``, the comparison with earlier runs."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

import pandas as pd

from customer_analytics.core.drift.baseline import parse_run_id
from customer_analytics.core.drift.checks.findings import ALARMS, Outcome
from customer_analytics.core.drift.comparisons import RUNS
from customer_analytics.core.drift.settings import DriftSettings
from customer_analytics.core.history.anomalies import describe_differences, judge_metrics
from customer_analytics.core.history.metrics import DRIFT, FATES, MONEY, QUARANTINED, ROWS, USAGE

METRICS_VERSION = 2
"""Version of the keys of metrics. A run is compared only with runs of the same version."""

History = Mapping[str, Callable[[], Mapping[str, Any]]]
"""Maps ``run id/file name`` to a function that loads the ``run_metrics`` of that run. Run ids sort by time."""


def run_metrics(ledger: Mapping[str, Any], findings: pd.DataFrame, usage: Mapping[str, float]) -> dict[str, Any]:
    """Collect the metrics of a run from its ledger, its drift findings and its use of time and memory.

    Args:
        ledger: The dataset ``ledger``.
        findings: The dataset ``drift_findings``.
        usage: ``elapsed_s``, ``cpu_s`` and ``peak_memory_bytes``.

    Returns:
        - ``schema_version``: version of the keys.
        - ``decimals``: decimal places of the minor unit.
        - ``metrics``: finite numbers by key: rows and money (in minor units) of each fate, the number of rounded
          amounts, quarantined rows of each reason, the number of alarms, and the values of ``usage``. It also has the
          effect of each drift measure with a threshold, between the baseline run and this run, over all countries.
    """
    money = ledger["money_minor_units"]
    alarms = findings["outcome"].isin([str(outcome) for outcome in ALARMS])
    between = findings[(findings["comparison"] == RUNS) & (findings["segment"] == "all") & findings["warn"].notna()]
    effects = zip(between["column"], between["measure"], between["effect"], strict=True)
    return {
        "schema_version": METRICS_VERSION,
        "decimals": money["decimals"],
        "metrics": {
            **{f"{ROWS}{fate}": ledger[fate] for fate in FATES},
            **{f"{MONEY}{fate}": money[fate] for fate in FATES},
            "amounts rounded": ledger["amounts_rounded"],
            **{f"{QUARANTINED}{reason}": rows for reason, rows in ledger["by_reason"].items()},
            "alarms": int(alarms.sum()),
            **{f"{DRIFT}{column} {measure}": float(effect) for column, measure, effect in effects if pd.notna(effect)},
            **{name: usage[name] for name in USAGE},
        },
    }


def run_changes(current: Mapping[str, Any], history: History, settings: DriftSettings) -> dict[str, Any]:
    """Describe how the newest run differs from the previous run, and judge which of its metrics are anomalies.

    Args:
        current: ``run_metrics`` of the newest run.
        history: All runs, including the newest. Earlier runs with another :data:`METRICS_VERSION` are ignored.
        settings: Provides ``history_min``, ``history_limit`` and ``history_floor``.

    Returns:
        - ``schema_version``: version of the keys of metrics.
        - ``run``, ``previous_run``: ids of the newest run and of the run before it, which can be ``None``.
        - ``earlier_runs``: number of earlier runs.
        - ``differences``: sentences about changes since the previous run.
        - ``anomalies``: for each metric, a :class:`~customer_analytics.core.history.anomalies.MetricFinding` as a dict;
          earlier runs without clean rows are ignored.
        - ``in_words``: a summary in sentences.
    """
    newest, *earlier = sorted(history, key=parse_run_id, reverse=True)
    records = {parse_run_id(name): history[name]() for name in earlier}
    metrics_by_run = {
        run: record["metrics"] for run, record in records.items() if record.get("schema_version") == METRICS_VERSION
    }
    previous_run = next(iter(metrics_by_run), None)
    metrics: Mapping[str, float] = current["metrics"]
    differences: tuple[str, ...] = ()
    if previous_run:
        previous_metrics = _delivery_metrics(metrics_by_run[previous_run])
        differences = describe_differences(previous_metrics, _delivery_metrics(metrics), current["decimals"])
    # A run without clean rows was a failed attempt, so its metrics are not usual.
    usual = [run for run in metrics_by_run.values() if run.get(f"{ROWS}clean")]
    findings = judge_metrics(metrics, usual, settings, current["decimals"])
    anomalies = [finding.message for finding in findings if finding.outcome is Outcome.WARN]
    return {
        "schema_version": METRICS_VERSION,
        "run": parse_run_id(newest),
        "previous_run": previous_run,
        "earlier_runs": len(metrics_by_run),
        "differences": list(differences),
        "anomalies": [{**asdict(finding), "outcome": str(finding.outcome)} for finding in findings],
        "in_words": [
            *_summarize_differences(previous_run, differences),
            *_summarize_anomalies(len(usual), anomalies, settings),
        ],
    }


def _delivery_metrics(metrics: Mapping[str, float]) -> dict[str, float]:
    """Return the metrics of the delivery itself: all except the effects of drift, time and memory."""
    return {name: value for name, value in metrics.items() if name not in USAGE and not name.startswith(DRIFT)}


def _summarize_differences(previous_run: str | None, differences: tuple[str, ...]) -> list[str]:
    if previous_run is None:
        return ["There is no earlier run to compare the metrics with."]
    count = len(differences)
    changed = f"{count} {'metric' if count == 1 else 'metrics'} changed" if count else "only time and memory changed"
    return [f"Since the previous run ({previous_run}) {changed}.", *differences]


def _summarize_anomalies(earlier_runs: int, anomalies: list[str], settings: DriftSettings) -> list[str]:
    if earlier_runs < settings.history_min:
        needed = f"{earlier_runs} of the {settings.history_min} needed"
        return [f"Too few earlier runs with clean rows to judge what is usual: {needed}."]
    return [f"anomalous among {earlier_runs} earlier runs: {message}" for message in anomalies] or [
        f"No metric is anomalous among {earlier_runs} earlier runs."
    ]
