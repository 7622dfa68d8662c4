"""Memory of real processes, and trials of chunk sizes in real runs."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from kedro.io import DatasetError
from tests.hostile import many_purchases, plain_csv
from tests.making import raw_chunks

from customer_analytics.core.contract.settings import Contract
from customer_analytics.core.memory.chunk_size_trials import TrialOutcome
from customer_analytics.core.memory.settings import MemorySettings
from customer_analytics.datasets import ChunkTrialsDataset
from customer_analytics.datasets.process_memory import TreeSampler

ROOT = Path(__file__).parents[3]
MIB = 1 << 20
PARENT_AND_CHILD = """
import subprocess, sys
held = bytearray(60 << 20)
subprocess.run([sys.executable, "-c", "import time; held = bytearray(90 << 20); time.sleep(1)"])
"""


@pytest.fixture
def project(tmp_path_factory):
    """A project folder."""
    folder = tmp_path_factory.mktemp("project")
    shutil.copytree(ROOT / "conf", folder / "conf", ignore=shutil.ignore_patterns("local"))
    (folder / "conf" / "local").mkdir()
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


@pytest.fixture
def bench(project, tmp_path, monkeypatch):
    """A bench with a separate project folder and data folder."""
    monkeypatch.chdir(project)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    return ChunkTrialsDataset(threads=1).load()


def settings(**changes):
    choices = {"chunk_rows": [64], "trial_rows": 100, "trial_limit_s": 100, "time_tolerance": 0.1, "repeats": 1}
    return MemorySettings(memory_budget_mb=500, **(choices | changes))


def purchases(rows):
    return raw_chunks(plain_csv(many_purchases(rows, seed=2)), chunk_rows=40)


def test_the_memory_of_a_process_includes_that_of_its_children():
    with subprocess.Popen([sys.executable, "-c", PARENT_AND_CHILD]) as process, TreeSampler(process.pid) as sampler:  # noqa: S603
        process.wait()

    assert 150 * MIB < sampler.owned_bytes < 200 * MIB
    assert sampler.owned_bytes < sampler.resident_bytes


def test_the_peak_memory_of_a_process_does_not_include_that_of_its_parent():
    parent_memory = bytearray(400 * MIB)
    program = "from customer_analytics.datasets.process_memory import own_peak_bytes; print(own_peak_bytes())"

    process = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)  # noqa: S603

    assert len(parent_memory) > int(process.stdout) > 5 * MIB


def test_a_trial_uses_the_first_records_and_leaves_no_files(bench, project, tmp_path):
    (trial,) = bench.try_sizes(purchases(150), Contract(), settings(chunk_rows=[16]))

    assert (trial.chunk_rows, trial.rows, trial.whole, trial.chunks_held) == (16, 100, False, 2)
    assert trial.is_representative
    assert 0 < trial.cpu_s < 2 * trial.elapsed_s
    assert 100 * MIB < trial.owned_bytes < trial.peak_bytes < 2000 * MIB
    assert list(tmp_path.iterdir()) == []
    assert sorted(path.name for path in project.iterdir()) == ["conf", "pyproject.toml"]


def test_a_trial_that_takes_too_long_is_killed(bench, tmp_path, monkeypatch, caplog):
    (tmp_path / "sitecustomize.py").write_text("import time; time.sleep(30)")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    started = time.monotonic()

    (trial,) = bench.try_sizes(purchases(30), Contract(), settings(trial_limit_s=0.2))

    assert (trial.outcome, trial.whole, trial.elapsed_s) == (TrialOutcome.TOO_SLOW, True, None)
    assert "chunk_rows 64: too_slow" in caplog.text
    assert time.monotonic() - started < 15


def test_a_failed_trial_logs_its_error_and_has_no_measurements(bench, monkeypatch, caplog):
    monkeypatch.setenv("KEDRO_LOGGING_CONFIG", "no-such-file.yml")

    (trial,) = bench.try_sizes(purchases(30), Contract(), settings())

    assert (trial.outcome, trial.peak_bytes, trial.is_representative) == (TrialOutcome.FAILED, None, False)
    assert "no-such-file.yml" in caplog.text


def test_folders_of_killed_runs_are_removed_and_those_of_running_ones_are_not(bench, tmp_path):
    ended = subprocess.Popen(["true"])  # noqa: S607
    ended.wait()
    killed, running = tmp_path / f".trials-{ended.pid}-x", tmp_path / f".trials-{os.getpid()}-x"
    for folder in (killed, running):
        folder.mkdir()

    bench.try_sizes(purchases(1), Contract(), settings(trial_limit_s=0.01))

    assert list(tmp_path.iterdir()) == [running]


def test_a_bench_is_read_only():
    dataset = ChunkTrialsDataset()

    assert dataset.exists()
    assert "threads" in repr(dataset)
    with pytest.raises(DatasetError, match="expected to be read only"):
        dataset.save({})
