"""The ``ingestion`` pipeline: parses the records of the CSV and marks their faults."""

from customer_analytics.pipelines.ingestion.pipeline import create_pipeline

__all__ = ["create_pipeline"]
