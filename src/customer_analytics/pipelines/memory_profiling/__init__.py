"""The ``memory_profiling`` pipeline: measures the memory of chunks and recommends a chunk size."""

from customer_analytics.pipelines.memory_profiling.pipeline import create_pipeline

__all__ = ["create_pipeline"]
