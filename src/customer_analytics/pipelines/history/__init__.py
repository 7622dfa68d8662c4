"""The ``history`` pipeline."""

from customer_analytics.pipelines.history.pipeline import create_pipeline

__all__ = ["create_pipeline"]
