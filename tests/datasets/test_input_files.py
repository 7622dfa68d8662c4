"""What was delivered, looked at beside other work or when it is asked for."""

import hashlib
import os
import threading

import pytest
from kedro.io import DataCatalog, DatasetError
from kedro.pipeline import Pipeline, node

from customer_analytics.datasets import InputFilesDataset, csv_files
from customer_analytics.datasets.csv_files import SourceFiles
from customer_analytics.hooks import RunHooks


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"one")
    (tmp_path / "b.csv").write_bytes(b"three")
    return tmp_path


def described(name, content):
    return {"file": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def settled():
    for thread in threading.enumerate():
        if thread.daemon and thread is not threading.main_thread():
            thread.join(5)


def test_files_looked_at_ahead_are_those_looked_at_when_asked_for(folder):
    expected = [described("a.csv", b"one"), described("b.csv", b"three")]
    dataset = InputFilesDataset(filepath=str(folder))

    dataset.load_ahead()

    assert dataset.load() == expected
    assert InputFilesDataset(filepath=str(folder)).load() == expected


def test_what_was_looked_at_ahead_serves_one_load(folder, monkeypatch):
    dataset = InputFilesDataset(filepath=str(folder))
    dataset.load_ahead()
    settled()
    monkeypatch.setattr(SourceFiles, "sha256", lambda *_: "looked at again")

    assert dataset.load()[0] == described("a.csv", b"one")
    assert dataset.load()[0]["sha256"] == "looked at again"


@pytest.mark.parametrize(("name", "content"), [("a.csv", b"other"), ("a.csv", b"two"), ("c.csv", b"more")])
def test_files_that_changed_since_are_looked_at_again(folder, name, content):
    dataset = InputFilesDataset(filepath=str(folder))
    dataset.load_ahead()
    settled()
    (folder / name).write_bytes(content)
    os.utime(folder / name, (1, 1))

    assert described(name, content) in dataset.load()


def test_files_that_came_since_are_found(tmp_path):
    dataset = InputFilesDataset(filepath=str(tmp_path / "late.csv"))
    dataset.load_ahead()
    settled()
    (tmp_path / "late.csv").write_bytes(b"late")

    assert dataset.load() == [described("late.csv", b"late")]


def test_what_goes_wrong_ahead_goes_wrong_in_the_load(tmp_path):
    dataset = InputFilesDataset(filepath=str(tmp_path / "none.csv"))

    dataset.load_ahead()

    with pytest.raises(
        DatasetError, match=r"none\.csv: expected a CSV file, a folder of them or a glob; found nothing"
    ):
        dataset.load()


def test_a_file_of_several_pieces_has_the_hash_of_the_whole(folder, monkeypatch):
    monkeypatch.setattr(csv_files, "_HASHED_BYTES", 2)

    assert InputFilesDataset(filepath=str(folder)).load()[1] == described("b.csv", b"three")


def test_the_input_of_a_run_is_looked_at_after_its_first_save_and_before_it_is_asked_for(
    folder, tmp_path_factory, monkeypatch
):
    files = InputFilesDataset(filepath=str(folder))
    catalog, project = DataCatalog({"input_files": files}), tmp_path_factory.mktemp("project")
    pipeline = Pipeline([node(len, "typed", "first"), node(len, "input_files", "last")])
    hooks = RunHooks()
    hooks.before_pipeline_run({"project_path": str(project), "run_id": "one"}, pipeline, catalog)

    hooks.after_dataset_saved("first", 1, pipeline.nodes[0])
    settled()
    monkeypatch.setattr(SourceFiles, "sha256", lambda *_: "looked at again")
    hooks.after_pipeline_run(pipeline, catalog)

    assert files.load()[0] == described("a.csv", b"one")
