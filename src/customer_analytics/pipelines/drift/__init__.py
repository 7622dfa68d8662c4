"""The ``drift`` pipeline."""

from customer_analytics.pipelines.drift.pipeline import create_pipeline

__all__ = ["create_pipeline"]
