"""Nodes that generate a synthetic delivery, and count what a correct run must find in it."""

from functools import partial
from typing import Any

from customer_analytics.core.chunks.local import LocalChunks
from customer_analytics.core.synthesis.csv_records import RecordWriter
from customer_analytics.core.synthesis.generator import Delivery, write_block
from customer_analytics.core.synthesis.settings import SynthesisSettings


def synthesise_purchases(settings: SynthesisSettings) -> LocalChunks:
    """Return a synthetic CSV of purchases, with faults and duplicates, as chunks that are generated when they are read.

    Args:
        settings: Size, period, faults and duplicates of the delivery.

    Returns:
        Chunks with one text column, ``record``: the header, then ``settings.rows`` CSV records without line ends.
    """
    delivery = Delivery.of(settings)
    writer = RecordWriter.of(settings, delivery.value_lists)
    return LocalChunks(delivery).map(partial(write_block, delivery, writer))


def count_truth(settings: SynthesisSettings) -> dict[str, Any]:
    """Return the counts that a correct run with the default contract must find in the synthetic delivery.

    Args:
        settings: Size, period, faults and duplicates of the delivery.

    Returns:
        A dict for JSON: rows by fate and reason; revenue in cents by country, category and month; customers by country.
        ``core.synthesis.truth.TruthCounts.as_truth`` describes its keys.
    """
    return Delivery.of(settings).count_truth()
