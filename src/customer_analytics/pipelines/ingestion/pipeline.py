"""Wiring of the ``ingestion`` pipeline."""

from kedro.pipeline import Pipeline, node

from customer_analytics.pipelines.ingestion.nodes import parse_purchases


def create_pipeline() -> Pipeline:
    """``raw_purchases`` → ``typed_purchases``."""
    return Pipeline(
        [
            node(
                parse_purchases,
                inputs=["raw_purchases", "params:contract"],
                outputs="typed_purchases",
                name="parse_purchases",
            )
        ],
        namespace="ingestion",
        prefix_datasets_with_namespace=False,
    )
