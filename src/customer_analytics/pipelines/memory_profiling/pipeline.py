"""Definition of the ``memory_profiling`` pipeline: its nodes with their inputs and outputs."""

from kedro.pipeline import Pipeline, node

from customer_analytics.pipelines.memory_profiling import nodes


def create_pipeline() -> Pipeline:
    """Return the pipeline that makes ``memory_report``, its summary and charts from the raw and typed purchases."""
    measured = ["memory_profile", "calculation_speeds", "chunk_trials", "params:memory_profiling"]
    return Pipeline(
        [
            node(
                nodes.measure_columns,
                inputs=["raw_purchases", "typed_purchases", "params:contract"],
                outputs="memory_profile",
                name="measure_columns",
            ),
            node(
                nodes.time_calculations,
                inputs=["typed_purchases", "params:memory_profiling", "params:contract"],
                outputs="calculation_speeds",
                name="time_calculations",
            ),
            node(
                nodes.try_chunk_rows,
                inputs=["raw_purchases", "chunk_trial_bench", "params:memory_profiling", "params:contract"],
                outputs="chunk_trials",
                name="try_chunk_rows",
            ),
            node(
                nodes.report_memory,
                inputs=measured,
                outputs=["memory_report", "chunk_rows_trials", "memory_report_summary"],
                name="report_memory",
            ),
            node(
                nodes.draw_memory,
                inputs=measured,
                outputs=["memory_by_column_chart", "calculation_speeds_chart", "chunk_rows_chart"],
                name="draw_memory",
            ),
        ],
        namespace="memory_profiling",
        prefix_datasets_with_namespace=False,
    )
