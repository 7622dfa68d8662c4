"""What is compared, and the verdict on all of it: between runs, and inside a delivery."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from customer_analytics.core.drift.baseline import Deliveries
from customer_analytics.core.drift.checks.findings import Outcome, drift_frame
from customer_analytics.core.drift.profile.purchase_profile import PurchaseProfile
from customer_analytics.core.drift.settings import DriftSettings
from customer_analytics.core.drift.simulation.injections import Scenario, injected
from customer_analytics.core.drift.verdict import Findings, compare_latest, compare_profiles, outcome_of, verdict_on
from customer_analytics.core.errors import CustomerAnalyticsError

VERDICT_VERSION = 1
RUNS, LATEST_WINDOWS, SIMULATION = "runs", "latest_windows", "simulation"
MOST_TOLD = 5


class DriftAlarmError(CustomerAnalyticsError):
    """A delivery that has drifted so far that the configuration asks a run to end with an error."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two sides and all that was found.

    Args:
        name: ``runs``, ``latest_windows`` or ``simulation``.
        baseline: What the current side is compared with, in words.
        findings: ParsedColumn.
    """

    name: str
    baseline: str
    findings: Findings

    @property
    def outcome(self) -> Outcome:
        """The worst finding."""
        return outcome_of(self.findings)


def compare_deliveries(deliveries: Deliveries, settings: DriftSettings) -> tuple[Comparison, ...]:
    """The delivery against its baseline, and its latest windows against its earlier ones."""
    between = compare_profiles(deliveries.baseline, deliveries.current, settings)
    named = f"the run {deliveries.baseline_run}" if deliveries.baseline_run else "no earlier run"
    inside = compare_latest(deliveries.current, settings)
    latest = f"all windows before the last {settings.latest_windows} of the same delivery"
    return Comparison(RUNS, named, between), Comparison(LATEST_WINDOWS, latest, inside)


def simulate_scenario(profile: PurchaseProfile, scenario: Scenario, settings: DriftSettings) -> tuple[Comparison, ...]:
    """A delivery against itself with known changes: what drift would look like in it.

    Args:
        profile: The delivery.
        scenario: The changes; chosen rows by ``settings.seed``.
        settings: Thresholds.
    """
    changed = injected(profile, scenario.steps, settings.seed)
    found = compare_profiles(profile, changed, settings)
    return (Comparison(SIMULATION, f"the same delivery without {scenario.name}", found),)


def tabulate_findings(comparisons: Sequence[Comparison], settings: DriftSettings) -> pd.DataFrame:
    """All findings as one tidy table: ``comparison`` and the columns of ``FRAME_DTYPES``."""
    frames = [drift_frame(one.findings, settings) for one in comparisons]
    for frame, one in zip(frames, comparisons, strict=True):
        frame.insert(0, "comparison", one.name)
    return pd.concat(frames, ignore_index=True)


def drift_verdict(comparisons: Sequence[Comparison], settings: DriftSettings) -> dict[str, Any]:
    """The verdict as plain JSON values.

    Returns:
        ``schema_version``; ``outcome``: the worst alarm of all comparisons, without one the outcome of the first;
        ``gate``; ``in_words``: what it comes to; ``comparisons``: name → ``baseline`` and what :func:`verdict_on` says.
    """
    outcomes = [one.outcome for one in comparisons]
    alarms = [worst for worst in (Outcome.FAIL, Outcome.WARN) if worst in outcomes]
    return {
        "schema_version": VERDICT_VERSION,
        "outcome": str((alarms or outcomes)[0]),
        "gate": settings.gate,
        "in_words": [line for one in comparisons for line in _in_words(one, settings)],
        "comparisons": {
            one.name: {"baseline": one.baseline, **verdict_on(one.findings, settings)} for one in comparisons
        },
    }


def check_gate(verdict: dict[str, Any]) -> None:
    """Pass a verdict that need not stop anyone.

    Raises:
        DriftAlarmError: The verdict fails and its gate is ``fail``; the message has one line.
    """
    if verdict["gate"] != "fail" or verdict["outcome"] != Outcome.FAIL:
        return
    said = [line for line in verdict["in_words"] if line.startswith(str(Outcome.FAIL))]
    raise DriftAlarmError(
        "drift_verdict",
        "no failing finding (drift.gate is 'fail')",
        f"{said[0]}{f' (and {len(said) - 1} more)' if len(said) > 1 else ''}",
        "all outputs were written: read drift_findings, or accept this delivery as the baseline",
    )


def _in_words(one: Comparison, settings: DriftSettings) -> list[str]:
    verdict = verdict_on(one.findings, settings, MOST_TOLD)
    left = verdict["alarm_count"] - len(verdict["alarms"])
    told = [f"{alarm['outcome']}: {alarm['explanation']}" for alarm in verdict["alarms"]]
    more = [f"and {left} more {'alarm' if left == 1 else 'alarms'}."] if left else []
    return [f"{one.name}, against {one.baseline}: {one.outcome}.", *told, *more, *verdict["reasons"]]
