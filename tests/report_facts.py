"""Facts of made-up runs, and the report about them."""

import re

import numpy as np
import pandas as pd

from customer_analytics.core.aggregation.numeric_summary import PERCENTILES
from customer_analytics.core.history.runs import RUN_COLUMNS
from customer_analytics.core.report import page
from customer_analytics.core.report.charts import amounts, flow, quality, revenue, runs
from customer_analytics.core.report.facts import Facts

FATES = ("rows_in", "clean", "quarantined", "duplicates", "duplicates_exact", "duplicates_conflicting")


def ledger(clean=3, quarantined=2, exact=1, by_reason=None, **money):
    rows = dict(zip(FATES, (clean + quarantined + exact, clean, quarantined, exact, exact, 0), strict=True))
    reasons = {"negative:purchase_amount": quarantined} if by_reason is None and quarantined else by_reason or {}
    minor_units = {fate: 1_050 * count for fate, count in rows.items()} | money
    return {
        **rows,
        "by_reason": reasons,
        "money_minor_units": {"decimals": 2, **minor_units, "by_reason": dict.fromkeys(reasons, 7)},
        "amounts_unreadable": 0,
        "amounts_rounded": 1,
        "input_files": [{"file": "purchases.csv", "bytes": 1_234_567, "sha256": "0123456789abcdef", "rows": 6}],
    }


def revenue_table(column, names):
    count = len(names)
    return pd.DataFrame(
        {
            column: names,
            "revenue": np.arange(count, 0, -1) * 10.5,
            "orders": np.arange(count, 0, -1),
            "average_basket": np.full(count, 10.5),
            "unique_customers": np.ones(count, np.int64),
        }
    )


def summary(rows):
    percentiles = {f"p{percent}": 10.5 for percent in PERCENTILES}
    statistics = {"mean": 10.5, "standard_deviation": 0.0, "min": 10.5, "max": 10.5, **percentiles}
    described = {name: value if rows else None for name, value in statistics.items()}
    counts = {"count": rows, "nulls": 0, "outliers_zscore": 0, "outliers_iqr": 0}
    return pd.DataFrame([{"column": column, **counts, **described} for column in ("purchase_amount", "customer_age")])


def facts(countries=("AT", "DE"), categories=("books", "food"), **datasets):
    months = pd.to_datetime(["2024-01-01", "2024-03-01"])[: len(countries)]
    other_datasets = {"ledger": ledger(), "numeric_summary": summary(3), **datasets}
    return Facts(
        revenue_by_month=revenue_table("month", months),
        revenue_by_country=revenue_table("country_code", list(countries)),
        revenue_by_category=revenue_table("product_category", list(categories)),
        **other_datasets,
    )


def charts(report_facts):
    return {
        "ledger_flow_chart": flow.draw_flow(report_facts.ledger),
        "reasons_chart": quality.draw_reasons(report_facts.ledger),
        "revenue_by_month_chart": revenue.draw_months(report_facts.revenue_by_month),
        "revenue_by_country_chart": revenue.draw_groups(report_facts.revenue_by_country, "Revenue by country"),
        "revenue_by_category_chart": revenue.draw_groups(report_facts.revenue_by_category, "Revenue by category"),
        "amount_distribution_chart": amounts.draw_distribution(
            report_facts.amount_distribution, report_facts.numeric_summary
        ),
        "missing_by_window_chart": quality.draw_missing(report_facts.purchases_by_window),
        "quarantined_by_run_chart": runs.draw_quarantined(report_facts.runs),
        "usage_by_run_chart": runs.draw_usage(report_facts.runs),
        "drift_findings_chart": None,
    }


def write_html(report_facts):
    return page.write_report(report_facts, charts(report_facts))


def text_of(html):
    body = re.sub(r"<(script|style).*?</\1>", " ", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body.replace("<wbr>", "")))


def run_table(*changes):
    metrics = dict.fromkeys(RUN_COLUMNS, 1.0) | {"rows_in": 6.0, "clean": 3.0, "clean_minor_units": 3_150.0}
    table = [{**metrics, "run": f"2024-01-0{day}T10.00.00.000Z", **change} for day, change in enumerate(changes, 1)]
    return pd.DataFrame(table).astype({column: "Float64" for column in RUN_COLUMNS if column != "run"})


CHANGES = {"run": "2024-01-02T10.00.00.000Z", "in_words": ["Since the previous run nothing changed.", "Few runs."]}
ALARM = {
    "outcome": "warn",
    "column": "payment_type",
    "segment": "AT",
    "measure": "share",
    "effect": 0.0171,
    "warn": 0.01,
    "fail": 0.05,
    "explanation": "The share of '<b>' went up; now 8 rows with revenue 621.56.",
}
VERDICT = {
    "outcome": "warn",
    "comparisons": {
        "runs": {
            "baseline": "no earlier run",
            "outcome": "insufficient_data",
            "columns": {"payment_type": "insufficient_data"},
            "alarms": [],
            "alarm_count": 0,
            "real_below_threshold": [],
            "not_judged": ["payment_type"],
            "reasons": ["There is no baseline."],
        },
        "latest_windows": {
            "baseline": "all windows before the last 4",
            "outcome": "warn",
            "columns": {"payment_type": "warn"},
            "alarms": [ALARM],
            "alarm_count": 3,
            "real_below_threshold": [{"explanation": "PSI is 0.014."}],
            "not_judged": [],
            "reasons": [],
        },
    },
}
