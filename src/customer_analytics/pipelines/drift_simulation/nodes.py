"""How well drift is seen: deliveries drawn from this one, changed in known ways, and judged."""

import pandas as pd

from customer_analytics.core.drift import power
from customer_analytics.core.drift.frames import from_frame
from customer_analytics.core.drift.settings import DriftSettings


def measure_power(
    purchase_profile: pd.DataFrame, drift: DriftSettings, drift_simulation: power.Simulation
) -> pd.DataFrame:
    """``drift_power``."""
    return power.drift_power(from_frame(purchase_profile), drift, drift_simulation)
