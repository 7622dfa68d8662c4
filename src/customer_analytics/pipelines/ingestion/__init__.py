"""The ``ingestion`` pipeline."""

from customer_analytics.pipelines.ingestion.pipeline import create_pipeline

__all__ = ["create_pipeline"]
