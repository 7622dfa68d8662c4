"""The ``aggregation`` pipeline."""

from customer_analytics.pipelines.aggregation.pipeline import create_pipeline

__all__ = ["create_pipeline"]
