"""Definition of the ``history`` pipeline: its nodes with their inputs and outputs."""

from kedro.pipeline import Pipeline, node

from customer_analytics.pipelines.history import nodes


def create_pipeline() -> Pipeline:
    """Return the pipeline that makes ``run_metrics``, ``runs`` and ``run_changes`` from the results of a run."""
    return Pipeline(
        [
            node(
                nodes.measure_run,
                inputs=["ledger", "drift_findings", "run_usage"],
                outputs="run_metrics",
                name="measure_run",
            ),
            node(nodes.tabulate_runs, inputs=["run_metrics", "run_history"], outputs="runs", name="tabulate_runs"),
            node(
                nodes.compare_runs,
                inputs=["run_metrics", "run_history", "params:drift"],
                outputs="run_changes",
                name="compare_runs",
            ),
        ],
        namespace="history",
        prefix_datasets_with_namespace=False,
    )
