"""The ``reporting`` pipeline."""

from customer_analytics.pipelines.reporting.pipeline import create_pipeline

__all__ = ["create_pipeline"]
