"""The pipeline ``synthesis``."""

from kedro.pipeline import Node, Pipeline

from customer_analytics.pipelines.synthesis.nodes import synthesise_purchases, tally_truth


def create_pipeline() -> Pipeline:
    """A synthetic delivery and, independently, the truth about it."""
    return Pipeline(
        [
            Node(synthesise_purchases, "params:synthesis", "synthetic_purchases", name="synthesise_purchases"),
            Node(tally_truth, "params:synthesis", "synthesis_truth", name="tally_truth"),
        ],
        namespace="synthesis",
        prefix_datasets_with_namespace=False,
    )
