"""Facts of made-up runs, and the page that is written of them."""

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
    worth = {fate: 1_050 * count for fate, count in rows.items()} | money
    return {
        **rows,
        "by_reason": reasons,
        "money_minor_units": {"decimals": 2, **worth, "by_reason": dict.fromkeys(reasons, 7)},
        "amounts_unreadable": 0,
        "amounts_rounded": 1,
        "input_files": [{"file": "purchases.csv", "bytes": 1_234_567, "sha256": "0123456789abcdef", "rows": 6}],
    }


def earned(column, names):
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
    amount = {f"p{percent}": 10.5 if rows else None for percent in PERCENTILES}
    figures = {"mean": 10.5, "standard_deviation": 0.0, "min": 10.5, "max": 10.5, **amount}
    described = {name: value if rows else None for name, value in figures.items()}
    counts = {"count": rows, "nulls": 0, "outliers_zscore": 0, "outliers_iqr": 0}
    return pd.DataFrame([{"column": column, **counts, **described} for column in ("purchase_amount", "customer_age")])


def facts(countries=("AT", "DE"), categories=("books", "food"), **known):
    months = pd.to_datetime(["2024-01-01", "2024-03-01"])[: len(countries)]
    given = {"ledger": ledger(), "numeric_summary": summary(3), **known}
    return Facts(
        revenue_by_month=earned("month", months),
        revenue_by_country=earned("country_code", list(countries)),
        revenue_by_category=earned("product_category", list(categories)),
        **given,
    )


def charts(told):
    return {
        "ledger_flow_chart": flow.draw_flow(told.ledger),
        "reasons_chart": quality.draw_reasons(told.ledger),
        "revenue_by_month_chart": revenue.draw_months(told.revenue_by_month),
        "revenue_by_country_chart": revenue.draw_names(told.revenue_by_country, "Revenue by country"),
        "revenue_by_category_chart": revenue.draw_names(told.revenue_by_category, "Revenue by category"),
        "amount_distribution_chart": amounts.draw_distribution(told.amount_distribution, told.numeric_summary),
        "missing_by_window_chart": quality.draw_missing(told.purchases_by_window),
        "quarantined_by_run_chart": runs.draw_refused(told.runs),
        "usage_by_run_chart": runs.draw_usage(told.runs),
        "drift_findings_chart": None,
    }


def written(told):
    return page.write_report(told, charts(told))


def text_of(html):
    body = re.sub(r"<(script|style).*?</\1>", " ", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body.replace("<wbr>", "")))


def run_table(*changes):
    usual = dict.fromkeys(RUN_COLUMNS, 1.0) | {"rows_in": 6.0, "clean": 3.0, "clean_minor_units": 3_150.0}
    table = [{**usual, "run": f"2024-01-0{day}T10.00.00.000Z", **change} for day, change in enumerate(changes, 1)]
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
    "explanation": "The share of '<b>' went up; now 8 rows worth 621.56.",
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
