"""A first answer straight from the CSV, before anything is cleaned."""

from functools import partial

import pandas as pd

from customer_analytics.core.aggregation import quicklook
from customer_analytics.core.chunks.protocol import Chunks
from customer_analytics.core.contract.settings import Contract


def total_revenue(raw_purchases: Chunks, contract: Contract) -> pd.DataFrame:
    """Revenue per country from two columns of the CSV; repeats are not looked for."""
    totals = raw_purchases.select(quicklook.READ).fold(
        partial(quicklook.QuickTotals.of, contract=contract), quicklook.QuickTotals()
    )
    return quicklook.tabulate(totals, contract.amount_decimals)
