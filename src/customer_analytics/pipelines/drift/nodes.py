"""Nodes that compare the newest delivery with earlier deliveries. The nodes read saved profiles, not purchases."""

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from customer_analytics.core.drift import baseline as deliveries
from customer_analytics.core.drift import comparisons
from customer_analytics.core.drift.profile import distributions
from customer_analytics.core.drift.profile.frame_reader import from_frame
from customer_analytics.core.drift.profile.purchase_profile import PurchaseProfile
from customer_analytics.core.drift.settings import DriftSettings
from customer_analytics.core.report.charts import drift as charts

Comparisons = tuple[comparisons.Comparison, ...]


def read_profile(purchase_profile: pd.DataFrame) -> PurchaseProfile:
    """Convert the saved table ``purchase_profile`` to the profile of this delivery.

    This is a separate node, so that Kedro frees the table before profiles of other deliveries are loaded.
    """
    return from_frame(purchase_profile)


def tabulate_profile(delivery_profile: PurchaseProfile) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return two tables of the profile: ``amount_distribution`` and ``purchases_by_window``."""
    return distributions.amount_distribution(delivery_profile), distributions.purchases_by_window(delivery_profile)


def find_baseline(
    delivery_profile: PurchaseProfile,
    purchase_profiles: Mapping[str, Callable[[], pd.DataFrame]],
    drift: DriftSettings,
) -> deliveries.DeliveryPair:
    """Return the profile of this delivery and the profile of its baseline; there is no baseline in the first run."""
    return deliveries.pair_deliveries(delivery_profile, purchase_profiles, drift)


def compare_deliveries(delivery_pair: deliveries.DeliveryPair, drift: DriftSettings) -> Comparisons:
    """Compare this delivery with its baseline, and the latest windows of this delivery with its earlier windows."""
    return comparisons.compare_deliveries(delivery_pair, drift)


def judge_drift(drift_comparisons: Comparisons, drift: DriftSettings) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Return two results of the comparisons: the table ``drift_findings``, and ``drift_verdict`` with its alarms."""
    table = comparisons.tabulate_findings(drift_comparisons, drift)
    return table, comparisons.build_verdict(drift_comparisons, drift)


def draw_drift(delivery_pair: deliveries.DeliveryPair, drift_comparisons: Comparisons) -> tuple[Any, Any, Any]:
    """Return three Plotly figures: the findings, the rows per window, and the percentiles of the amount."""
    return (
        charts.draw_findings(drift_comparisons),
        charts.draw_volume(delivery_pair),
        charts.draw_amounts(delivery_pair),
    )
