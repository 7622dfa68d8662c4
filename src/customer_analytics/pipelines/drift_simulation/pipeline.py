"""Definition of the ``drift_simulation`` pipeline: its nodes with their inputs and outputs."""

from kedro.pipeline import Pipeline, node

from customer_analytics.pipelines.drift_simulation import nodes


def create_pipeline() -> Pipeline:
    """Return the pipeline that makes ``drift_power`` from ``sampled_purchases``."""
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
