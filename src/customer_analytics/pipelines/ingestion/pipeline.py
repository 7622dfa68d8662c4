"""Wiring of the ``ingestion`` pipeline."""

from kedro.pipeline import Pipeline, node

from customer_analytics.pipelines.ingestion.nodes import parse_purchases


def create_pipeline() -> Pipeline:
    """Build the pipeline from ``raw_purchases`` to ``typed_purchases``."""
    inputs = ["raw_purchases", "params:contract"]
    return Pipeline(
        [node(parse_purchases, inputs=inputs, outputs="typed_purchases", name="parse_purchases")],
        namespace="ingestion",
        prefix_datasets_with_namespace=False,
    )
