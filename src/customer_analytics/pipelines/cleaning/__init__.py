"""The ``cleaning`` pipeline."""

from customer_analytics.pipelines.cleaning.pipeline import create_pipeline

__all__ = ["create_pipeline"]
