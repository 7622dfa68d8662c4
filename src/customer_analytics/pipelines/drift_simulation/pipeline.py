"""Wiring of the ``drift_simulation`` pipeline."""

from kedro.pipeline import Pipeline, node

from customer_analytics.pipelines.drift_simulation import nodes


def create_pipeline() -> Pipeline:
    """Build the pipeline from ``sampled_purchases`` to ``drift_power``."""
    return Pipeline(
        [
            node(
                nodes.measure_power,
                inputs=[
                    "sampled_purchases",
                    "params:drift",
                    "params:drift_simulation",
                    "params:profile",
                    "params:contract",
                ],
                outputs="drift_power",
                name="measure_power",
            ),
        ],
        namespace="drift_simulation",
        prefix_datasets_with_namespace=False,
    )
