"""The ``quicklook`` pipeline: estimates the revenue per country directly from the CSV."""

from customer_analytics.pipelines.quicklook.pipeline import create_pipeline

__all__ = ["create_pipeline"]
