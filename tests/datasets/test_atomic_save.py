"""Single files that appear whole or not at all."""

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
    return tmp_path / "made" / "ledger.json"


def test_what_was_saved_is_loaded(path):
    dataset = AtomicDataset(filepath=str(path), dataset=JSON)
    assert not dataset.exists()

    dataset.save({"rows": 1})

    assert dataset.exists()
    assert dataset.load() == {"rows": 1}
    assert json.loads(path.read_text()) == {"rows": 1}
    assert "ledger.json" in str(dataset)


def test_a_table_in_parts_from_a_cluster_gives_way_to_a_file(path):
    (path / "part-0").mkdir(parents=True)
    dataset = AtomicDataset(filepath=str(path), dataset=JSON)

    dataset.save({"rows": 1})

    assert dataset.load() == {"rows": 1}
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_a_save_that_fails_leaves_the_earlier_file_and_nothing_else(path):
    dataset = AtomicDataset(filepath=str(path), dataset=JSON)
    dataset.save({"rows": 1})

    with pytest.raises(DatasetError):
        dataset.save({"rows": object()})

    assert dataset.load() == {"rows": 1}
    assert list(path.parent.iterdir()) == [path]


def test_the_preview_is_that_of_the_dataset_inside(tmp_path):
    dataset = AtomicDataset(filepath=str(tmp_path / "table.parquet"), dataset=PARQUET, metadata={"kedro-viz": {}})
    dataset.save(pd.DataFrame({"a": [1, 2]}))

    assert dataset.preview()["data"] == [[1], [2]]
    assert dataset.metadata == {"kedro-viz": {}}


def test_what_was_never_saved_has_no_size_and_stops_nobody(tmp_path):
    dataset = AtomicDataset(
        filepath=str(tmp_path / "never.json"), dataset={"type": "json.JSONDataset"}, version=Version(None, "now")
    )

    assert hasattr(dataset, "preview")
    assert dataset.filepath == str(tmp_path / "never.json")


def test_versions_are_kept_apart(path):
    dataset = AtomicDataset(filepath=str(path), dataset=JSON, version=Version(None, "2024-01-31T00.00.00.000Z"))
    assert not dataset.exists()

    dataset.save({"rows": 1})

    assert (path / "2024-01-31T00.00.00.000Z" / "ledger.json").is_file()
    assert AtomicDataset(filepath=str(path), dataset=JSON, version=Version(None, None)).load() == {"rows": 1}


def test_what_a_killed_run_left_of_its_version_goes_with_the_next_one(path):
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    torn, whole, running = (path / day / path.name for day in ("2024-01-01", "2024-01-02", "2024-01-03"))
    for one, process in ((torn, ended.pid), (whole, ended.pid), (running, os.getpid())):
        one.parent.mkdir(parents=True)
        one.with_name(f".{path.name}.{process}.part").write_text("half")
    whole.write_text("{}")

    AtomicDataset(filepath=str(path), dataset=JSON, version=Version(None, "2024-01-04")).save({"rows": 1})

    left = sorted(str(one.relative_to(path)) for one in path.rglob("*") if one.is_file())
    assert left == [
        "2024-01-02/ledger.json",
        f"2024-01-03/.ledger.json.{os.getpid()}.part",
        "2024-01-04/ledger.json",
    ]
    assert not torn.parent.exists()


def test_a_catalog_entry_makes_it(path):
    entry = {"type": "customer_analytics.datasets.AtomicDataset", "filepath": str(path), "dataset": JSON}

    assert isinstance(AbstractDataset.from_config("ledger", entry), AtomicDataset)


@pytest.mark.parametrize(("answer", "kept"), [(ProcessLookupError, False), (PermissionError, True)])
def test_only_what_dead_processes_left_is_swept_away(path, monkeypatch, answer, kept):
    def kill(_process, _signal):
        raise answer

    path.parent.mkdir()
    left = path.with_name(f".{path.name}.77.part")
    left.write_text("half")
    monkeypatch.setattr("os.kill", kill)

    AtomicDataset(filepath=str(path), dataset=JSON).save({})

    assert left.exists() == kept


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux has /proc")
def test_a_process_that_nobody_asked_for_since_it_ended_is_dead(path):
    process = subprocess.Popen(["sleep", "60"])  # noqa: S607
    path.parent.mkdir()
    left = path.with_name(f".{path.name}.{process.pid}.part")
    left.write_text("half")

    remove_leftovers(path)
    assert left.exists()

    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # it has ended, and keeps its number
    remove_leftovers(path)
    assert not left.exists()
    process.wait()


def test_a_dataset_that_does_not_exist_is_no_attribute():
    with pytest.raises(AttributeError, match="NoSuchDataset"):
        _ = datasets.NoSuchDataset
