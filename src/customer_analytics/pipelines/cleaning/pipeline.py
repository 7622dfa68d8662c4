"""Wiring of the ``cleaning`` pipeline."""

from kedro.pipeline import Pipeline, node

from customer_analytics.pipelines.cleaning import nodes


def create_pipeline() -> Pipeline:
    """``typed_purchases`` → ``clean_purchases``, ``quarantined_purchases``, ``repeated_purchases`` and ``ledger``."""
    return Pipeline(
        [
            node(
                nodes.quarantine_purchases,
                inputs="typed_purchases",
                outputs="quarantined_purchases",
                name="quarantine_purchases",
            ),
            node(
                nodes.find_repeats,
                inputs="typed_purchases",
                outputs="repeated_purchases",
                name="find_repeats",
            ),
            node(
                nodes.keep_first_copies,
                inputs=["typed_purchases", "repeated_purchases"],
                outputs="clean_purchases",
                name="keep_first_copies",
            ),
            node(
                nodes.count_intake,
                inputs=["typed_purchases", "params:contract"],
                outputs="intake",
                name="count_intake",
            ),
            node(
                nodes.count_outcome,
                inputs=[
                    "intake",
                    "clean_purchases",
                    "quarantined_purchases",
                    "repeated_purchases",
                    "params:contract",
                ],
                outputs="outcome",
                name="count_outcome",
            ),
            node(
                nodes.balance_ledger,
                inputs=["outcome", "input_files", "params:contract"],
                outputs="ledger",
                name="balance_ledger",
            ),
        ],
        namespace="cleaning",
        prefix_datasets_with_namespace=False,
    )
