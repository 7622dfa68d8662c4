"""What was delivered, looked at beside other work or when it is asked for."""

import os
from concurrent.futures import wait

import fsspec
import pytest
from kedro.io import DatasetError
from tests.inputs import described, refuse_to_hash, two_files

from customer_analytics.core.errors import InputError
from customer_analytics.datasets import InputFilesDataset
from customer_analytics.datasets import input_files_dataset as input_files
from customer_analytics.datasets import source_files as csv_files
from customer_analytics.datasets.input_files_dataset import hash_ahead
from customer_analytics.datasets.source_files import SourceFiles


@pytest.fixture
def folder(tmp_path):
    return two_files(tmp_path)


def looked_ahead(dataset):
    dataset.load_ahead()
    wait([dataset._ahead])
    return dataset


def test_files_looked_at_ahead_are_those_looked_at_when_asked_for(folder):
    expected = [described("a.csv", b"one"), described("b.csv", b"three")]
    dataset = InputFilesDataset(filepath=str(folder))

    dataset.load_ahead()

    assert dataset.load() == expected
    assert InputFilesDataset(filepath=str(folder)).load() == expected


def test_what_was_looked_at_ahead_serves_one_load(folder, monkeypatch):
    dataset = looked_ahead(InputFilesDataset(filepath=str(folder)))
    refuse_to_hash(monkeypatch)

    assert dataset.load()[0] == described("a.csv", b"one")
    assert dataset.load()[0]["sha256"] == "looked at again"


def test_what_the_command_began_serves_the_dataset_of_the_same_files(folder, monkeypatch):
    hash_ahead(SourceFiles(str(folder)))
    dataset = looked_ahead(InputFilesDataset(filepath=str(folder)))
    refuse_to_hash(monkeypatch)

    assert not input_files._begun
    assert dataset.load()[0] == described("a.csv", b"one")


def test_the_command_begins_anew_whatever_an_earlier_one_left(folder):
    hash_ahead(SourceFiles(str(folder)))
    left = input_files._begun[SourceFiles(str(folder)).url]

    hash_ahead(SourceFiles(str(folder)))

    assert input_files._begun.pop(SourceFiles(str(folder)).url) is not left


@pytest.mark.parametrize(("name", "content"), [("a.csv", b"other"), ("a.csv", b"two"), ("c.csv", b"more")])
def test_files_that_changed_since_are_looked_at_again(folder, name, content):
    before = (folder / "a.csv").stat()
    dataset = looked_ahead(InputFilesDataset(filepath=str(folder)))
    (folder / name).write_bytes(content)
    os.utime(folder / name, ns=(before.st_atime_ns, before.st_mtime_ns))

    assert described(name, content) in dataset.load()


def test_files_that_changed_elsewhere_are_looked_at_again():
    remote = fsspec.filesystem("memory")
    remote.pipe_file("/changing/a.csv", b"one")
    dataset = looked_ahead(InputFilesDataset(filepath="memory://changing/a.csv"))
    remote.pipe_file("/changing/a.csv", b"two")

    assert dataset.load() == [described("a.csv", b"two")]


def test_files_that_came_since_are_found(tmp_path):
    dataset = looked_ahead(InputFilesDataset(filepath=str(tmp_path / "late.csv")))
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


def test_files_are_in_order_of_their_names(tmp_path):
    for name in ("b.csv", "a.csv"):
        (tmp_path / name).write_bytes(b"x")

    assert InputFilesDataset(filepath=str(tmp_path)).load() == [described("a.csv", b"x"), described("b.csv", b"x")]


def test_input_files_that_are_not_there_are_an_error(tmp_path):
    dataset = InputFilesDataset(filepath=str(tmp_path / "none.csv"), metadata={"a": 1})

    with pytest.raises(DatasetError, match=r"none\.csv: expected a CSV file.*nothing there") as caught:
        dataset.load()

    assert isinstance(caught.value.__cause__, InputError)
    assert "none.csv" in str(dataset)
    with pytest.raises(DatasetError, match="never written"):
        dataset.save([])
