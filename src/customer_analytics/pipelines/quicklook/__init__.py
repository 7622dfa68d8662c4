"""The ``quicklook`` pipeline."""

from customer_analytics.pipelines.quicklook.pipeline import create_pipeline

__all__ = ["create_pipeline"]
