"""Node that parses the records of the CSV."""

from functools import partial

from customer_analytics.core.chunks.protocol import Chunks
from customer_analytics.core.contract.settings import Contract
from customer_analytics.core.parsing import purchases as parsing


def parse_purchases(raw_purchases: Chunks, contract: Contract) -> Chunks:
    """Parse every record of the CSV to a typed row with its faults."""
    return raw_purchases.map(partial(parsing.parse_purchases, contract=contract))
