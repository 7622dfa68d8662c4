"""The ``reporting`` pipeline: draws charts and writes the summary report and the profile of a sample."""

from customer_analytics.pipelines.reporting.pipeline import create_pipeline

__all__ = ["create_pipeline"]
