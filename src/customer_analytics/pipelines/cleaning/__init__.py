"""The ``cleaning`` pipeline: divides the typed purchases into clean, quarantined and duplicate purchases."""

from customer_analytics.pipelines.cleaning.pipeline import create_pipeline

__all__ = ["create_pipeline"]
