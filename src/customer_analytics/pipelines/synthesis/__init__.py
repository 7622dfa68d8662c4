"""The ``synthesis`` pipeline: generates purchases with faults, and counts what a correct run must find in them."""

from customer_analytics.pipelines.synthesis.pipeline import create_pipeline

__all__ = ["create_pipeline"]
