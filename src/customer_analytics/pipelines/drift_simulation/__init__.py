"""The ``drift_simulation`` pipeline."""

from customer_analytics.pipelines.drift_simulation.pipeline import create_pipeline

__all__ = ["create_pipeline"]
