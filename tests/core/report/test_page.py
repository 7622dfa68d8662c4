"""What the page says of runs of every kind."""

import re

import pandas as pd
import pytest
from tests.report_facts import ALARM, CHANGES, VERDICT, charts, facts, ledger, run_table, summary, text_of, written

from customer_analytics.core.report import page
from customer_analytics.core.report.charts import revenue


def test_the_first_screen_answers_four_questions():
    told = page.compose(facts(drift_verdict=VERDICT))

    answers = {card.question: (card.answer, card.words) for card in told.cards}

    assert told.headline == "3 of 6 rows can be trusted, worth 31.50."
    assert answers == {
        "What came in?": ("6", "rows in 1 file, 1.2 MB"),
        "What can be trusted?": ("50.00 %", "2 quarantined, 1 repeat"),
        "What is it worth?": ("31.50", "mean purchase 10.50, median 10.50"),
        "Did anything change?": ("Have a look", "3 alarms: payment_type"),
    }


@pytest.mark.parametrize(
    ("columns", "reasons", "said"),
    [
        (
            {"payment_type": "insufficient_data", "rows": "insufficient_data"},
            ["There is no baseline to compare with: this run can become one."],
            "There is no baseline to compare with: this run can become one.",
        ),
        (
            {"payment_type": "insufficient_data", "customer_age": "insufficient_data", "country_code": "ok"},
            ["rows: there are 1 whole windows."],
            "too little data to judge payment_type, customer_age",
        ),
        ({"customer_age": "insufficient_data"}, [], "too little data to judge customer_age"),
    ],
    ids=["nothing was compared", "some columns were not", "all were compared and none could be judged"],
)
def test_the_first_screen_says_why_nothing_can_be_told(columns, reasons, said):
    blind = [column for column, outcome in columns.items() if outcome != "ok"]
    runs_ = VERDICT["comparisons"]["runs"] | {"columns": columns, "not_judged": blind, "reasons": reasons}
    quiet = VERDICT["comparisons"]["latest_windows"] | {"alarms": [], "alarm_count": 0, "reasons": ["Another."]}
    comparisons = {"runs": runs_, "latest_windows": quiet}

    told = page.compose(facts(drift_verdict={"outcome": "insufficient_data", "comparisons": comparisons}))

    assert (told.cards[3].answer, told.cards[3].words) == ("Cannot tell", said)


def test_an_alarm_is_told_with_effect_thresholds_and_money():
    html = written(facts(drift_verdict=VERDICT))

    assert "The share of &#39;&lt;b&gt;&#39; went up; now 8 rows worth 621.56." in html
    assert "payment_type, share in AT; effect +1.71 points; warns from 1 point, fails from 5 points" in html
    assert "2 more alarms stand in" in html
    assert "There is no baseline." in html


@pytest.mark.parametrize(
    ("measure", "effect", "said"),
    [
        ("mean", 0.12, "effect +12 %; warns from 5 %, fails from 10 %"),
        ("mean", 99.0, "effect +9,900 %; warns from 5 %, fails from 10 %"),
        ("psi", 0.3, "effect +0.3; warns from 0.05, fails from 0.1"),
        ("new_value", 0.002, "effect +0.2 %; warns from the first row, fails from 10 %"),
        ("share", None, "payment_type, share; warns from 5 points, fails from 10 points"),
    ],
)
def test_each_measure_is_told_in_its_own_unit(measure, effect, said):
    changed = {**ALARM, "segment": "all", "measure": measure, "effect": effect, "warn": 0.05, "fail": 0.1}
    comparison = {**VERDICT["comparisons"]["latest_windows"], "alarms": [changed]}

    html = written(facts(drift_verdict={"outcome": "warn", "comparisons": {"latest_windows": comparison}}))

    assert said in html


def test_a_verdict_of_an_earlier_version_has_no_thresholds_to_tell():
    alarm = {name: value for name, value in ALARM.items() if name not in {"warn", "fail"}}
    comparison = {**VERDICT["comparisons"]["latest_windows"], "alarms": [alarm]}

    html = written(facts(drift_verdict={"outcome": "warn", "comparisons": {"latest_windows": comparison}}))

    assert "payment_type, share in AT; effect +1.71 points<" in html


def test_windows_are_listed_the_newest_first_and_purchases_without_a_date_named():
    windows = pd.DataFrame(
        {
            "window": pd.to_datetime(["2024-01-01", "2024-01-08", None]),
            "rows": [10, 1_000, 5],
            "revenue": [1.0, 2.5, 0.5],
            "missing_customer_age": [1, 0, 0],
        }
    )
    told = facts(drift_verdict=VERDICT, purchases_by_window=windows)

    words_ = text_of(
        page.write_report(told, charts(told) | {"volume_chart": revenue.draw_months(told.revenue_by_month)})
    )

    assert "no date 5 0.50 2024-01-08 1,000 2.50 2024-01-01 10 1.00" in words_
    assert "customer_age 1 0.10 %" in words_


def test_what_is_missing_is_named_with_the_command_that_makes_it():
    words_ = text_of(written(facts()))

    assert "drift_verdict is missing. kedro run --pipelines drift,history,reporting makes it" in re.sub(
        r" +", " ", words_
    )
    assert "amount_distribution is missing: kedro run --pipelines drift,history,reporting makes it." in words_
    assert "purchases_by_window is missing: kedro run" in words_
    assert "No run has left its metrics yet. kedro run records every run." in words_
    assert "kedro run --pipelines memory_profiling,reporting does." in words_
    assert "Not judged" in words_


def test_a_run_without_rows_says_so():
    nothing = ledger(clean=0, quarantined=0, exact=0)

    html = written(facts((), (), ledger=nothing, numeric_summary=summary(0)))

    assert "<h1>No row came in.</h1>" in html
    assert "data-chart=" not in html
    assert "No clean purchase, so there is no revenue." in html
    assert "No clean purchase, so there is no amount." in html
    assert "nan" not in text_of(html).lower().split()


def test_a_run_without_clean_rows_says_so_and_shows_why():
    nothing = ledger(clean=0, exact=0)

    html = written(facts((), (), ledger=nothing, numeric_summary=summary(0)))

    assert "<h1>None of 2 rows can be trusted.</h1>" in html
    assert 'data-chart="reasons_chart"' in html


def test_one_row_of_one_country_makes_a_page():
    told = facts(("AT",), ("books",), ledger=ledger(clean=1, quarantined=0, exact=0), numeric_summary=summary(1))

    html = written(told)

    assert "1 of 1 row can be trusted, worth 10.50." in html
    assert "All revenue is from one country: AT." in html
    assert "No row was refused." in html


def test_of_many_names_the_largest_are_shown_and_the_others_summed():
    many = [f"category {number:04}" for number in range(5_000)]

    html = written(facts(categories=many))

    rest = sum(10.5 * number for number in range(1, 5_000 - revenue.TOP + 1))
    assert "4,985 others" in html
    assert f"{rest:,.2f}" in html
    assert "The 15 categories that earn most of 5,000;" in html
    assert "category 0014" in html
    assert "category 0015" not in html
    assert len(html.encode()) < 6_000_000


def test_history_and_usage_are_those_of_the_recorded_runs():
    told = facts(runs=run_table({"elapsed_s": 61.0}, {"elapsed_s": 2.0, "peak_memory_bytes": 5e8}), run_changes=CHANGES)

    words_ = text_of(written(told))

    assert "run of 2024-01-02 10:00:00 UTC" in words_
    assert "2.0 s from the start of the run until it was measured, with at most 500 MB of memory" in words_
    assert "3 rows a second" in words_
    assert "1 min 1 s" in words_
    assert "Few runs." in words_


@pytest.mark.parametrize(("rows_in", "is_stale"), [(6.0, False), (7.0, True)])
def test_a_ledger_newer_than_the_recorded_runs_is_pointed_out(rows_in, is_stale):
    html = written(facts(runs=run_table({"rows_in": rows_in}), run_changes=CHANGES))

    assert ("The ledger is newer than the recorded runs" in html) is is_stale


def test_a_run_that_left_no_usage_is_told_without_it():
    told = facts(runs=run_table({"elapsed_s": None, "cpu_s": None, "peak_memory_bytes": None}), run_changes=CHANGES)

    assert "0 rows a second" in text_of(written(told))


def test_what_a_chunk_takes_in_memory_is_told_where_it_was_measured():
    told = facts(memory_report_summary={"in_words": ["typed: 80 % saved."]})
    figure = revenue.draw_names(told.revenue_by_country, "Memory by column")

    html = page.write_report(told, charts(told) | {"memory_by_column_chart": figure, "chunk_rows_chart": None})

    assert "typed: 80 % saved." in html
    assert 'data-chart="memory_by_column_chart"' in html
    assert "No size of chunk was tried." in html


def test_many_files_are_cut_with_their_number():
    many = ledger()
    many["input_files"] *= 40

    html = written(facts(ledger=many))

    assert "40 files in all;" in html
