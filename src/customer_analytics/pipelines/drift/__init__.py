"""The ``drift`` pipeline: compares the newest delivery with earlier deliveries and gives a verdict."""

from customer_analytics.pipelines.drift.pipeline import create_pipeline

__all__ = ["create_pipeline"]
