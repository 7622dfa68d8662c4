"""The ``aggregation`` pipeline: revenue, customers, statistics and outliers of the clean purchases."""

from customer_analytics.pipelines.aggregation.pipeline import create_pipeline

__all__ = ["create_pipeline"]
