"""Wiring of the ``quicklook`` pipeline."""

from kedro.pipeline import Pipeline, node

from customer_analytics.pipelines.quicklook.nodes import total_revenue


def create_pipeline() -> Pipeline:
    """``raw_purchases`` → ``quicklook_revenue``."""
    return Pipeline(
        [
            node(
                total_revenue,
                inputs=["raw_purchases", "params:contract"],
                outputs="quicklook_revenue",
                name="total_revenue",
            )
        ],
        namespace="quicklook",
        prefix_datasets_with_namespace=False,
    )
