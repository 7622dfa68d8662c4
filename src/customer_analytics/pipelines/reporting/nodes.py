"""A run as a page that people read, and the charts on it; from aggregates, never from rows."""

from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa

from customer_analytics.core.aggregation import sample
from customer_analytics.core.chunks.protocol import Chunks
from customer_analytics.core.report import data_profile as profile_page
from customer_analytics.core.report import page
from customer_analytics.core.report.charts import amounts, flow, quality, revenue, runs
from customer_analytics.core.report.facts import Facts

if TYPE_CHECKING:
    from plotly.graph_objects import Figure


def draw_ledger(ledger: dict[str, Any]) -> "tuple[Figure, Figure]":
    """Where the rows went, and what was wrong with those refused."""
    return flow.draw_flow(ledger), quality.draw_reasons(ledger)


def draw_revenue(
    revenue_by_month: pd.DataFrame, revenue_by_country: pd.DataFrame, revenue_by_category: pd.DataFrame
) -> "tuple[Figure, Figure, Figure]":
    """Revenue by month, country and category."""
    return (
        revenue.draw_months(revenue_by_month),
        revenue.draw_names(revenue_by_country, "Revenue by country"),
        revenue.draw_names(revenue_by_category, "Revenue by category"),
    )


def draw_amounts(amount_distribution: pd.DataFrame | None, numeric_summary: pd.DataFrame) -> "Figure":
    """How the purchase amount is distributed."""
    return amounts.draw_distribution(amount_distribution, numeric_summary)


def draw_windows(purchases_by_window: pd.DataFrame | None) -> "Figure":
    """What is missing, window by window."""
    return quality.draw_missing(purchases_by_window)


def draw_runs(runs_so_far: pd.DataFrame | None) -> "tuple[Figure, Figure]":
    """What was refused, and what it took, run by run."""
    return runs.draw_refused(runs_so_far), runs.draw_usage(runs_so_far)


def gather_facts(**facts: Any) -> Facts:  # noqa: ANN401  each field of Facts has its type
    """The datasets that the report tells, by name."""
    return Facts(**facts)


def gather_charts(**charts: "Figure | None") -> "dict[str, Figure | None]":
    """The charts of the report, by name."""
    return charts


def write_report(report_facts: Facts, report_charts: "dict[str, Figure | None]") -> str:
    """``summary_report``: one page that needs nothing beside itself."""
    return page.write_report(report_facts, report_charts)


def sample_purchases(clean_purchases: Chunks, sampling: sample.SampleRules) -> tuple[pd.DataFrame, pa.Table]:
    """``sampled_purchases``, and the same for the profiler, which goes on beside the run once it is saved."""
    drawn = sample.draw_sample(clean_purchases, sampling)
    return drawn, profile_page.as_profiled(drawn)


def write_profile(
    sample_profile: profile_page.SampleProfile,
    sampled_purchases: pd.DataFrame,
    numeric_summary: pd.DataFrame,
    ledger: dict[str, Any],
    sampling: sample.SampleRules,
    _summary_report: str,  # the last of the run: what waits for the profiler holds nothing else up
) -> str:
    """``profile_report``: the profile under the exact figures of all rows, or the reason why there is none."""
    figures = profile_page.compare_figures(numeric_summary, sampled_purchases)
    return profile_page.write_page(sample_profile, figures, ledger, len(sampled_purchases), sampling)
