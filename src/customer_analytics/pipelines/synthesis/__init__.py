"""The ``synthesis`` pipeline: generates dirty purchases, and the truth about what a correct run must find."""

from customer_analytics.pipelines.synthesis.pipeline import create_pipeline

__all__ = ["create_pipeline"]
