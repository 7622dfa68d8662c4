"""Recommendations of CHUNK_ROWS, and the records of the trials."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.hostile import LABELS, csv_texts
from tests.making import raw_chunks, table_rows
from tests.oracle import COLUMNS

from customer_analytics.core.errors import SettingError
from customer_analytics.core.memory.chunk_size_trials import Trial, TrialOutcome, as_records, recommend, tabulate_trials
from customer_analytics.core.memory.settings import MemorySettings

SETTINGS = {
    "memory_budget_mb": 500,
    "chunk_rows": [10, 20],
    "trial_rows": 100,
    "trial_limit_s": 60,
    "time_tolerance": 0.1,
    "repeats": 3,
}


def settings(**changes):
    return MemorySettings(**(SETTINGS | changes))


def trial(chunk_rows, elapsed_s, peak_mb, **changes):
    fields = {"rows": 1000, "chunks_held": 3, "whole": False, "outcome": TrialOutcome.DONE, "owned_bytes": None}
    return Trial(chunk_rows=chunk_rows, elapsed_s=elapsed_s, peak_bytes=peak_mb * 10**6, **(fields | changes))


def test_the_fastest_within_the_budget_is_recommended():
    trials = [trial(10, 9.0, 300), trial(20, 5.0, 400), trial(40, 4.0, 600)]

    assert recommend(trials, settings()).chunk_rows == 20
    assert recommend(trials, settings(memory_budget_mb=600)).chunk_rows == 40


def test_a_smaller_chunk_is_preferred_while_it_is_about_as_fast():
    trials = [trial(10, 5.6, 300), trial(20, 5.4, 400), trial(40, 5.0, 450)]

    assert recommend(trials, settings()).chunk_rows == 20
    assert recommend(trials, settings(time_tolerance=0.2)).chunk_rows == 10
    assert recommend(trials, settings(time_tolerance=0)).chunk_rows == 40


def test_without_a_size_within_the_budget_the_smallest_need_is_named():
    recommendation = recommend([trial(10, 9.0, 300), trial(20, 5.0, 400)], settings(memory_budget_mb=100))

    assert recommendation.chunk_rows is None
    assert "no size fits into 100 MB; chunks of 10 rows need 300 MB" in recommendation.explanation


def test_a_trial_with_fewer_chunks_than_a_run_holds_counts_only_for_a_whole_delivery():
    partial_trial = trial(400, 1.0, 100)
    whole_trial = trial(400, 1.0, 100, whole=True)

    assert recommend([trial(300, 5.0, 200), partial_trial], settings()).chunk_rows == 300
    assert recommend([trial(300, 5.0, 200), whole_trial], settings()).chunk_rows == 400


def test_trials_that_failed_recommend_nothing():
    failed = trial(10, 1.0, 1, outcome=TrialOutcome.FAILED)

    assert recommend([failed], settings()).chunk_rows is None


def test_the_table_has_a_row_per_trial_and_nulls_for_unknown_measurements():
    table = tabulate_trials([trial(10, 1.0, 1), Trial(20, 1000, 3, whole=False, outcome=TrialOutcome.TOO_SLOW)])

    assert table["outcome"].tolist() == ["done", "too_slow"]
    assert table["representative"].tolist() == [True, False]
    assert table[["elapsed_s", "peak_bytes"]].isna().to_numpy().tolist() == [[False, False], [True, True]]


@pytest.mark.parametrize(
    "change",
    [
        {"memory_budget_mb": 0},
        {"memory_budget_mb": float("nan")},
        {"memory_budget_mb": "600"},
        {"chunk_rows": []},
        {"chunk_rows": [0]},
        {"chunk_rows": 65536},
        {"chunk_rows": [True]},
        {"trial_rows": 0},
        {"trial_limit_s": -1},
        {"time_tolerance": -0.1},
        {"repeats": 1.5},
    ],
)
def test_an_invalid_setting_raises_an_error_with_its_name(change):
    with pytest.raises(SettingError, match=rf"memory_profiling\.{next(iter(change))}: expected"):
        settings(**change)


@given(csv_texts(most=8))
def test_records_contain_the_fields_of_the_raw_table(text):
    for raw in raw_chunks(text):
        expected = [["" if field is None else field for field in row] for row in table_rows(raw[list(COLUMNS)])]

        assert read_back(as_records(raw)["record"]) == [list(row) for row in expected]


@given(st.lists(st.sampled_from(LABELS), min_size=8, max_size=8))
def test_fields_with_special_characters_stay_one_record(fields):
    text = ",".join(COLUMNS) + "\n" + ",".join('"' + field.replace('"', '""') + '"' for field in fields) + "\n"
    (raw,) = raw_chunks(text)

    assert read_back(as_records(raw)["record"]) == [fields]


def read_back(records):
    """The records' fields, read by Python's csv module."""
    return list(csv.reader(io.StringIO("".join(f"{record}\n" for record in records), newline=""), strict=True))
