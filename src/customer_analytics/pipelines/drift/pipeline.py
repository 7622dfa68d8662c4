"""Definition of the ``drift`` pipeline: its nodes with their inputs and outputs."""

from kedro.pipeline import Pipeline, node

from customer_analytics.pipelines.drift import nodes


def create_pipeline() -> Pipeline:
    """Return the pipeline that makes findings, verdict and charts from the profiles of this run and earlier runs."""
    return Pipeline(
        [
            node(nodes.read_profile, inputs="purchase_profile", outputs="delivery_profile", name="read_profile"),
            node(
                nodes.tabulate_profile,
                inputs="delivery_profile",
                outputs=["amount_distribution", "purchases_by_window"],
                name="tabulate_profile",
            ),
            node(
                nodes.find_baseline,
                inputs=["delivery_profile", "purchase_profiles", "params:drift"],
                outputs="delivery_pair",
                name="find_baseline",
            ),
            node(
                nodes.compare_deliveries,
                inputs=["delivery_pair", "params:drift"],
                outputs="drift_comparisons",
                name="compare_deliveries",
            ),
            node(
                nodes.judge_drift,
                inputs=["drift_comparisons", "params:drift"],
                outputs=["drift_findings", "drift_verdict"],
                name="judge_drift",
            ),
            node(
                nodes.draw_drift,
                inputs=["delivery_pair", "drift_comparisons"],
                outputs=["drift_findings_chart", "volume_chart", "amount_percentiles_chart"],
                name="draw_drift",
            ),
        ],
        namespace="drift",
        prefix_datasets_with_namespace=False,
    )
