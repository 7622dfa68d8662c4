"""What the report knows of a run: aggregates, never rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from customer_analytics.core.display import spelt_run


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """The datasets that the report tells, each under its name; ``None`` where no run has left one.

    Args:
        ledger: The public ledger.
        numeric_summary: Exact figures of amount and age.
        revenue_by_month: Revenue, orders and customers per month.
        revenue_by_country: Likewise per country.
        revenue_by_category: Likewise per category.
        amount_distribution: Purchases per interval of amounts.
        purchases_by_window: Rows and missing values per window.
        drift_verdict: What changed.
        runs: Every run in one row, the newest last.
        run_changes: The newest run against those before, in words.
        memory_report_summary: What the columns take in memory, in words.
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
        """When the run began, as its id tells; empty where no run was recorded."""
        return spelt_run(str(self.run_changes["run"])) if self.run_changes else ""

    @property
    def decimals(self) -> int:
        """Digits of the minor unit."""
        return int(self.ledger["money_minor_units"]["decimals"])

    @property
    def is_stale(self) -> bool:
        """Whether the newest recorded run is not the one that wrote this ledger, as far as rows and money tell."""
        if self.runs is None or self.runs.empty:
            return False
        newest, ledger = self.runs.fillna(0.0).iloc[-1], self.ledger
        money = float(ledger["money_minor_units"]["clean"])
        return (newest["rows_in"], newest["clean"], newest["clean_minor_units"]) != (
            ledger["rows_in"],
            ledger["clean"],
            money,
        )
