"""What a run leaves for those after it: its metrics, and how they differ from those before."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

import pandas as pd

from customer_analytics.core.drift.baseline import run_of
from customer_analytics.core.drift.checks.findings import Outcome
from customer_analytics.core.drift.comparisons import RUNS
from customer_analytics.core.drift.settings import DriftSettings
from customer_analytics.core.history.anomalies import anomalies, differences
from customer_analytics.core.history.metrics import DRIFT, FATES, MONEY, QUARANTINED, ROWS, USAGE

METRICS_VERSION = 1

History = Mapping[str, Callable[[], Mapping[str, Any]]]


def run_metrics(ledger: Mapping[str, Any], findings: pd.DataFrame, usage: Mapping[str, float]) -> dict[str, Any]:
    """The metrics of a run, one flat map of finite numbers.

    Args:
        ledger: The public ledger.
        findings: ``drift_findings``.
        usage: ``elapsed_s``, ``cpu_s`` and ``peak_memory_bytes``.

    Returns:
        ``schema_version``; ``decimals``: digits of the minor unit; ``metrics``: rows and money (minor units) by fate,
        refused rows by reason, the effect of each drift measure between runs that can alarm, the number of alarms, and
        the usage.
    """
    money = ledger["money_minor_units"]
    alarms = findings["outcome"].isin([str(Outcome.WARN), str(Outcome.FAIL)])
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
    """The newest run against the one before it, and against what is usual among all earlier ones with clean rows.

    Args:
        current: Its ``run_metrics``.
        history: Those of all runs, unread, by ``run id/file name``, the newest among them.
        settings: ``history_min``, ``history_limit`` and ``history_floor``.

    Returns:
        ``run``, ``previous_run`` (``None`` for the first), ``earlier_runs``; ``differences`` from the previous run in
        words; ``anomalies``: every metric against its history, runs without a clean row left out; ``in_words``.
    """
    newest, *earlier = sorted(history, key=run_of, reverse=True)
    before = [history[name]()["metrics"] for name in earlier]
    now: Mapping[str, float] = current["metrics"]
    told = differences(_told(before[0]), _told(now), current["decimals"]) if before else ()
    usual = [metrics for metrics in before if metrics.get(f"{ROWS}clean")]  # a failed attempt is no example
    found = anomalies(now, usual, settings, current["decimals"])
    odd = [one.words for one in found if one.outcome is Outcome.WARN]
    return {
        "schema_version": METRICS_VERSION,
        "run": run_of(newest),
        "previous_run": run_of(earlier[0]) if earlier else None,
        "earlier_runs": len(earlier),
        "differences": list(told),
        "anomalies": [{**asdict(one), "outcome": str(one.outcome)} for one in found],
        "in_words": [*_compared(earlier, told), *_judged(len(usual), odd, settings)],
    }


def _told(metrics: Mapping[str, float]) -> dict[str, float]:
    """Without time and memory, which always differ, and drift measures, which are differences themselves."""
    return {name: figure for name, figure in metrics.items() if name not in USAGE and not name.startswith(DRIFT)}


def _compared(earlier: list[str], told: tuple[str, ...]) -> list[str]:
    if not earlier:
        return ["This is the first run: there is nothing to compare its metrics with."]
    said = (
        f"{len(told)} {'metric' if len(told) == 1 else 'metrics'} changed" if told else "only time and memory changed"
    )
    return [f"Since the previous run ({run_of(earlier[0])}) {said}.", *told]


def _judged(earlier: int, odd: list[str], settings: DriftSettings) -> list[str]:
    least = settings.history_min
    if earlier < least:
        return [f"Too few earlier runs with clean rows to tell what is usual: {earlier} of the {least} needed."]
    return [f"anomalous among {earlier} earlier runs: {words}" for words in odd] or [
        f"No metric is anomalous among {earlier} earlier runs."
    ]
