from dataclasses import replace

import numpy as np
import pytest

from customer_analytics.core.drift.checks.findings import Outcome
from customer_analytics.core.history.anomalies import anomalies, anomaly, differences
from customer_analytics.core.history.metrics import figure_of, name_of
from customer_analytics.core.history.run_record import run_changes


def test_few_normal_runs_before_a_normal_one_raise_at_most_one_alarm_in_a_hundred(settings):
    rng = np.random.default_rng(0)
    runs = rng.normal(1_000, 50, (1_000, 6))

    odd = sum(anomaly("rows", run[0], run[1:], settings).outcome is Outcome.WARN for run in runs)

    assert odd <= 10


def test_nine_ones_and_a_billion_are_seen_by_the_robust_rule(settings):
    seen = anomaly("rows", 1e9, [1.0] * 9, settings)

    assert seen.outcome is Outcome.WARN
    assert seen.score > 1e9


def test_four_earlier_runs_are_too_few(settings):
    assert anomaly("rows", 1e9, [1.0] * 4, settings).outcome is Outcome.INSUFFICIENT


def test_a_constant_metric_may_move_within_the_floor(settings):
    assert anomaly("rows", 1_010.0, [1_000.0] * 5, settings).outcome is Outcome.OK
    assert anomaly("rows", 1_100.0, [1_000.0] * 5, settings).outcome is Outcome.WARN


def test_a_metric_that_was_always_zero_is_anomalous_from_the_first(settings):
    assert anomaly("refused", 0.0, [0.0] * 5, settings).outcome is Outcome.OK
    assert anomaly("refused", 1.0, [0.0] * 5, settings).score > 1e300


def test_one_odd_earlier_run_does_not_hide_the_next(settings):
    assert anomaly("rows", 5_000.0, [1_000.0, 1_001.0, 999.0, 1_002.0, 90_000.0], settings).outcome is Outcome.WARN


@pytest.mark.parametrize(("limit", "outcome"), [(3.0, Outcome.WARN), (50.0, Outcome.OK)])
def test_the_limit_acts(settings, limit, outcome):
    assert anomaly("rows", 1_100.0, [1_000.0] * 5, replace(settings, history_limit=limit)).outcome is outcome


def test_runs_without_a_metric_do_not_count_for_it(settings):
    found = anomalies({"rows": 10.0, "new": 1.0}, [{"rows": 10.0}] * 5, settings)

    assert [one.outcome for one in found] == [Outcome.OK, Outcome.INSUFFICIENT]


def test_differences_from_the_previous_run_read_as_sentences():
    said = differences(
        {"rows": 1_000, "gone": 1, "same": 2, "zero": 0}, {"rows": 1_250, "same": 2, "zero": 0.5, "new": 3}
    )

    assert said == (
        "rows went from 1,000 to 1,250 (+250, +25.0%).",
        "gone: 1 before, none now.",
        "zero went from 0 to 0.5 (+0.5).",
        "new: none before, 3 now.",
    )


def test_differences_of_money_are_told_in_major_units():
    said = differences({"minor units clean": 141_315_969}, {"minor units clean": 2_000}, 2)

    assert said == ("money of clean rows went from 1,413,159.69 to 20.00 (-1,413,139.69, -100.0%).",)


@pytest.mark.parametrize(
    ("metric", "number", "said"),
    [
        ("rows rows_in", 1_000, "rows received at 1,000"),
        ("rows duplicates_exact", 3, "exact later copies at 3"),
        ("minor units rows_in", 141_315_969, "money of rows received at 1,413,159.69"),
        ("minor units duplicates_conflicting", 0, "money of conflicting later copies at 0.00"),
        ("minor units clean", 10**17 + 1, "money of clean rows at 1,000,000,000,000,000.01"),
        ("minor units clean", 1_050.5, "money of clean rows at 10.50"),
        ("amounts rounded", 102, "rounded amounts at 102"),
        ("refused range:customer_age", 38, "rows refused for range:customer_age at 38"),
        ("drift payment_type new_value", 0.00123456, "drift of payment_type (new_value) at 0.001235"),
        ("alarms", 6, "alarms of drift at 6"),
        ("elapsed_s", 17.978, "time of the run at 17.98 s"),
        ("cpu_s", 17, "CPU time at 17 s"),
        ("peak_memory_bytes", 521_195_520, "peak memory at 521 MB"),
        ("someone's own", 1.5, "someone's own at 1.5"),
    ],
)
def test_metrics_are_named_and_written_for_people(metric, number, said):
    assert f"{name_of(metric)} at {figure_of(metric, number, 2)}" == said


def changes_of(clean, settings):
    """The newest of runs with so many clean rows, a day each, against the others."""
    records = {
        f"2024-01-{day:02}/run_metrics": {"decimals": 2, "metrics": {"rows clean": rows}}
        for day, rows in enumerate(clean, 1)
    }
    history = {name: lambda one=one: one for name, one in records.items()}
    return run_changes(list(records.values())[-1], history, settings)


def test_runs_without_a_clean_row_are_no_example_of_what_is_usual(settings):
    changes = changes_of([1_000, 0, 1_000, 0, 0, 1_000, 1_000, 0, 1_000, 0, 1_000], settings)

    (rows,) = changes["anomalies"]
    assert (rows["usual"], rows["outcome"]) == (1_000, "ok")
    assert changes["earlier_runs"] == 10
    assert changes["in_words"][-1] == "No metric is anomalous among 5 earlier runs."


def test_a_run_without_a_clean_row_is_anomalous_itself(settings):
    (rows,) = changes_of([1_000] * 5 + [0], settings)["anomalies"]

    assert rows["outcome"] == "warn"


@pytest.mark.parametrize(("clean", "count"), [([5], 0), ([5, 0, 5], 1), ([5, 0, 5, 5, 5, 5], 4)])
def test_too_few_runs_with_clean_rows_are_counted(settings, clean, count):
    changes = changes_of(clean, settings)

    said = f"Too few earlier runs with clean rows to tell what is usual: {count} of the 5 needed."
    assert changes["in_words"][-1] == said


def test_changes_name_metrics_in_words_and_keep_their_keys(settings):
    metrics = {"rows clean": 5, "minor units clean": 1_050, "elapsed_s": 2.0}
    record = {"decimals": 2, "metrics": metrics}
    odd = {"decimals": 2, "metrics": metrics | {"minor units clean": 250_000, "elapsed_s": 2.5}}
    history = {f"2024-01-0{day}/run_metrics": lambda: record for day in range(1, 6)}

    changes = run_changes(odd, history | {"2024-01-06/run_metrics": lambda: odd}, settings)

    assert changes["in_words"] == [
        "Since the previous run (2024-01-05) 1 metric changed.",
        "money of clean rows went from 10.50 to 2,500.00 (+2,489.50, +23,709.5%).",
        "anomalous among 5 earlier runs: money of clean rows at 2,500.00, usually 10.50.",
        "anomalous among 5 earlier runs: time of the run at 2.5 s, usually 2 s.",
    ]
    assert [one["metric"] for one in changes["anomalies"]] == list(metrics)


def test_a_run_like_the_one_before_says_so(settings):
    assert changes_of([5, 5], settings)["in_words"][0] == (
        "Since the previous run (2024-01-01) only time and memory changed."
    )
