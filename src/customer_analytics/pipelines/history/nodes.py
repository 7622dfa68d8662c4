"""Nodes that record the metrics of this run and compare them with earlier runs."""

from typing import Any

import pandas as pd

from customer_analytics.core.drift.settings import DriftSettings
from customer_analytics.core.history import run_record, runs


def measure_run(ledger: dict[str, Any], drift_findings: pd.DataFrame, run_usage: dict[str, float]) -> dict[str, Any]:
    """Return ``run_metrics``: numbers from the ledger and the drift findings, and the time and memory of the run."""
    return run_record.run_metrics(ledger, drift_findings, run_usage)


def tabulate_runs(run_metrics: dict[str, Any], run_history: run_record.History) -> pd.DataFrame:
    """Return the table ``runs``: the metrics of all runs, one row per run."""
    return runs.tabulate_runs(run_metrics, run_history)


def compare_runs(run_metrics: dict[str, Any], run_history: run_record.History, drift: DriftSettings) -> dict[str, Any]:
    """Return ``run_changes``: how this run differs from the previous run, and which of its metrics are anomalies."""
    return run_record.run_changes(run_metrics, run_history, drift)
