"""The text of the report about runs of every kind."""

import pandas as pd
import pytest
from tests.report_facts import ALARM, CHANGES, VERDICT, charts, facts, ledger, run_table, summary, text_of, write_html

from customer_analytics.core.report import page
from customer_analytics.core.report.charts import revenue


def test_the_first_screen_answers_four_questions():
    content = page.compose_page(facts(drift_verdict=VERDICT))

    answers = {card.question: (card.answer, card.explanation) for card in content.cards}
    assert content.headline == "3 of 6 rows are clean. Revenue: 31.50."
    assert answers == {
        "How much was read?": ("6", "rows in 1 file, 1.2 MB"),
        "How much is clean?": ("50.00 %", "2 quarantined, 1 duplicate"),
        "What is the revenue?": ("31.50", "mean purchase 10.50, median 10.50"),
        "Did anything change?": ("Take a look", "3 alarms: payment_type"),
    }


@pytest.mark.parametrize(
    ("columns", "reasons", "explanation"),
    [
        (
            {"payment_type": "insufficient_data", "rows": "insufficient_data"},
            ["There is no baseline to compare with: this run can become one."],
            "There is no baseline to compare with: this run can become one.",
        ),
        (
            {"payment_type": "insufficient_data", "customer_age": "insufficient_data", "country_code": "ok"},
            ["rows: there are 1 whole windows."],
            "too little data for payment_type, customer_age",
        ),
        ({"customer_age": "insufficient_data"}, [], "too little data for customer_age"),
    ],
    ids=["no baseline", "some columns without enough data", "all columns without enough data"],
)
def test_the_first_screen_explains_why_there_is_no_verdict(columns, reasons, explanation):
    not_judged = [column for column, outcome in columns.items() if outcome != "ok"]
    run_comparison = VERDICT["comparisons"]["runs"] | {"columns": columns, "not_judged": not_judged, "reasons": reasons}
    window_comparison = VERDICT["comparisons"]["latest_windows"] | {
        "alarms": [],
        "alarm_count": 0,
        "reasons": ["Another."],
    }
    comparisons = {"runs": run_comparison, "latest_windows": window_comparison}

    content = page.compose_page(facts(drift_verdict={"outcome": "insufficient_data", "comparisons": comparisons}))

    drift_card = content.cards[3]
    assert (drift_card.answer, drift_card.explanation) == ("Not enough data", explanation)


def test_an_alarm_is_shown_with_effect_thresholds_and_revenue():
    html = write_html(facts(drift_verdict=VERDICT))

    assert "The share of &#39;&lt;b&gt;&#39; went up; now 8 rows with revenue 621.56." in html
    assert "payment_type, share in AT; effect +1.71 points; warns from 1 point, fails from 5 points" in html
    assert "<code>drift_findings</code> has 2 more alarms." in html
    assert "There is no baseline." in html


@pytest.mark.parametrize(
    ("measure", "effect", "measurement"),
    [
        ("mean", 0.12, "effect +12 %; warns from 5 %, fails from 10 %"),
        ("mean", 99.0, "effect +9,900 %; warns from 5 %, fails from 10 %"),
        ("psi", 0.3, "effect +0.3; warns from 0.05, fails from 0.1"),
        ("new_value", 0.002, "effect +0.2 %; warns from the first row, fails from 10 %"),
        ("share", None, "payment_type, share; warns from 5 points, fails from 10 points"),
    ],
)
def test_each_measure_is_shown_in_its_own_unit(measure, effect, measurement):
    alarm = {**ALARM, "segment": "all", "measure": measure, "effect": effect, "warn": 0.05, "fail": 0.1}
    comparison = {**VERDICT["comparisons"]["latest_windows"], "alarms": [alarm]}

    html = write_html(facts(drift_verdict={"outcome": "warn", "comparisons": {"latest_windows": comparison}}))

    assert measurement in html


def test_a_verdict_of_an_earlier_version_is_shown_without_thresholds():
    alarm = {name: value for name, value in ALARM.items() if name not in {"warn", "fail"}}
    comparison = {**VERDICT["comparisons"]["latest_windows"], "alarms": [alarm]}

    html = write_html(facts(drift_verdict={"outcome": "warn", "comparisons": {"latest_windows": comparison}}))

    assert "payment_type, share in AT; effect +1.71 points<" in html


def test_windows_are_listed_newest_first_and_include_purchases_without_a_date():
    windows = pd.DataFrame(
        {
            "window": pd.to_datetime(["2024-01-01", "2024-01-08", None]),
            "rows": [10, 1_000, 5],
            "revenue": [1.0, 2.5, 0.5],
            "missing_customer_age": [1, 0, 0],
        }
    )
    report_facts = facts(drift_verdict=VERDICT, purchases_by_window=windows)
    volume_chart = revenue.draw_months(report_facts.revenue_by_month)

    text = text_of(page.write_report(report_facts, charts(report_facts) | {"volume_chart": volume_chart}))

    assert "no date 5 0.50 2024-01-08 1,000 2.50 2024-01-01 10 1.00" in text
    assert "customer_age 1 0.10 %" in text


def test_a_missing_dataset_is_named_with_the_command_that_makes_it():
    text = text_of(write_html(facts()))

    assert "drift_verdict is missing. kedro run --pipelines drift,history,reporting makes it" in text
    assert "amount_distribution is missing: kedro run --pipelines drift,history,reporting makes it." in text
    assert "purchases_by_window is missing: kedro run" in text
    assert "No run is recorded yet. kedro run records every run." in text
    assert "kedro run --pipelines memory_profiling,reporting makes it." in text
    assert "Not checked" in text


def test_a_run_without_rows_makes_a_page():
    empty_ledger = ledger(clean=0, quarantined=0, exact=0)

    html = write_html(facts((), (), ledger=empty_ledger, numeric_summary=summary(0)))

    assert "<h1>The input has no rows.</h1>" in html
    assert "data-chart=" not in html
    assert "No clean purchase, so there is no revenue." in html
    assert "No clean purchase, so there is no amount." in html
    assert "nan" not in text_of(html).lower().split()


def test_a_run_without_clean_rows_shows_the_reasons():
    ledger_without_clean = ledger(clean=0, exact=0)

    html = write_html(facts((), (), ledger=ledger_without_clean, numeric_summary=summary(0)))

    assert "<h1>None of 2 rows is clean.</h1>" in html
    assert 'data-chart="reasons_chart"' in html


def test_one_row_of_one_country_makes_a_page():
    ledger_of_one_row = ledger(clean=1, quarantined=0, exact=0)

    html = write_html(facts(("AT",), ("books",), ledger=ledger_of_one_row, numeric_summary=summary(1)))

    assert "1 of 1 row is clean. Revenue: 10.50." in html
    assert "All revenue comes from one country: AT." in html
    assert "No row was quarantined." in html


def test_only_the_groups_with_the_most_revenue_are_listed_and_the_others_are_summed():
    categories = [f"category {number:04}" for number in range(5_000)]

    html = write_html(facts(categories=categories))

    other_revenue = sum(10.5 * number for number in range(1, 5_000 - revenue.MAX_GROUPS + 1))
    assert "4,985 others" in html
    assert f"{other_revenue:,.2f}" in html
    assert "The 15 of 5,000 categories with the most revenue;" in html
    assert "category 0014" in html
    assert "category 0015" not in html
    assert len(html.encode()) < 6_000_000


def test_history_and_usage_come_from_the_recorded_runs():
    runs = run_table({"elapsed_s": 61.0}, {"elapsed_s": 2.0, "peak_memory_bytes": 5e8})

    text = text_of(write_html(facts(runs=runs, run_changes=CHANGES)))

    assert "run of 2024-01-02 10:00:00 UTC" in text
    assert "The run took 2.0 s and at most 500 MB of memory" in text
    assert "3 rows per second" in text
    assert "1 min 1 s" in text
    assert "Few runs." in text


@pytest.mark.parametrize(("rows_in", "is_stale"), [(6.0, False), (7.0, True)])
def test_a_ledger_newer_than_the_recorded_runs_causes_a_warning(rows_in, is_stale):
    html = write_html(facts(runs=run_table({"rows_in": rows_in}), run_changes=CHANGES))

    assert ("The ledger is newer than the recorded runs" in html) is is_stale


def test_a_run_without_recorded_usage_makes_a_page():
    runs = run_table({"elapsed_s": None, "cpu_s": None, "peak_memory_bytes": None})

    html = write_html(facts(runs=runs, run_changes=CHANGES))

    assert "0 rows per second" in text_of(html)


def test_the_memory_of_a_chunk_is_shown_if_it_was_measured():
    report_facts = facts(memory_report_summary={"in_words": ["typed: 80 % saved."]})
    memory_chart = revenue.draw_groups(report_facts.revenue_by_country, "Memory by column")

    memory_charts = {"memory_by_column_chart": memory_chart, "chunk_rows_chart": None}
    html = page.write_report(report_facts, charts(report_facts) | memory_charts)

    assert "typed: 80 % saved." in html
    assert 'data-chart="memory_by_column_chart"' in html
    assert "No chunk size was tried." in html


def test_only_the_first_input_files_are_listed_with_the_number_of_all():
    ledger_of_many_files = ledger()
    ledger_of_many_files["input_files"] *= 40

    html = write_html(facts(ledger=ledger_of_many_files))

    assert "40 files in total;" in html
