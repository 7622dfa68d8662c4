from dataclasses import replace

import numpy as np
import pytest

from customer_analytics.core.drift.findings import Outcome
from customer_analytics.core.drift.history import anomalies, anomaly, differences
from customer_analytics.core.drift.run_record import run_changes


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
        "gone was 1 and is gone.",
        "zero went from 0 to 0.5 (+0.5).",
        "new is new: 3.",
    )


def changes_of(clean, settings):
    """The newest of runs with so many clean rows, a day each, against the others."""
    records = {f"2024-01-{day:02}/run_metrics": {"metrics": {"rows clean": rows}} for day, rows in enumerate(clean, 1)}
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
