"""Measures how often the verdict is right if a simulated delivery has a known change."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from customer_analytics.core.drift.checks.findings import ALARMS, Outcome
from customer_analytics.core.drift.profile.purchase_profile import PROFILED_COLUMNS, ProfileShape, PurchaseProfile
from customer_analytics.core.drift.settings import DriftSettings
from customer_analytics.core.drift.simulation.injections import Scenario, inject_changes
from customer_analytics.core.drift.verdict import compare_profiles, find_worst_outcome
from customer_analytics.core.errors import InputError, SettingError

POWER_COLUMNS = ("scenario", "rows", "repeats", "right", "alarms", "insufficient_data")

_HINT = "see drift_simulation in parameters_drift.yml"


@dataclass(frozen=True, slots=True)
class Simulation:
    """Settings of the simulation (``params:drift_simulation``).

    Args:
        seed: Seed of all draws; the same seed gives the same table.
        repeats: Number of pairs of deliveries per scenario and size.
        rows: Sizes of the deliveries: each is a number of rows.
        injections: Entries for :meth:`Scenario.of`. Each scenario is applied to the second delivery of every pair.

    Raises:
        SettingError: A setting is invalid.
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
        """Build the scenarios from the entries of ``injections``."""
        return tuple(Scenario.of(entry) for entry in self.injections)


class _DeliveryPair(NamedTuple):
    size: int
    seed: int
    baseline: PurchaseProfile
    purchases: pd.DataFrame


class _Trial(NamedTuple):
    scenario: str
    rows: int
    right: bool
    alarms: bool
    insufficient_data: bool


def measure_power(
    purchases: pd.DataFrame, shape: ProfileShape, settings: DriftSettings, simulation: Simulation
) -> pd.DataFrame:
    """Simulate deliveries with known changes, and return the share of right verdicts per scenario and size.

    Args:
        purchases: Clean purchases with the columns of ``PROFILED_COLUMNS``, from which deliveries are drawn.
        shape: Window length and decimals of the profiles.
        settings: Thresholds.
        simulation: Scenarios, sizes of the deliveries, and number of pairs of deliveries.

    Returns:
        A table with one row per ``scenario`` and ``rows`` (the size). ``repeats`` is the number of pairs.
        - ``right``: share of the pairs with an expected outcome and, if the scenario has a column, an alarm in it.
        - ``alarms``: share of the pairs with an alarm.
        - ``insufficient_data``: share of the pairs with this outcome.

    Raises:
        InputError: There are no purchases.
    """
    if not len(purchases):
        hint = "run all pipelines on a delivery with clean purchases first"
        raise InputError("drift_simulation", "purchases to draw deliveries from", "none", hint)
    pairs = _draw_pairs(purchases[list(PROFILED_COLUMNS)], shape, simulation)
    trials = pd.DataFrame(
        [_run_trial(pair, scenario, shape, settings) for pair in pairs for scenario in simulation.scenarios()],
        columns=_Trial._fields,
    )
    groups = trials.groupby(["rows", "scenario"], sort=False)
    return groups.mean().assign(repeats=groups.size()).reset_index()[list(POWER_COLUMNS)]


def _draw_pairs(purchases: pd.DataFrame, shape: ProfileShape, simulation: Simulation) -> Iterator[_DeliveryPair]:
    for size in simulation.rows:
        for seed in range(simulation.seed, simulation.seed + simulation.repeats):
            baseline, current = (_draw_delivery(purchases, size, 2 * seed + side) for side in (0, 1))
            yield _DeliveryPair(size, seed, PurchaseProfile.of(baseline, shape), current)


def _draw_delivery(purchases: pd.DataFrame, size: int, seed: int) -> pd.DataFrame:
    positions = np.random.default_rng(seed).integers(0, len(purchases), size)
    return purchases.take(positions).reset_index(drop=True)


def _run_trial(pair: _DeliveryPair, scenario: Scenario, shape: ProfileShape, settings: DriftSettings) -> _Trial:
    changed = PurchaseProfile.of(inject_changes(pair.purchases, scenario.steps, pair.seed), shape)
    findings = compare_profiles(pair.baseline, changed, settings)
    outcome = find_worst_outcome(findings)
    alarmed_columns = {finding.column for finding in findings if finding.outcome in ALARMS}
    is_right = outcome in scenario.expect and (not scenario.column or scenario.column in alarmed_columns)
    return _Trial(scenario.name, pair.size, is_right, outcome in ALARMS, outcome is Outcome.INSUFFICIENT)
