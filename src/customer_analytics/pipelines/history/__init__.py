"""The ``history`` pipeline: records the metrics of this run and compares them with earlier runs."""

from customer_analytics.pipelines.history.pipeline import create_pipeline

__all__ = ["create_pipeline"]
