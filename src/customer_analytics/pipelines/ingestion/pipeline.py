"""Definition of the ``ingestion`` pipeline: its nodes with their inputs and outputs."""

from kedro.pipeline import Pipeline, node

from customer_analytics.pipelines.ingestion.nodes import parse_purchases


def create_pipeline() -> Pipeline:
    """Return the pipeline that makes ``typed_purchases`` from ``raw_purchases``."""
    inputs = ["raw_purchases", "params:contract"]
    return Pipeline(
        [node(parse_purchases, inputs=inputs, outputs="typed_purchases", name="parse_purchases")],
        namespace="ingestion",
        prefix_datasets_with_namespace=False,
    )
