"""Whether a delivery has changed, from the profiles that runs have left; no row is read."""

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from customer_analytics.core.drift import baseline as deliveries
from customer_analytics.core.drift import comparisons
from customer_analytics.core.drift.profile import distributions
from customer_analytics.core.drift.profile.frame import from_frame
from customer_analytics.core.drift.profile.purchase_profile import PurchaseProfile
from customer_analytics.core.drift.settings import DriftSettings
from customer_analytics.core.drift.simulation.injections import Scenario
from customer_analytics.core.report.charts import drift as charts

Compared = tuple[comparisons.Comparison, ...]


def read_profile(purchase_profile: pd.DataFrame) -> PurchaseProfile:
    """This delivery; a node of its own, so that never more than one profile is in memory as a table."""
    return from_frame(purchase_profile)


def tabulate_profile(delivery_profile: PurchaseProfile) -> tuple[pd.DataFrame, pd.DataFrame]:
    """``amount_distribution`` and ``purchases_by_window``."""
    return distributions.amount_distribution(delivery_profile), distributions.purchases_by_window(delivery_profile)


def find_baseline(
    delivery_profile: PurchaseProfile,
    purchase_profiles: Mapping[str, Callable[[], pd.DataFrame]],
    drift: DriftSettings,
) -> deliveries.Deliveries:
    """This delivery and the one to compare it with."""
    return deliveries.pair_deliveries(delivery_profile, purchase_profiles, drift)


def compare_deliveries(delivery_pair: deliveries.Deliveries, drift: DriftSettings) -> Compared:
    """Between runs, and inside the delivery."""
    return comparisons.compare_deliveries(delivery_pair, drift)


def judge_drift(drift_comparisons: Compared, drift: DriftSettings) -> tuple[pd.DataFrame, dict[str, Any]]:
    """``drift_findings`` and ``drift_verdict``."""
    table = comparisons.tabulate_findings(drift_comparisons, drift)
    return table, comparisons.drift_verdict(drift_comparisons, drift)


def draw_drift(delivery_pair: deliveries.Deliveries, drift_comparisons: Compared) -> tuple[Any, Any, Any]:
    """What changed, rows per window, percentiles of the amount: as Plotly figures."""
    return (
        charts.draw_findings(drift_comparisons),
        charts.draw_volume(delivery_pair),
        charts.draw_amounts(delivery_pair),
    )


def simulate_drift(
    delivery_profile: PurchaseProfile, simulated_drift: Scenario, drift: DriftSettings
) -> tuple[pd.DataFrame, dict[str, Any], Any]:
    """This delivery against itself with known changes: findings, verdict and chart. Nothing of it happened."""
    compared = comparisons.simulate_scenario(delivery_profile, simulated_drift, drift)
    table = comparisons.tabulate_findings(compared, drift)
    return table, comparisons.drift_verdict(compared, drift), charts.draw_findings(compared)
