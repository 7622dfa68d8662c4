"""Definition of the ``reporting`` pipeline: its nodes with their inputs and outputs."""

from dataclasses import fields

from kedro.pipeline import Pipeline, node

from customer_analytics.core.report.facts import Facts
from customer_analytics.pipelines.reporting import nodes

FACTS = tuple(field.name for field in fields(Facts))
"""Names of the datasets that ``summary_report`` is made from."""

CHARTS = (
    "ledger_flow_chart",
    "revenue_by_month_chart",
    "revenue_by_country_chart",
    "revenue_by_category_chart",
    "amount_distribution_chart",
    "reasons_chart",
    "missing_by_window_chart",
    "quarantined_by_run_chart",
    "drift_findings_chart",
    "volume_chart",
    "amount_percentiles_chart",
    "usage_by_run_chart",
    "memory_by_column_chart",
    "chunk_rows_chart",
)
"""Names of the charts that ``summary_report`` shows."""


def create_pipeline() -> Pipeline:
    """Return the pipeline that makes ``summary_report``, ``profile_report`` and the simulated drift."""
    return _create_summary_pipeline() + _create_sampling_pipeline() + _create_profile_pipeline()


def _create_summary_pipeline() -> Pipeline:
    return Pipeline(
        [
            node(nodes.draw_ledger, "ledger", ["ledger_flow_chart", "reasons_chart"], name="draw_ledger"),
            node(
                nodes.draw_revenue,
                ["revenue_by_month", "revenue_by_country", "revenue_by_category"],
                ["revenue_by_month_chart", "revenue_by_country_chart", "revenue_by_category_chart"],
                name="draw_revenue",
            ),
            node(
                nodes.draw_amounts,
                ["amount_distribution", "numeric_summary"],
                "amount_distribution_chart",
                name="draw_amounts",
            ),
            node(nodes.draw_windows, "purchases_by_window", "missing_by_window_chart", name="draw_windows"),
            node(nodes.draw_runs, "runs", ["quarantined_by_run_chart", "usage_by_run_chart"], name="draw_runs"),
            node(nodes.gather_facts, {name: name for name in FACTS}, "report_facts", name="gather_facts"),
            node(nodes.gather_charts, {name: name for name in CHARTS}, "report_charts", name="gather_charts"),
            node(nodes.write_report, ["report_facts", "report_charts"], "summary_report", name="write_report"),
        ],
        namespace="reporting",
        prefix_datasets_with_namespace=False,
    )


def _create_sampling_pipeline() -> Pipeline:
    return Pipeline(
        [
            node(
                nodes.sample_purchases,
                ["clean_purchases", "params:sampling"],
                ["sampled_purchases", "sample_profile"],
                name="sample_purchases",
            ),
            node(
                nodes.simulate_drift,
                ["sampled_purchases", "params:simulated_drift", "params:drift", "params:profile", "params:contract"],
                ["simulated_drift_findings", "simulated_drift_verdict", "simulated_drift_chart"],
                name="simulate_drift",
            ),
        ],
        namespace="sampling",
        prefix_datasets_with_namespace=False,
    )


def _create_profile_pipeline() -> Pipeline:
    """Return a pipeline that makes ``profile_report``, in a namespace of its own.

    With the namespace ``reporting``, Kedro-Viz would show ``summary_report`` as an internal dataset, not as an output.
    """
    inputs = ["sample_profile", "sampled_purchases", "numeric_summary", "ledger", "params:sampling", "summary_report"]
    return Pipeline(
        [node(nodes.write_profile, inputs, "profile_report", name="write_profile")],
        namespace="profiling",
        prefix_datasets_with_namespace=False,
    )
