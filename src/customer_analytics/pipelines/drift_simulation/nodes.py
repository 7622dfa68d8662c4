"""Node that measures how often drift detection gives the right verdict on known changes."""

import pandas as pd

from customer_analytics.core.contract.settings import Contract
from customer_analytics.core.drift.profile.purchase_profile import ProfileSettings
from customer_analytics.core.drift.settings import DriftSettings
from customer_analytics.core.drift.simulation import power


def measure_power(
    sampled_purchases: pd.DataFrame,
    drift: DriftSettings,
    drift_simulation: power.Simulation,
    profile: ProfileSettings,
    contract: Contract,
) -> pd.DataFrame:
    """Return ``drift_power``: the share of right verdicts for each scenario and each size of the deliveries."""
    return power.measure_power(sampled_purchases, profile.shape(contract.amount_decimals), drift, drift_simulation)
