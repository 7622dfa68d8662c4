"""The datasets that the summary report reads; they contain aggregates, not single purchases."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from customer_analytics.core.contract.columns import Column
from customer_analytics.core.display import format_run_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """The datasets that the summary report reads; a field is ``None`` if its dataset does not exist yet.

    Args:
        ledger: Rows and money by fate and by reason.
        numeric_summary: Exact statistics of amount and age.
        revenue_by_month: Revenue, orders and customers per month.
        revenue_by_country: Revenue, orders and customers per country.
        revenue_by_category: Revenue, orders and customers per category.
        amount_distribution: Number of purchases per interval of amounts.
        purchases_by_window: Number of rows and of missing values per window.
        drift_verdict: Results of the drift comparisons.
        runs: One row per recorded run, the newest last.
        run_changes: Sentences that compare the newest run with earlier runs.
        memory_report_summary: Sentences about the memory use of the columns.
    """

    ledger: Mapping[str, Any]
    numeric_summary: pd.DataFrame
    revenue_by_month: pd.DataFrame
    revenue_by_country: pd.DataFrame
    revenue_by_category: pd.DataFrame
    amount_distribution: pd.DataFrame | None = None
    purchases_by_window: pd.DataFrame | None = None
    drift_verdict: Mapping[str, Any] | None = None
    runs: pd.DataFrame | None = None
    run_changes: Mapping[str, Any] | None = None
    memory_report_summary: Mapping[str, Any] | None = None

    @property
    def run(self) -> str:
        """Start of the run as date and time; empty if no run is recorded."""
        return format_run_id(str(self.run_changes["run"])) if self.run_changes else ""

    @property
    def decimals(self) -> int:
        """Number of decimal places of an amount; 2 for cents."""
        return int(self.ledger["money_minor_units"]["decimals"])

    @property
    def amount_summary(self) -> "pd.Series[float]":
        """The row of ``numeric_summary`` about the purchase amount."""
        summary = self.numeric_summary
        return summary.loc[summary["column"] == Column.PURCHASE_AMOUNT].iloc[0]

    @property
    def is_stale(self) -> bool:
        """Whether the rows or money of the newest recorded run differ from the ledger; false if no run is recorded."""
        if self.runs is None or self.runs.empty:
            return False
        newest_run, clean_money = self.runs.fillna(0.0).iloc[-1], float(self.ledger["money_minor_units"]["clean"])
        metrics = {"rows_in": self.ledger["rows_in"], "clean": self.ledger["clean"], "clean_minor_units": clean_money}
        return any(newest_run[name] != value for name, value in metrics.items())
