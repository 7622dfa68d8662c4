"""Atomic saves of single files."""

import json
import os
import subprocess
import sys

import pandas as pd
import pytest
from kedro.io import DatasetError
from kedro.io.core import AbstractDataset, Version

from customer_analytics import datasets
from customer_analytics.datasets import AtomicDataset
from customer_analytics.datasets.atomic_save import remove_leftovers

JSON = {"type": "json.JSONDataset"}
PARQUET = {"type": "pandas.ParquetDataset"}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "output" / "ledger.json"


def test_a_saved_value_is_loaded(path):
    dataset = AtomicDataset(filepath=str(path), dataset=JSON)
    assert not dataset.exists()

    dataset.save({"rows": 1})

    assert dataset.exists()
    assert dataset.load() == {"rows": 1}
    assert json.loads(path.read_text()) == {"rows": 1}
    assert "ledger.json" in str(dataset)


def test_a_file_replaces_the_folder_that_a_run_on_a_cluster_wrote(path):
    (path / "part-0").mkdir(parents=True)
    dataset = AtomicDataset(filepath=str(path), dataset=JSON)

    dataset.save({"rows": 1})

    assert dataset.load() == {"rows": 1}
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_after_a_failed_save_the_earlier_file_is_unchanged_and_alone(path):
    dataset = AtomicDataset(filepath=str(path), dataset=JSON)
    dataset.save({"rows": 1})

    with pytest.raises(DatasetError):
        dataset.save({"rows": object()})

    assert dataset.load() == {"rows": 1}
    assert list(path.parent.iterdir()) == [path]


def test_the_preview_is_that_of_the_wrapped_dataset(tmp_path):
    dataset = AtomicDataset(filepath=str(tmp_path / "table.parquet"), dataset=PARQUET, metadata={"kedro-viz": {}})
    dataset.save(pd.DataFrame({"a": [1, 2]}))

    assert dataset.preview()["data"] == [[1], [2]]
    assert dataset.metadata == {"kedro-viz": {}}


def test_a_dataset_that_was_never_saved_has_a_path_and_a_preview_method(tmp_path):
    dataset = AtomicDataset(
        filepath=str(tmp_path / "never.json"), dataset={"type": "json.JSONDataset"}, version=Version(None, "now")
    )

    assert hasattr(dataset, "preview")
    assert dataset.filepath == str(tmp_path / "never.json")


def test_each_version_is_a_separate_file(path):
    dataset = AtomicDataset(filepath=str(path), dataset=JSON, version=Version(None, "2024-01-31T00.00.00.000Z"))
    assert not dataset.exists()

    dataset.save({"rows": 1})

    assert (path / "2024-01-31T00.00.00.000Z" / "ledger.json").is_file()
    assert AtomicDataset(filepath=str(path), dataset=JSON, version=Version(None, None)).load() == {"rows": 1}


def test_a_save_removes_what_killed_runs_left_of_other_versions(path):
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    incomplete, complete, running = (path / day / path.name for day in ("2024-01-01", "2024-01-02", "2024-01-03"))
    for version, pid in ((incomplete, ended.pid), (complete, ended.pid), (running, os.getpid())):
        version.parent.mkdir(parents=True)
        version.with_name(f".{path.name}.{pid}.part").write_text("half")
    complete.write_text("{}")

    AtomicDataset(filepath=str(path), dataset=JSON, version=Version(None, "2024-01-04")).save({"rows": 1})

    files = sorted(str(file.relative_to(path)) for file in path.rglob("*") if file.is_file())
    assert files == [
        "2024-01-02/ledger.json",
        f"2024-01-03/.ledger.json.{os.getpid()}.part",
        "2024-01-04/ledger.json",
    ]
    assert not incomplete.parent.exists()


def test_a_catalog_entry_makes_the_dataset(path):
    entry = {"type": "customer_analytics.datasets.AtomicDataset", "filepath": str(path), "dataset": JSON}

    assert isinstance(AbstractDataset.from_config("ledger", entry), AtomicDataset)


@pytest.mark.parametrize(("error", "stays"), [(ProcessLookupError, False), (PermissionError, True)])
def test_only_files_of_ended_processes_are_removed(path, monkeypatch, error, stays):
    def kill(_pid, _signal):
        raise error

    path.parent.mkdir()
    temporary = path.with_name(f".{path.name}.77.part")
    temporary.write_text("half")
    monkeypatch.setattr("os.kill", kill)

    AtomicDataset(filepath=str(path), dataset=JSON).save({})

    assert temporary.exists() == stays


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux has /proc")
def test_a_zombie_process_counts_as_ended(path):
    process = subprocess.Popen(["sleep", "60"])  # noqa: S607
    path.parent.mkdir()
    temporary = path.with_name(f".{path.name}.{process.pid}.part")
    temporary.write_text("half")

    remove_leftovers(path)
    assert temporary.exists()

    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # the process has ended and is a zombie
    remove_leftovers(path)
    assert not temporary.exists()
    process.wait()


def test_an_unknown_dataset_is_an_attribute_error():
    with pytest.raises(AttributeError, match="NoSuchDataset"):
        _ = datasets.NoSuchDataset
