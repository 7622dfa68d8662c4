"""Nodes that make a synthetic delivery and the truth about it."""

from functools import partial, reduce
from operator import add
from typing import Any

from customer_analytics.core.chunks.local import LocalChunks
from customer_analytics.core.synthesis.csv_records import Scribe
from customer_analytics.core.synthesis.generator import Delivery, written
from customer_analytics.core.synthesis.settings import SynthesisSettings
from customer_analytics.core.synthesis.truth import TruthCounts


def synthesise_purchases(settings: SynthesisSettings) -> LocalChunks:
    """A dirty purchases CSV, lazily.

    Args:
        settings: Size, period and dirt of the delivery.

    Returns:
        Chunks of one text column ``record``: the header, then ``settings.rows`` CSV records, unended.
    """
    delivery = Delivery.of(settings)
    scribe = Scribe.of(settings, delivery.vocabulary)
    return LocalChunks(delivery).map(partial(written, delivery, scribe))


def count_truth(settings: SynthesisSettings) -> dict[str, Any]:
    """What a faultless run of the default contract finds in the delivery.

    Args:
        settings: Size, period and dirt of the delivery.

    Returns:
        Rows by fate, reasons, cents by country, category and month, and customers by country
        (``core.synthesis.truth.TruthCounts.as_truth``).
    """
    delivery = Delivery.of(settings)
    return delivery.settle(reduce(add, map(delivery.tally, delivery.blocks()), TruthCounts()))
