"""Threads, spill and progress of streamed datasets."""

import logging
import sys

import pyarrow as pa
import pytest

from customer_analytics.datasets import progress
from customer_analytics.datasets.progress import current_node, watch_run
from customer_analytics.datasets.runtime import RuntimeSettings, open_spill


def test_spilled_bytes_come_back_and_nothing_is_left(tmp_path, monkeypatch):
    monkeypatch.setenv("DATA_DIR", str(tmp_path))

    with open_spill() as spill:
        first, second = (spill.write(pa.py_buffer(data)) for data in (b"one" * 1000, b"two"))

        assert spill.read(second, 3).to_pybytes() == b"two"
        assert spill.read(first + 3, 3).to_pybytes() == b"one"

    assert list(tmp_path.iterdir()) == []


def test_a_spill_needs_no_data_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "not there"))

    with open_spill() as spill:
        assert spill.read(spill.write(pa.py_buffer(b"x")), 1).to_pybytes() == b"x"


def test_bytes_that_are_not_there_are_an_error():
    with open_spill() as spill, pytest.raises(EOFError, match="expected 8 bytes more; found the end of the file"):
        spill.read(spill.write(pa.py_buffer(b"four")) + 2, 10)


def test_settings_have_defaults():
    settings = RuntimeSettings.of()

    assert settings.chunk_rows > 1
    assert settings.threads >= 1
    assert RuntimeSettings.of("", "") == settings
    assert RuntimeSettings.of("12", 3) == RuntimeSettings(12, 3)


def test_progress_is_a_line_every_few_seconds_where_there_is_no_terminal(monkeypatch, caplog):
    now = iter(range(0, 100, 3))
    monkeypatch.setattr(progress.time, "perf_counter", lambda: float(next(now)))
    monkeypatch.setattr(sys.stderr, "isatty", lambda: False, raising=False)
    current_node.set("find_duplicates")

    with caplog.at_level(logging.INFO), watch_run(100) as watch:
        for _ in range(4):
            watch(1000, 25)

    assert [record.message for record in caplog.records] == [
        "find_duplicates: 2,000 rows, 333 rows/s, 6 s left",
        "find_duplicates: 4,000 rows, 333 rows/s, 0 s left",
    ]


def test_progress_of_an_unknown_total_names_no_end(monkeypatch, caplog):
    now = iter(range(0, 100, 7))
    monkeypatch.setattr(progress.time, "perf_counter", lambda: float(next(now)))
    monkeypatch.setattr(sys.stderr, "isatty", lambda: False, raising=False)

    with caplog.at_level(logging.INFO), watch_run(0) as watch:
        watch(700, 0)

    assert "left" not in caplog.text
    assert "700 rows, 100 rows/s" in caplog.text


@pytest.mark.parametrize("total", [0, 10])
def test_progress_is_a_bar_on_a_terminal(monkeypatch, capsys, total):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    current_node.set("parse_purchases")

    with watch_run(total) as watch:
        watch(5, 5)
        watch(5, 5)

    assert capsys.readouterr().out == ""
