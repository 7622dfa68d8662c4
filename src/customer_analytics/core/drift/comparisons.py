"""Compares a delivery with its baseline, compares its latest windows with its earlier ones, and builds the verdict."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from customer_analytics.core.drift.baseline import DeliveryPair
from customer_analytics.core.drift.checks.findings import Outcome, build_findings_frame
from customer_analytics.core.drift.profile.purchase_profile import ProfileShape, PurchaseProfile
from customer_analytics.core.drift.settings import DriftSettings
from customer_analytics.core.drift.simulation.injections import Scenario, inject_changes
from customer_analytics.core.drift.verdict import (
    Findings,
    compare_latest_windows,
    compare_profiles,
    find_worst_outcome,
    summarize_findings,
)
from customer_analytics.core.errors import CustomerAnalyticsError

VERDICT_VERSION = 1
RUNS, LATEST_WINDOWS, SIMULATION = "runs", "latest_windows", "simulation"

MAX_LISTED_ALARMS = 5
"""Maximum number of alarms per comparison that the verdict explains under the key ``in_words``."""


class DriftAlarmError(CustomerAnalyticsError):
    """The drift verdict is ``fail``, and the setting ``drift.gate`` is ``fail``, so the run ends with this error."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The result of comparing two profiles: findings with outcomes, and a description of the baseline.

    Args:
        name: Kind of the comparison: ``runs``, ``latest_windows`` or ``simulation``.
        baseline: Description of the baseline for messages, such as ``no earlier run``.
        findings: Measured differences, each with its outcome.
    """

    name: str
    baseline: str
    findings: Findings

    @property
    def outcome(self) -> Outcome:
        """The worst alarm of the findings; if there is no alarm, ``insufficient_data`` or ``ok``."""
        return find_worst_outcome(self.findings)


def compare_deliveries(deliveries: DeliveryPair, settings: DriftSettings) -> tuple[Comparison, ...]:
    """Compare a delivery with its baseline, and its last windows with its earlier windows; return both comparisons."""
    run_findings = compare_profiles(deliveries.baseline, deliveries.current, settings)
    baseline_run = f"the run {deliveries.baseline_run}" if deliveries.baseline_run else "no earlier run"
    window_findings = compare_latest_windows(deliveries.current, settings)
    earlier_windows = f"all windows before the last {settings.latest_windows} of the same delivery"
    return (
        Comparison(RUNS, baseline_run, run_findings),
        Comparison(LATEST_WINDOWS, earlier_windows, window_findings),
    )


def simulate_scenario(
    purchases: pd.DataFrame, shape: ProfileShape, scenario: Scenario, settings: DriftSettings
) -> tuple[Comparison, ...]:
    """Apply the changes of a scenario to a copy of the purchases, and compare the copy with the unchanged purchases.

    Args:
        purchases: Clean purchases with the columns of ``PROFILED_COLUMNS``.
        shape: Window length and decimals of both profiles.
        scenario: The changes to make.
        settings: Thresholds, and the seed that determines which rows are changed.
    """
    changed_purchases = inject_changes(purchases, scenario.steps, settings.seed)
    baseline, changed = (PurchaseProfile.of(rows, shape) for rows in (purchases, changed_purchases))
    findings = compare_profiles(baseline, changed, settings)
    return (Comparison(SIMULATION, f"the same purchases without {scenario.name}", findings),)


def tabulate_findings(comparisons: Sequence[Comparison], settings: DriftSettings) -> pd.DataFrame:
    """Return a table with one row per finding: the name of the comparison, then the columns of ``FRAME_DTYPES``."""
    frames = [build_findings_frame(comparison.findings, settings) for comparison in comparisons]
    for frame, comparison in zip(frames, comparisons, strict=True):
        frame.insert(0, "comparison", comparison.name)
    return pd.concat(frames, ignore_index=True)


def build_verdict(comparisons: Sequence[Comparison], settings: DriftSettings) -> dict[str, Any]:
    """Build the verdict on all comparisons as a dict of JSON types.

    Returns:
        - ``schema_version``: version of these keys.
        - ``outcome``: the worst alarm of all comparisons; if there is no alarm, the outcome of the first comparison.
        - ``gate``: the setting ``gate``, ``fail`` or ``off``.
        - ``in_words``: sentences that explain the comparisons.
        - ``comparisons``: a dict by name of the comparison. Each value is a dict with ``baseline``, a description of
          the baseline, and all keys of :func:`summarize_findings`.
    """
    outcomes = [comparison.outcome for comparison in comparisons]
    alarms = [outcome for outcome in (Outcome.FAIL, Outcome.WARN) if outcome in outcomes]
    return {
        "schema_version": VERDICT_VERSION,
        "outcome": str((alarms or outcomes)[0]),
        "gate": settings.gate,
        "in_words": [line for comparison in comparisons for line in _explain(comparison, settings)],
        "comparisons": {
            comparison.name: {"baseline": comparison.baseline} | summarize_findings(comparison.findings, settings)
            for comparison in comparisons
        },
    }


def check_gate(verdict: dict[str, Any]) -> None:
    """Raise DriftAlarmError if both ``outcome`` and ``gate`` of the verdict are ``fail``."""
    if verdict["gate"] != "fail" or verdict["outcome"] != Outcome.FAIL:
        return
    failures = [line for line in verdict["in_words"] if line.startswith(str(Outcome.FAIL))]
    omission = f" (and {len(failures) - 1} more)" if len(failures) > 1 else ""
    raise DriftAlarmError(
        "drift_verdict",
        "no failing finding (drift.gate is 'fail')",
        f"{failures[0]}{omission}",
        "all outputs were written: read drift_findings, or accept this delivery as the baseline",
    )


def _explain(comparison: Comparison, settings: DriftSettings) -> list[str]:
    summary = summarize_findings(comparison.findings, settings, MAX_LISTED_ALARMS)
    alarms = [f"{alarm['outcome']}: {alarm['explanation']}" for alarm in summary["alarms"]]
    omitted = summary["alarm_count"] - len(alarms)
    omission = [f"and {omitted} more {'alarm' if omitted == 1 else 'alarms'}."] if omitted else []
    outcome = f"{comparison.name}, against {comparison.baseline}: {comparison.outcome}."
    return [outcome, *alarms, *omission, *summary["reasons"]]
