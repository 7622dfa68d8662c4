"""Node that parses the records of the CSV into typed rows."""

from functools import partial

from customer_analytics.core.chunks.protocol import Chunks
from customer_analytics.core.contract.settings import Contract
from customer_analytics.core.parsing import purchases as parsing


def parse_purchases(raw_purchases: Chunks, contract: Contract) -> Chunks:
    """Parse every record of the CSV into a typed row, and mark its faults."""
    return raw_purchases.map(partial(parsing.parse_purchases, contract=contract))
