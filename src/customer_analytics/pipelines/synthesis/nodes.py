"""Nodes that generate a synthetic delivery and the truth about it."""

from functools import partial
from typing import Any

from customer_analytics.core.chunks.local import LocalChunks
from customer_analytics.core.synthesis.csv_records import RecordWriter
from customer_analytics.core.synthesis.generator import Delivery, write_block
from customer_analytics.core.synthesis.settings import SynthesisSettings


def synthesise_purchases(settings: SynthesisSettings) -> LocalChunks:
    """Generate a dirty purchases CSV, lazily.

    Args:
        settings: Size, period, faults and duplicates of the delivery.

    Returns:
        Chunks of one text column ``record``: the header, then ``settings.rows`` CSV records without line ends.
    """
    delivery = Delivery.of(settings)
    writer = RecordWriter.of(settings, delivery.value_lists)
    return LocalChunks(delivery).map(partial(write_block, delivery, writer))


def count_truth(settings: SynthesisSettings) -> dict[str, Any]:
    """Count what a correct run with the default contract finds in the delivery.

    Args:
        settings: Size, period, faults and duplicates of the delivery.

    Returns:
        Rows by fate, reasons, cents by country, category and month, and customers by country
        (``core.synthesis.truth.TruthCounts.as_truth``).
    """
    return Delivery.of(settings).count_truth()
