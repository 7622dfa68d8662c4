"""Definition of the ``synthesis`` pipeline: its nodes with their inputs and outputs."""

from kedro.pipeline import Node, Pipeline

from customer_analytics.pipelines.synthesis.nodes import count_truth, synthesise_purchases


def create_pipeline() -> Pipeline:
    """Return the pipeline that makes ``synthetic_purchases`` and ``synthesis_truth`` from ``params:synthesis``."""
    return Pipeline(
        [
            Node(synthesise_purchases, "params:synthesis", "synthetic_purchases", name="synthesise_purchases"),
            Node(count_truth, "params:synthesis", "synthesis_truth", name="count_truth"),
        ],
        namespace="synthesis",
        prefix_datasets_with_namespace=False,
    )
