"""Nodes that compute the revenue tables, the numeric summary, the outliers and the profile of clean purchases."""

from functools import partial

import pandas as pd

from customer_analytics.core.aggregation import distinct_customers, numeric_summary, revenue_tables
from customer_analytics.core.aggregation.distinct_customers import CustomerCounts
from customer_analytics.core.aggregation.measures import MEASURED_COLUMNS, Measures
from customer_analytics.core.aggregation.outliers import OutlierBounds, OutlierRules, mark_outliers
from customer_analytics.core.chunks.fold import fold_together
from customer_analytics.core.chunks.protocol import Chunks
from customer_analytics.core.contract.settings import Contract
from customer_analytics.core.drift.profile.frame_writer import to_chunks
from customer_analytics.core.drift.profile.purchase_profile import (
    PROFILED_COLUMNS,
    ProfileSettings,
    PurchaseProfile,
    count_reasons,
)


def measure_purchases(
    clean_purchases: Chunks, quarantined_purchases: Chunks, profile: ProfileSettings, contract: Contract
) -> tuple[Measures, Chunks]:
    """Compute the measures and the profile of the clean purchases in one pass.

    Returns:
        A pair: first ``purchase_measures``, the totals and value counts of all clean rows; second ``purchase_profile``,
        the value counts per window, and the number of quarantined rows for each reason.
    """
    shape = profile.shape(contract.amount_decimals)
    measures_of = partial(Measures.of, decimals=contract.amount_decimals)
    profile_of = partial(PurchaseProfile.of, shape=shape)
    measures, purchase_profile = fold_together(
        clean_purchases,
        (*MEASURED_COLUMNS, *PROFILED_COLUMNS),
        [(measures_of, Measures()), (profile_of, PurchaseProfile(shape))],
    )
    return measures, to_chunks(purchase_profile.with_quarantined(count_reasons(quarantined_purchases)))


def count_customers(clean_purchases: Chunks, purchase_measures: Measures) -> CustomerCounts:
    """Count the distinct customers of each group; each row of a revenue table stands for one group."""
    return distinct_customers.count_customers(clean_purchases, purchase_measures.revenue_groups())


def tabulate_revenue(
    purchase_measures: Measures, customer_counts: CustomerCounts, contract: Contract
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return four revenue tables: by country, by category, by country and category, and by month."""
    arguments = (purchase_measures, customer_counts, contract.amount_decimals)
    return (
        revenue_tables.revenue_by_country(*arguments),
        revenue_tables.revenue_by_category(*arguments),
        revenue_tables.revenue_by_country_category(*arguments),
        revenue_tables.revenue_by_month(*arguments),
    )


def summarise_numbers(purchase_measures: Measures, outliers: OutlierRules, contract: Contract) -> pd.DataFrame:
    """Return ``numeric_summary``: one row of statistics for the amount, and one row for the age."""
    return numeric_summary.summarise_numbers(purchase_measures, outliers, contract.amount_decimals)


def find_outliers(
    clean_purchases: Chunks, purchase_measures: Measures, outliers: OutlierRules, contract: Contract
) -> Chunks:
    """Select the clean purchases whose amount or age is an outlier."""
    bounds = OutlierBounds.of(purchase_measures, outliers, contract.amount_decimals)
    return clean_purchases.map(partial(mark_outliers, bounds=bounds, decimals=contract.amount_decimals))
