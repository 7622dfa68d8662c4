"""From raw text to typed purchases."""

from functools import partial

from customer_analytics.core import parsing
from customer_analytics.core.chunks import Chunks
from customer_analytics.core.contract import Contract


def parse_purchases(raw_purchases: Chunks, contract: Contract) -> Chunks:
    """Every record once, typed, with its faults."""
    return raw_purchases.map(partial(parsing.parse_purchases, contract=contract))
