"""The ``memory_profiling`` pipeline."""

from customer_analytics.pipelines.memory_profiling.pipeline import create_pipeline

__all__ = ["create_pipeline"]
