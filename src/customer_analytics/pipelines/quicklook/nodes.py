"""Node that sums the revenue per country directly from the CSV, before anything is cleaned."""

from functools import partial

import pandas as pd

from customer_analytics.core.aggregation.quicklook import READ_COLUMNS, QuickTotals, tabulate_quick_totals
from customer_analytics.core.chunks.protocol import Chunks
from customer_analytics.core.contract.settings import Contract


def total_revenue(raw_purchases: Chunks, contract: Contract) -> pd.DataFrame:
    """Sum the revenue per country from the country and amount columns of the CSV; duplicates are included."""
    totals = raw_purchases.select(READ_COLUMNS).fold(partial(QuickTotals.of, contract=contract), QuickTotals())
    return tabulate_quick_totals(totals, contract.amount_decimals)
