"""Nodes that draw charts, write the summary report, and write the profile of a sample."""

from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa

from customer_analytics.core.aggregation import sample
from customer_analytics.core.chunks.protocol import Chunks
from customer_analytics.core.contract.settings import Contract
from customer_analytics.core.drift import comparisons
from customer_analytics.core.drift.profile.purchase_profile import ProfileSettings
from customer_analytics.core.drift.settings import DriftSettings
from customer_analytics.core.drift.simulation.injections import Scenario
from customer_analytics.core.report import data_profile, page
from customer_analytics.core.report.charts import amounts, flow, quality, revenue, runs
from customer_analytics.core.report.charts import drift as drift_charts
from customer_analytics.core.report.facts import Facts

if TYPE_CHECKING:
    from plotly.graph_objects import Figure


def draw_ledger(ledger: dict[str, Any]) -> "tuple[Figure, Figure]":
    """Draw two charts: the clean, quarantined and duplicate rows, and the quarantined rows by column and fault."""
    return flow.draw_flow(ledger), quality.draw_reasons(ledger)


def draw_revenue(
    revenue_by_month: pd.DataFrame, revenue_by_country: pd.DataFrame, revenue_by_category: pd.DataFrame
) -> "tuple[Figure, Figure, Figure]":
    """Draw three charts of the revenue: by month, by country and by category."""
    return (
        revenue.draw_months(revenue_by_month),
        revenue.draw_groups(revenue_by_country, "Revenue by country"),
        revenue.draw_groups(revenue_by_category, "Revenue by category"),
    )


def draw_amounts(amount_distribution: pd.DataFrame | None, numeric_summary: pd.DataFrame) -> "Figure":
    """Draw a histogram of the amounts; without ``amount_distribution``, the figure shows only a text."""
    return amounts.draw_distribution(amount_distribution, numeric_summary)


def draw_windows(purchases_by_window: pd.DataFrame | None) -> "Figure":
    """Draw the share of missing values per window and column; if none is missing, the figure shows only a text."""
    return quality.draw_missing(purchases_by_window)


def draw_runs(recorded_runs: pd.DataFrame | None) -> "tuple[Figure, Figure]":
    """Draw two charts of recent runs: the shares of quarantined and duplicate rows, and the time and peak memory."""
    return runs.draw_quarantined(recorded_runs), runs.draw_usage(recorded_runs)


def gather_facts(**facts: Any) -> Facts:  # noqa: ANN401  the fields of Facts have types
    """Return one ``Facts`` value that contains the datasets for the report, one dataset per field."""
    return Facts(**facts)


def gather_charts(**charts: "Figure | None") -> "dict[str, Figure | None]":
    """Return the charts of the report as a dict: name of the chart → chart; ``None`` marks a missing chart."""
    return charts


def write_report(report_facts: Facts, report_charts: "dict[str, Figure | None]") -> str:
    """Return ``summary_report``, one self-contained HTML page."""
    return page.write_report(report_facts, report_charts)


def sample_purchases(clean_purchases: Chunks, sampling: sample.SampleRules) -> tuple[pd.DataFrame, pa.Table]:
    """Draw a sample of the clean purchases.

    Returns:
        A pair: first ``sampled_purchases``; second the same sample as an Arrow table. Saving the table as
        ``sample_profile`` starts the profiler.
    """
    sampled_purchases = sample.draw_sample(clean_purchases, sampling)
    return sampled_purchases, data_profile.prepare_for_profiler(sampled_purchases)


def simulate_drift(
    sampled_purchases: pd.DataFrame,
    simulated_drift: Scenario,
    drift: DriftSettings,
    profile: ProfileSettings,
    contract: Contract,
) -> tuple[pd.DataFrame, dict[str, Any], Any]:  # Any: Kedro evaluates annotations, and Figure is not imported
    """Apply a scenario to a copy of the sample, compare both, and return the findings, the verdict and a chart."""
    shape = profile.shape(contract.amount_decimals)
    simulated = comparisons.simulate_scenario(sampled_purchases, shape, simulated_drift, drift)
    verdict = comparisons.build_verdict(simulated, drift)
    return comparisons.tabulate_findings(simulated, drift), verdict, drift_charts.draw_findings(simulated)


def write_profile(
    sample_profile: data_profile.SampleProfile,
    sampled_purchases: pd.DataFrame,
    numeric_summary: pd.DataFrame,
    ledger: dict[str, Any],
    sampling: sample.SampleRules,
    _summary_report: str,  # unused; makes this node run last, since loading sample_profile waits for the profiler
) -> str:
    """Return ``profile_report``, an HTML page: exact statistics, then the profile or the reason why it is missing."""
    statistics = data_profile.compare_statistics(numeric_summary, sampled_purchases)
    return data_profile.write_profile_page(sample_profile, statistics, ledger, len(sampled_purchases), sampling)
