"""The tables people ask for, from the clean purchases."""

from functools import partial

import pandas as pd

from customer_analytics.core.aggregation import distinct_customers as customers
from customer_analytics.core.aggregation import numeric_summary as summary
from customer_analytics.core.aggregation import revenue_tables as revenue
from customer_analytics.core.aggregation.measures import MEASURED_COLUMNS, Measures
from customer_analytics.core.chunks.fold import fold_together
from customer_analytics.core.chunks.protocol import Chunks
from customer_analytics.core.contract.settings import Contract
from customer_analytics.core.drift.profile.frame import to_chunks
from customer_analytics.core.drift.profile.purchase_profile import (
    PROFILED_COLUMNS,
    ProfileSettings,
    PurchaseProfile,
    count_reasons,
)


def measure_purchases(
    clean_purchases: Chunks, quarantined_purchases: Chunks, profile: ProfileSettings, contract: Contract
) -> tuple[Measures, Chunks]:
    """One pass: totals per group and counts per value, and the same per window as ``purchase_profile``."""
    shape = profile.shape(contract.amount_decimals)
    measures_of = partial(Measures.of, decimals=contract.amount_decimals)
    profile_of = partial(PurchaseProfile.of, shape=shape)
    measured, profiled = fold_together(
        clean_purchases,
        (*MEASURED_COLUMNS, *PROFILED_COLUMNS),
        [(measures_of, Measures()), (profile_of, PurchaseProfile(shape))],
    )
    return measured, to_chunks(profiled.with_quarantined(count_reasons(quarantined_purchases)))


def count_customers(clean_purchases: Chunks, purchase_measures: Measures) -> customers.CustomerCounts:
    """Distinct customers of every group."""
    return customers.count_customers(clean_purchases, purchase_measures.revenue_groups())


def tabulate_revenue(
    purchase_measures: Measures, customer_counts: customers.CustomerCounts, contract: Contract
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Revenue by country, by category, by both and by month: each slice on its own."""
    slices = (
        revenue.revenue_by_country,
        revenue.revenue_by_category,
        revenue.revenue_by_country_category,
        revenue.revenue_by_month,
    )
    one, two, three, four = (
        slice_of(purchase_measures, customer_counts, contract.amount_decimals) for slice_of in slices
    )
    return one, two, three, four


def summarise_numbers(purchase_measures: Measures, outliers: summary.OutlierRules, contract: Contract) -> pd.DataFrame:
    """``numeric_summary``."""
    return summary.summarise_numbers(purchase_measures, outliers, contract.amount_decimals)


def find_outliers(
    clean_purchases: Chunks,
    purchase_measures: Measures,
    outliers: summary.OutlierRules,
    contract: Contract,
) -> Chunks:
    """The purchases whose amount or age is an outlier."""
    bounds = summary.OutlierBounds.of(purchase_measures, outliers, contract.amount_decimals)
    return clean_purchases.map(partial(summary.mark_outliers, bounds=bounds, decimals=contract.amount_decimals))
