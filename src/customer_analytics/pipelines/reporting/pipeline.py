"""Wiring of the ``reporting`` pipeline."""

from kedro.pipeline import Pipeline, node

from customer_analytics.pipelines.reporting import nodes

FACTS = (
    "ledger",
    "numeric_summary",
    "revenue_by_month",
    "revenue_by_country",
    "revenue_by_category",
    "amount_distribution",
    "purchases_by_window",
    "drift_verdict",
    "runs",
    "run_changes",
    "memory_report_summary",
)
"""What ``summary_report`` tells; the fields of ``core.report.facts.Facts``."""

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
"""What it shows."""


def create_pipeline() -> Pipeline:
    """Tables, ledger, verdict and history → charts and ``summary_report``; a sample → ``profile_report``."""
    return _report() + _profile()


def _report() -> Pipeline:
    return Pipeline(
        [
            node(
                nodes.draw_ledger,
                inputs="ledger",
                outputs=["ledger_flow_chart", "reasons_chart"],
                name="draw_ledger",
            ),
            node(
                nodes.draw_revenue,
                inputs=["revenue_by_month", "revenue_by_country", "revenue_by_category"],
                outputs=["revenue_by_month_chart", "revenue_by_country_chart", "revenue_by_category_chart"],
                name="draw_revenue",
            ),
            node(
                nodes.draw_amounts,
                inputs=["amount_distribution", "numeric_summary"],
                outputs="amount_distribution_chart",
                name="draw_amounts",
            ),
            node(
                nodes.draw_windows,
                inputs="purchases_by_window",
                outputs="missing_by_window_chart",
                name="draw_windows",
            ),
            node(
                nodes.draw_runs,
                inputs="runs",
                outputs=["quarantined_by_run_chart", "usage_by_run_chart"],
                name="draw_runs",
            ),
            node(
                nodes.gather_facts,
                inputs={name: name for name in FACTS},
                outputs="report_facts",
                name="gather_facts",
            ),
            node(
                nodes.gather_charts,
                inputs={name: name for name in CHARTS},
                outputs="report_charts",
                name="gather_charts",
            ),
            node(
                nodes.write_report,
                inputs=["report_facts", "report_charts"],
                outputs="summary_report",
                name="write_report",
            ),
        ],
        namespace="reporting",
        prefix_datasets_with_namespace=False,
    )


def _profile() -> Pipeline:
    """A box of its own, so that Kedro-Viz shows ``summary_report`` as what the other one gives."""
    return Pipeline(
        [
            node(
                nodes.sample_purchases,
                inputs=["clean_purchases", "params:sampling"],
                outputs=["sampled_purchases", "sample_profile"],
                name="sample_purchases",
            ),
            node(
                nodes.write_profile,
                inputs=[
                    "sample_profile",
                    "sampled_purchases",
                    "numeric_summary",
                    "ledger",
                    "params:sampling",
                    "summary_report",
                ],
                outputs="profile_report",
                name="write_profile",
            ),
        ],
        namespace="profiling",
        prefix_datasets_with_namespace=False,
    )
