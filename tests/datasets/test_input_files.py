"""What was delivered, looked at beside other work or when it is asked for."""

import hashlib
import threading

import pytest
from kedro.io import DataCatalog, DatasetError
from kedro.pipeline import Pipeline, node

from customer_analytics.datasets import InputFilesDataset
from customer_analytics.hooks import RunHooks


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"one")
    (tmp_path / "b.csv").write_bytes(b"three")
    return tmp_path


def described(name, content):
    return {"file": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def test_files_looked_at_ahead_are_those_looked_at_when_asked_for(folder):
    expected = [described("a.csv", b"one"), described("b.csv", b"three")]
    dataset = InputFilesDataset(filepath=str(folder))

    dataset.load_ahead()

    assert dataset.load() == expected
    assert InputFilesDataset(filepath=str(folder)).load() == expected


def test_what_was_looked_at_ahead_serves_one_load(folder):
    dataset = InputFilesDataset(filepath=str(folder))
    dataset.load_ahead()
    dataset.load()
    (folder / "a.csv").write_bytes(b"other")

    assert dataset.load()[0] == described("a.csv", b"other")


def test_what_goes_wrong_ahead_is_raised_by_the_load(tmp_path):
    dataset = InputFilesDataset(filepath=str(tmp_path / "none.csv"))

    dataset.load_ahead()

    with pytest.raises(
        DatasetError, match=r"none\.csv: expected a CSV file, a folder of them or a glob; found nothing"
    ):
        dataset.load()


def test_the_input_of_a_run_is_looked_at_after_its_first_save_and_before_it_is_asked_for(folder, tmp_path_factory):
    files = InputFilesDataset(filepath=str(folder))
    catalog, project = DataCatalog({"input_files": files}), tmp_path_factory.mktemp("project")
    pipeline = Pipeline([node(len, "typed", "first"), node(len, "input_files", "last")])
    hooks = RunHooks()
    hooks.before_pipeline_run({"project_path": str(project), "run_id": "one"}, pipeline, catalog)
    (folder / "a.csv").write_bytes(b"before the first save")

    hooks.after_dataset_saved("first", 1, pipeline.nodes[0])
    for thread in threading.enumerate():
        if thread.daemon and thread is not threading.main_thread():
            thread.join(5)
    (folder / "a.csv").write_bytes(b"after it")
    hooks.after_pipeline_run(pipeline, catalog)

    assert files.load()[0] == described("a.csv", b"before the first save")
