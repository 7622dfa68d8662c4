"""The ``drift_simulation`` pipeline: measures how often drift detection gives the right verdict."""

from customer_analytics.pipelines.drift_simulation.pipeline import create_pipeline

__all__ = ["create_pipeline"]
