"""Wiring of the ``quicklook`` pipeline."""

from kedro.pipeline import Pipeline, node

from customer_analytics.pipelines.quicklook.nodes import total_revenue


def create_pipeline() -> Pipeline:
    """Build the pipeline from ``raw_purchases`` to ``quicklook_revenue``."""
    inputs = ["raw_purchases", "params:contract"]
    return Pipeline(
        [node(total_revenue, inputs=inputs, outputs="quicklook_revenue", name="total_revenue")],
        namespace="quicklook",
        prefix_datasets_with_namespace=False,
    )
