"""How well drift is seen: deliveries drawn from this one, changed in known ways, and judged."""

import pandas as pd

from customer_analytics.core.drift.profile.frame import from_frame
from customer_analytics.core.drift.settings import DriftSettings
from customer_analytics.core.drift.simulation import power


def measure_power(
    purchase_profile: pd.DataFrame, drift: DriftSettings, drift_simulation: power.Simulation
) -> pd.DataFrame:
    """``drift_power``."""
    return power.drift_power(from_frame(purchase_profile), drift, drift_simulation)
