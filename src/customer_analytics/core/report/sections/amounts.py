"""Build the report's section about the distribution of the purchase amount."""

import pandas as pd

from customer_analytics.core.report import formatting
from customer_analytics.core.report.content import Block, Section, Table
from customer_analytics.core.report.facts import Facts

_TITLE = "Purchase amounts"
_STATISTICS = {
    "mean": "mean",
    "standard_deviation": "standard deviation",
    "min": "minimum",
    "p1": "1st percentile",
    "p5": "5th percentile",
    "p25": "25th percentile",
    "p50": "median (50th percentile)",
    "p75": "75th percentile",
    "p95": "95th percentile",
    "p99": "99th percentile",
    "max": "maximum",
}


def amounts_section(facts: Facts) -> Section:
    """Build the report's section about purchase amounts: their statistics and distribution."""
    amount_summary, distribution = facts.amount_summary, facts.amount_distribution
    if not amount_summary["count"]:
        return Section("amounts", _TITLE, "No clean purchase, so there is no amount.")
    lead = (
        f"Half of all purchases cost {formatting.money(amount_summary['p50'], facts.decimals)} or less, one in a "
        f"hundred costs more than {formatting.money(amount_summary['p99'], facts.decimals)}. "
        "All statistics are computed from all clean rows, not from a sample."
    )
    full_table, placeholder = None, ""
    if distribution is None:
        placeholder = "`amount_distribution` is missing: `kedro run --pipelines drift,history,reporting` makes it."
    else:
        full_table = _intervals_table(distribution, facts.decimals)
    table = _statistics_table(amount_summary, facts.decimals)
    block = Block("Distribution", "amount_distribution_chart", table, full_table, placeholder=placeholder)
    return Section("amounts", _TITLE, lead, (block,))


def _statistics_table(amount_summary: "pd.Series[float]", decimals: int) -> Table:
    amounts = tuple((label, formatting.money(amount_summary[name], decimals)) for name, label in _STATISTICS.items())
    counts = (
        ("outliers by z-score", formatting.count(amount_summary["outliers_zscore"])),
        ("outliers by interquartile range", formatting.count(amount_summary["outliers_iqr"])),
    )
    return Table("Statistics of the purchase amount", ("statistic", "value"), amounts + counts)


def _intervals_table(distribution: pd.DataFrame, decimals: int) -> Table:
    purchases = int(distribution["rows"].sum())
    rows = tuple(
        (
            f"{formatting.money(interval['low'], decimals)} to below {formatting.money(interval['high'], decimals)}",
            formatting.count(interval["rows"]),
            formatting.share(interval["rows"], purchases),
            formatting.money(interval["revenue"], decimals),
        )
        for interval in distribution.to_dict("records")
    )
    is_exact = distribution["exact"].all()
    note = "" if is_exact else "The intervals are approximate, because there are too many distinct amounts."
    return Table("Purchases by amount", ("amount", "purchases", "share", "revenue"), rows, note=note)
