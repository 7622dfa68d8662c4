"""The ``synthesis`` pipeline: realistic dirty purchases of any size, and the truth about them."""

from customer_analytics.pipelines.synthesis.pipeline import create_pipeline

__all__ = ["create_pipeline"]
