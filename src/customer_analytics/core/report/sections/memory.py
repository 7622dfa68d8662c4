"""Build the report's section about the memory of one chunk."""

from customer_analytics.core.report.content import Block, Section
from customer_analytics.core.report.facts import Facts


def memory_section(facts: Facts) -> Section:
    """Build the report's section about the memory of one chunk, from the newest memory profile."""
    title = "Memory of one chunk"
    summary = facts.memory_report_summary
    if summary is None:
        lead = "There is no memory profile yet: `kedro run --pipelines memory_profiling,reporting` makes it."
        return Section("memory", title, lead)
    lead = "From the newest `kedro run --pipelines memory_profiling`, which may be older than this run."
    blocks = (
        Block("By column", "memory_by_column_chart", placeholder="There was no row to measure."),
        Block("Memory and time by chunk size", "chunk_rows_chart", placeholder="No chunk size was tried."),
    )
    return Section("memory", title, lead, blocks, lines=tuple(summary["in_words"]))
