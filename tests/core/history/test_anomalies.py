"""Metrics of a run against its history."""

from dataclasses import replace

import numpy as np
import pytest

from customer_analytics.core.drift.checks.findings import Outcome
from customer_analytics.core.history.anomalies import describe_differences, judge_metric, judge_metrics
from customer_analytics.core.history.metrics import format_metric, metric_name
from customer_analytics.core.history.run_record import METRICS_VERSION, run_changes


def test_at_most_one_normal_run_in_a_hundred_is_anomalous_after_few_normal_runs(settings):
    rng = np.random.default_rng(0)
    runs = rng.normal(1_000, 50, (1_000, 6))

    alarms = sum(judge_metric("rows", run[0], run[1:], settings).outcome is Outcome.WARN for run in runs)

    assert alarms <= 10


def test_a_billion_after_nine_ones_is_anomalous(settings):
    finding = judge_metric("rows", 1e9, [1.0] * 9, settings)

    assert finding.outcome is Outcome.WARN
    assert finding.score > 1e9


def test_four_earlier_runs_are_too_few(settings):
    assert judge_metric("rows", 1e9, [1.0] * 4, settings).outcome is Outcome.INSUFFICIENT


def test_a_constant_metric_may_move_within_the_floor(settings):
    assert judge_metric("rows", 1_010.0, [1_000.0] * 5, settings).outcome is Outcome.OK
    assert judge_metric("rows", 1_100.0, [1_000.0] * 5, settings).outcome is Outcome.WARN


def test_any_change_of_a_metric_that_was_always_zero_is_anomalous(settings):
    assert judge_metric("quarantined", 0.0, [0.0] * 5, settings).outcome is Outcome.OK
    assert judge_metric("quarantined", 1.0, [0.0] * 5, settings).score > 1e300


def test_one_anomalous_earlier_run_does_not_hide_the_next(settings):
    assert judge_metric("rows", 5_000.0, [1_000.0, 1_001.0, 999.0, 1_002.0, 90_000.0], settings).outcome is Outcome.WARN


@pytest.mark.parametrize(("limit", "outcome"), [(3.0, Outcome.WARN), (50.0, Outcome.OK)])
def test_the_limit_acts(settings, limit, outcome):
    assert judge_metric("rows", 1_100.0, [1_000.0] * 5, replace(settings, history_limit=limit)).outcome is outcome


def test_runs_without_a_metric_do_not_count_for_it(settings):
    findings = judge_metrics({"rows": 10.0, "new": 1.0}, [{"rows": 10.0}] * 5, settings)

    assert [finding.outcome for finding in findings] == [Outcome.OK, Outcome.INSUFFICIENT]


def test_differences_from_the_previous_run_are_sentences():
    sentences = describe_differences(
        {"rows": 1_000, "gone": 1, "same": 2, "zero": 0}, {"rows": 1_250, "same": 2, "zero": 0.5, "new": 3}
    )

    assert sentences == (
        "rows went from 1,000 to 1,250 (+250, +25.0%).",
        "gone: 1 before, none now.",
        "zero went from 0 to 0.5 (+0.5).",
        "new: none before, 3 now.",
    )


def test_differences_of_money_are_in_major_units():
    sentences = describe_differences({"minor units clean": 141_315_969}, {"minor units clean": 2_000}, 2)

    assert sentences == ("money of clean rows went from 1,413,159.69 to 20.00 (-1,413,139.69, -100.0%).",)


@pytest.mark.parametrize(
    ("metric", "number", "expected"),
    [
        ("rows rows_in", 1_000, "rows received at 1,000"),
        ("rows duplicates_exact", 3, "exact duplicates at 3"),
        ("minor units rows_in", 141_315_969, "money of rows received at 1,413,159.69"),
        ("minor units duplicates_conflicting", 0, "money of conflicting duplicates at 0.00"),
        ("minor units clean", 10**17 + 1, "money of clean rows at 1,000,000,000,000,000.01"),
        ("minor units clean", 1_050.5, "money of clean rows at 10.50"),
        ("amounts rounded", 102, "rounded amounts at 102"),
        ("quarantined range:customer_age", 38, "rows quarantined for range:customer_age at 38"),
        ("drift payment_type new_value", 0.00123456, "drift of payment_type (new_value) at 0.001235"),
        ("alarms", 6, "alarms of drift at 6"),
        ("elapsed_s", 17.978, "time of the run at 17.98 s"),
        ("cpu_s", 17, "CPU time at 17 s"),
        ("peak_memory_bytes", 521_195_520, "peak memory at 521 MB"),
        ("someone's own", 1.5, "someone's own at 1.5"),
    ],
)
def test_metrics_have_a_name_and_a_format_for_people(metric, number, expected):
    assert f"{metric_name(metric)} at {format_metric(metric, number, 2)}" == expected


def record_of(metrics, version=METRICS_VERSION):
    return {"schema_version": version, "decimals": 2, "metrics": metrics}


def changes_of(records, settings):
    """Compare the last of the records, one per day, with the others."""
    history = {f"2024-01-{day:02}/run_metrics": lambda record=record: record for day, record in enumerate(records, 1)}
    return run_changes(records[-1], history, settings)


def changes_of_clean_rows(clean_rows, settings):
    return changes_of([record_of({"rows clean": rows}) for rows in clean_rows], settings)


def test_runs_without_a_clean_row_do_not_count_as_usual(settings):
    changes = changes_of_clean_rows([1_000, 0, 1_000, 0, 0, 1_000, 1_000, 0, 1_000, 0, 1_000], settings)

    (rows,) = changes["anomalies"]
    assert (rows["usual"], rows["outcome"]) == (1_000, "ok")
    assert changes["earlier_runs"] == 10
    assert changes["in_words"][-1] == "No metric is anomalous among 5 earlier runs."


def test_a_run_without_a_clean_row_is_anomalous_itself(settings):
    (rows,) = changes_of_clean_rows([1_000] * 5 + [0], settings)["anomalies"]

    assert rows["outcome"] == "warn"


@pytest.mark.parametrize(("clean_rows", "count"), [([5], 0), ([5, 0, 5], 1), ([5, 0, 5, 5, 5, 5], 4)])
def test_too_few_runs_with_clean_rows_are_counted(settings, clean_rows, count):
    changes = changes_of_clean_rows(clean_rows, settings)

    expected = f"Too few earlier runs with clean rows to judge what is usual: {count} of the 5 needed."
    assert changes["in_words"][-1] == expected


def test_changes_have_sentences_with_names_and_findings_with_keys(settings):
    metrics = {"rows clean": 5, "minor units clean": 1_050, "elapsed_s": 2.0}
    newest = record_of(metrics | {"minor units clean": 250_000, "elapsed_s": 2.5})

    changes = changes_of([record_of(metrics)] * 5 + [newest], settings)

    assert changes["in_words"] == [
        "Since the previous run (2024-01-05) 1 metric changed.",
        "money of clean rows went from 10.50 to 2,500.00 (+2,489.50, +23,709.5%).",
        "anomalous among 5 earlier runs: money of clean rows at 2,500.00, usually 10.50.",
        "anomalous among 5 earlier runs: time of the run at 2.5 s, usually 2 s.",
    ]
    assert [finding["metric"] for finding in changes["anomalies"]] == list(metrics)


def test_a_run_equal_to_the_previous_one_has_no_differences(settings):
    assert changes_of_clean_rows([5, 5], settings)["in_words"][0] == (
        "Since the previous run (2024-01-01) only time and memory changed."
    )


@pytest.mark.parametrize("old", [{"schema_version": 1, "metrics": {"rows clean": 9}}, {}])
def test_runs_with_other_metrics_are_not_compared(settings, old):
    same = record_of({"rows clean": 5})

    changes = changes_of([same, old, same], settings)

    assert (changes["previous_run"], changes["earlier_runs"], changes["differences"]) == ("2024-01-01", 1, [])


def test_a_run_without_comparable_runs_has_nothing_to_compare_with(settings):
    old, newest = record_of({"refused range:customer_age": 1}, version=1), record_of({"rows clean": 5})

    changes = changes_of([old, newest], settings)

    assert changes["previous_run"] is None
    assert changes["in_words"][0] == "There is no earlier run to compare the metrics with."
