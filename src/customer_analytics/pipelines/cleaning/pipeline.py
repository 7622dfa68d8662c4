"""Definition of the ``cleaning`` pipeline: its nodes with their inputs and outputs."""

from kedro.pipeline import Pipeline, node

from customer_analytics.pipelines.cleaning import nodes


def create_pipeline() -> Pipeline:
    """Return the pipeline that makes the clean, quarantined and duplicate tables and the ``ledger``."""
    return Pipeline(
        [
            node(
                nodes.quarantine_purchases,
                inputs="typed_purchases",
                outputs="quarantined_purchases",
                name="quarantine_purchases",
            ),
            node(
                nodes.find_duplicates, inputs="typed_purchases", outputs="duplicate_purchases", name="find_duplicates"
            ),
            node(
                nodes.keep_first_copies,
                inputs=["typed_purchases", "duplicate_purchases"],
                outputs="clean_purchases",
                name="keep_first_copies",
            ),
            node(
                nodes.count_records,
                inputs=["typed_purchases", "params:contract"],
                outputs="record_counts",
                name="count_records",
            ),
            node(
                nodes.count_fates,
                inputs=[
                    "record_counts",
                    "clean_purchases",
                    "quarantined_purchases",
                    "duplicate_purchases",
                    "params:contract",
                ],
                outputs="fate_counts",
                name="count_fates",
            ),
            node(
                nodes.balance_ledger,
                inputs=["fate_counts", "input_files", "params:contract"],
                outputs="ledger",
                name="balance_ledger",
            ),
        ],
        namespace="cleaning",
        prefix_datasets_with_namespace=False,
    )
