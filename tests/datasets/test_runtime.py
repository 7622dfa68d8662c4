"""Threads, spill and progress of streamed datasets."""

import logging
import os
import sys

import pyarrow as pa
import pytest

from customer_analytics.datasets import progress
from customer_analytics.datasets.progress import current_node, watch_run
from customer_analytics.datasets.runtime import RuntimeSettings, available_cores, open_spill


def test_spilled_bytes_are_read_back_and_no_file_is_left(tmp_path, monkeypatch):
    monkeypatch.setenv("DATA_DIR", str(tmp_path))

    with open_spill() as spill:
        first, second = (spill.write(pa.py_buffer(data)) for data in (b"one" * 1000, b"two"))

        assert spill.read(second, 3).to_pybytes() == b"two"
        assert spill.read(first + 3, 3).to_pybytes() == b"one"

    assert list(tmp_path.iterdir()) == []


def test_a_spill_works_without_a_data_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "not there"))

    with open_spill() as spill:
        assert spill.read(spill.write(pa.py_buffer(b"x")), 1).to_pybytes() == b"x"


def test_reading_beyond_the_spilled_bytes_is_an_error():
    with open_spill() as spill, pytest.raises(EOFError, match="expected 8 bytes more; found the end of the file"):
        spill.read(spill.write(pa.py_buffer(b"four")) + 2, 10)


def test_without_cpu_affinity_all_cores_are_available(monkeypatch):
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 5)

    assert available_cores() == 5
    assert RuntimeSettings.of().threads == 5


def test_an_unknown_number_of_cores_counts_as_one(monkeypatch):
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: None)

    assert available_cores() == 1


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="the platform has no CPU affinity")
def test_only_the_cores_of_the_cpu_affinity_are_available(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: {0, 3, 4})

    assert available_cores() == 3


def test_settings_have_defaults():
    settings = RuntimeSettings.of()

    assert settings.chunk_rows > 1
    assert settings.threads >= 1
    assert RuntimeSettings.of("", "") == settings
    assert RuntimeSettings.of("12", 3) == RuntimeSettings(12, 3)


def test_progress_is_a_log_line_every_few_seconds_without_a_terminal(monkeypatch, caplog):
    now = iter(range(0, 100, 3))
    monkeypatch.setattr(progress.time, "perf_counter", lambda: float(next(now)))
    monkeypatch.setattr(sys.stderr, "isatty", lambda: False, raising=False)
    current_node.set("find_duplicates")

    with caplog.at_level(logging.INFO), watch_run(100) as advance:
        for _ in range(4):
            advance(1000, 25)

    assert [record.message for record in caplog.records] == [
        "find_duplicates: 2,000 rows, 333 rows/s, 6 s left",
        "find_duplicates: 4,000 rows, 333 rows/s, 0 s left",
    ]


def test_progress_of_an_unknown_total_shows_no_remaining_time(monkeypatch, caplog):
    now = iter(range(0, 100, 7))
    monkeypatch.setattr(progress.time, "perf_counter", lambda: float(next(now)))
    monkeypatch.setattr(sys.stderr, "isatty", lambda: False, raising=False)

    with caplog.at_level(logging.INFO), watch_run(0) as advance:
        advance(700, 0)

    assert "left" not in caplog.text
    assert "700 rows, 100 rows/s" in caplog.text


@pytest.mark.parametrize("total", [0, 10])
def test_progress_is_a_bar_on_a_terminal(monkeypatch, capsys, total):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    current_node.set("parse_purchases")

    with watch_run(total) as advance:
        advance(5, 5)
        advance(5, 5)

    assert capsys.readouterr().out == ""
