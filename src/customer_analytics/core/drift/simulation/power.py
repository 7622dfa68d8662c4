"""How well the detector sees: the share of seeds in which its verdict on a known change was right."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from customer_analytics.core.drift.checks.findings import Finding, Outcome
from customer_analytics.core.drift.profile.purchase_profile import ProfileError, PurchaseProfile
from customer_analytics.core.drift.settings import DriftSettings
from customer_analytics.core.drift.simulation.injections import Scenario, injected
from customer_analytics.core.drift.simulation.resample import resampled
from customer_analytics.core.drift.verdict import compare_profiles, outcome_of
from customer_analytics.core.errors import SettingError

POWER_COLUMNS = ("scenario", "rows", "repeats", "right", "alarms", "insufficient_data")


@dataclass(frozen=True, slots=True)
class Simulation:
    """What to simulate (``params:drift_simulation``).

    Args:
        seed: The same seed gives the same table.
        repeats: Pairs of deliveries per scenario and size.
        rows: Sizes of the deliveries.
        injections: What happens to the second one of each pair; mappings as :meth:`Scenario.of` takes them.

    Raises:
        SettingError: A value that cannot be meant.
    """

    seed: int
    repeats: int
    rows: Sequence[int]
    injections: Sequence[Mapping[str, Any]]

    def __post_init__(self) -> None:
        for name, numbers in {"seed": (self.seed,), "repeats": (self.repeats,), "rows": self.rows}.items():
            if not all(isinstance(number, int) and number >= (name != "seed") for number in numbers):
                raise SettingError(f"drift_simulation.{name}", "whole numbers from 1", repr(numbers), _HINT)
        self.scenarios()

    def scenarios(self) -> tuple[Scenario, ...]:
        """The injections, understood."""
        return tuple(Scenario.of(entry) for entry in self.injections)


_HINT = "see drift_simulation in parameters_drift.yml"


def drift_power(profile: PurchaseProfile, settings: DriftSettings, simulation: Simulation) -> pd.DataFrame:
    """The measured table.

    Args:
        profile: What deliveries are drawn from.
        settings: Thresholds.
        simulation: What to simulate.

    Returns:
        Per scenario and size: ``scenario``, ``rows``, ``repeats``, ``right`` (share of repeats whose outcome was one of
        those expected, with an alarm in the column expected), ``alarms`` (share with any alarm: the false-alarm rate of
        A/A) and ``insufficient_data`` (share).

    Raises:
        ProfileError: A profile without rows.
    """
    if not profile.rows():
        raise ProfileError(
            "drift_simulation", "a profile to draw deliveries from", "one without rows", "run it after a delivery"
        )
    counted = [
        _counted(profile, settings, simulation, rows, range(simulation.seed, simulation.seed + simulation.repeats))
        for rows in simulation.rows
    ]
    return pd.DataFrame([row for rows in counted for row in rows], columns=list(POWER_COLUMNS))


def _counted(
    profile: PurchaseProfile, settings: DriftSettings, simulation: Simulation, rows: int, seeds: Sequence[int]
) -> list[tuple[Any, ...]]:
    outcomes: dict[str, list[tuple[bool, Outcome]]] = {scenario.name: [] for scenario in simulation.scenarios()}
    for seed in seeds:
        baseline, still = (resampled(profile, rows, 2 * seed + side) for side in (0, 1))
        for scenario in simulation.scenarios():
            findings = compare_profiles(baseline, injected(still, scenario.steps, seed), settings)
            outcome = outcome_of(findings)
            outcomes[scenario.name].append((outcome in scenario.expect and _seen(findings, scenario.column), outcome))
    return [(name, rows, len(seeds), *_rates(seen)) for name, seen in outcomes.items()]


def _seen(findings: Sequence[Finding], column: str) -> bool:
    return not column or any(one.column == column and one.outcome in {Outcome.WARN, Outcome.FAIL} for one in findings)


def _rates(seen: Sequence[tuple[bool, Outcome]]) -> tuple[float, float, float]:
    whole = max(len(seen), 1)
    alarms = sum(outcome in {Outcome.WARN, Outcome.FAIL} for _, outcome in seen)
    blind = sum(outcome is Outcome.INSUFFICIENT for _, outcome in seen)
    return sum(right for right, _ in seen) / whole, alarms / whole, blind / whole
