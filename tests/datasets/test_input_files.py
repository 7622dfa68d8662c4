"""What was delivered, looked at beside other work or when it is asked for."""

import hashlib

import pytest
from kedro.io import DatasetError

from customer_analytics.datasets import InputFilesDataset


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
