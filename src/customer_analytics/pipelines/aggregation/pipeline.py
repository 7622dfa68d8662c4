"""Definition of the ``aggregation`` pipeline: its nodes with their inputs and outputs."""

from kedro.pipeline import Pipeline, node

from customer_analytics.pipelines.aggregation import nodes


def create_pipeline() -> Pipeline:
    """Return the pipeline that makes the aggregation tables and ``purchase_profile`` from ``clean_purchases``."""
    return Pipeline(
        [
            node(
                nodes.measure_purchases,
                inputs=["clean_purchases", "quarantined_purchases", "params:profile", "params:contract"],
                outputs=["purchase_measures", "purchase_profile"],
                name="measure_purchases",
            ),
            node(
                nodes.count_customers,
                inputs=["clean_purchases", "purchase_measures"],
                outputs="customer_counts",
                name="count_customers",
            ),
            node(
                nodes.tabulate_revenue,
                inputs=["purchase_measures", "customer_counts", "params:contract"],
                outputs=[
                    "revenue_by_country",
                    "revenue_by_category",
                    "revenue_by_country_category",
                    "revenue_by_month",
                ],
                name="tabulate_revenue",
            ),
            node(
                nodes.summarise_numbers,
                inputs=["purchase_measures", "params:outliers", "params:contract"],
                outputs="numeric_summary",
                name="summarise_numbers",
            ),
            node(
                nodes.find_outliers,
                inputs=["clean_purchases", "purchase_measures", "params:outliers", "params:contract"],
                outputs="outlier_purchases",
                name="find_outliers",
            ),
        ],
        namespace="aggregation",
        prefix_datasets_with_namespace=False,
    )
