"""Definition of the ``quicklook`` pipeline: its nodes with their inputs and outputs."""

from kedro.pipeline import Pipeline, node

from customer_analytics.pipelines.quicklook.nodes import total_revenue


def create_pipeline() -> Pipeline:
    """Return the pipeline that makes ``quicklook_revenue`` from ``raw_purchases``."""
    inputs = ["raw_purchases", "params:contract"]
    return Pipeline(
        [node(total_revenue, inputs=inputs, outputs="quicklook_revenue", name="total_revenue")],
        namespace="quicklook",
        prefix_datasets_with_namespace=False,
    )
