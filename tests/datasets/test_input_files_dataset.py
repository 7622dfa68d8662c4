"""Input files are hashed in the background or when they are loaded."""

import os
from concurrent.futures import wait

import fsspec
import pytest
from kedro.io import DatasetError
from tests.inputs import described, refuse_to_hash, two_files

from customer_analytics.core.errors import InputError
from customer_analytics.datasets import InputFilesDataset, source_files


@pytest.fixture
def folder(tmp_path):
    return two_files(tmp_path)


def hashed(dataset):
    """Start to hash the files and wait until they are hashed."""
    dataset.start_hashing()
    wait([dataset._hashing])
    return dataset


def test_files_hashed_in_the_background_equal_those_hashed_by_the_load(folder):
    expected = [described("a.csv", b"one"), described("b.csv", b"three")]
    dataset = InputFilesDataset(filepath=str(folder))

    dataset.start_hashing()

    assert dataset.load() == expected
    assert InputFilesDataset(filepath=str(folder)).load() == expected


def test_hashes_from_the_background_are_used_by_one_load(folder, monkeypatch):
    dataset = hashed(InputFilesDataset(filepath=str(folder)))
    refuse_to_hash(monkeypatch)

    assert dataset.load()[0] == described("a.csv", b"one")
    assert dataset.load()[0]["sha256"] == "hashed again"


@pytest.mark.parametrize(("name", "content"), [("a.csv", b"other"), ("a.csv", b"two"), ("c.csv", b"more")])
def test_files_that_changed_since_are_hashed_again(folder, name, content):
    before = (folder / "a.csv").stat()
    dataset = hashed(InputFilesDataset(filepath=str(folder)))
    (folder / name).write_bytes(content)
    os.utime(folder / name, ns=(before.st_atime_ns, before.st_mtime_ns))

    assert described(name, content) in dataset.load()


def test_remote_files_that_changed_since_are_hashed_again():
    remote = fsspec.filesystem("memory")
    remote.pipe_file("/changing/a.csv", b"one")
    dataset = hashed(InputFilesDataset(filepath="memory://changing/a.csv"))
    remote.pipe_file("/changing/a.csv", b"two")

    assert dataset.load() == [described("a.csv", b"two")]


def test_files_that_were_created_since_are_hashed(tmp_path):
    dataset = hashed(InputFilesDataset(filepath=str(tmp_path / "late.csv")))
    (tmp_path / "late.csv").write_bytes(b"late")

    assert dataset.load() == [described("late.csv", b"late")]


def test_an_error_in_the_background_is_raised_by_the_load(tmp_path):
    dataset = InputFilesDataset(filepath=str(tmp_path / "none.csv"))

    dataset.start_hashing()

    with pytest.raises(
        DatasetError, match=r"none\.csv: expected a CSV file, a folder of CSV files or a glob; found nothing"
    ):
        dataset.load()


def test_a_file_of_several_blocks_has_the_hash_of_all_its_bytes(folder, monkeypatch):
    monkeypatch.setattr(source_files, "_HASHED_BYTES", 2)

    assert InputFilesDataset(filepath=str(folder)).load()[1] == described("b.csv", b"three")


def test_files_are_in_order_of_their_names(tmp_path):
    for name in ("b.csv", "a.csv"):
        (tmp_path / name).write_bytes(b"x")

    assert InputFilesDataset(filepath=str(tmp_path)).load() == [described("a.csv", b"x"), described("b.csv", b"x")]


def test_missing_input_files_are_an_error(tmp_path):
    dataset = InputFilesDataset(filepath=str(tmp_path / "none.csv"), metadata={"a": 1})

    with pytest.raises(DatasetError, match=r"none\.csv: expected a CSV file.*nothing there") as caught:
        dataset.load()

    assert isinstance(caught.value.__cause__, InputError)
    assert "none.csv" in str(dataset)
    with pytest.raises(DatasetError, match="expected to be read only"):
        dataset.save([])
