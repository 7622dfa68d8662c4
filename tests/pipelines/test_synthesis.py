"""The ``synthesis`` pipeline and its dataset, on real files."""

import dataclasses
import hashlib
import json

import pandas as pd
import pytest
from kedro.io import DataCatalog, DatasetError, MemoryDataset
from kedro.runner import SequentialRunner
from kedro_datasets.json import JSONDataset
from tests.core.synthesis.default_settings import make_settings
from tests.core.synthesis.oracle import judge

from customer_analytics.core.arrow.frames import TEXT
from customer_analytics.core.synthesis.value_lists import ValueLists
from customer_analytics.datasets.csv_lines_dataset import CSVLinesDataset
from customer_analytics.pipelines.synthesis import create_pipeline
from customer_analytics.pipelines.synthesis.nodes import count_truth, synthesise_purchases

EXPECTED_SHA256 = "dc8cd5ee3def2c07010bb30be000356a332cc5eec61c00cd731c64664fcaf700"


def frame_of(*records):
    return pd.DataFrame({"record": pd.Series(records, dtype=TEXT)})


@pytest.fixture
def csv_file(tmp_path):
    return tmp_path / "raw" / "purchases.csv"


def test_the_pipeline_writes_a_csv_and_the_truth_about_it(csv_file):
    truth_file = csv_file.with_name("purchases.truth.json")
    catalog = DataCatalog(
        {
            "params:synthesis": MemoryDataset(make_settings(rows=5000, block_rows=700)),
            "synthetic_purchases": CSVLinesDataset(filepath=str(csv_file)),
            "synthesis_truth": JSONDataset(filepath=str(truth_file)),
        }
    )

    SequentialRunner().run(create_pipeline(), catalog)

    text = csv_file.read_bytes().decode()
    assert text.endswith("\n")
    assert judge(text).as_truth() == json.loads(truth_file.read_text())
    assert {path.name for path in csv_file.parent.iterdir()} == {csv_file.name, truth_file.name}


@pytest.mark.parametrize(("threads", "block_rows"), [(1, 100), (3, 100), (2, 333)])
def test_the_file_does_not_depend_on_threads_and_blocks(csv_file, threads, block_rows):
    settings = make_settings(rows=1000)
    smaller_blocks = dataclasses.replace(settings, block_rows=block_rows)

    CSVLinesDataset(filepath=str(csv_file)).save(synthesise_purchases(settings))
    expected = csv_file.read_bytes()
    CSVLinesDataset(filepath=str(csv_file), threads=threads).save(synthesise_purchases(smaller_blocks))

    assert csv_file.read_bytes() == expected
    assert count_truth(smaller_blocks) == count_truth(settings)


def test_the_bytes_of_the_default_delivery_stay_the_same():
    """Names by Faker are excluded, because another version of it can change them."""
    settings = make_settings(rows=2000)
    value_lists = ValueLists.of(settings)
    faker_names = [item.name for item in (*value_lists.categories[10:], *value_lists.payments[10:])]
    (chunk,) = synthesise_purchases(settings)

    records = [record for record in chunk["record"] if not any(name in record for name in faker_names)]

    assert len(records) > 1800
    assert hashlib.sha256("\n".join(records).encode()).hexdigest() == EXPECTED_SHA256


def test_chunks_can_be_iterated_twice():
    chunks = synthesise_purchases(make_settings(rows=250, block_rows=100))

    sizes = [[len(chunk) for chunk in chunks] for _ in range(2)]

    assert sizes == [[101, 100, 50]] * 2


def test_records_are_written_unchanged_with_a_line_feed_after_each(csv_file):
    CSVLinesDataset(filepath=str(csv_file)).save([frame_of("a,b"), frame_of(), frame_of('"x\ny",é', "")])

    assert csv_file.read_bytes() == 'a,b\n"x\ny",é\n\n'.encode()


def test_a_failed_save_keeps_the_earlier_file_and_no_other(csv_file):
    dataset = CSVLinesDataset(filepath=str(csv_file))
    dataset.save([frame_of("earlier")])

    def fail_after_one_frame():
        yield frame_of("later")
        raise ValueError("no more")

    with pytest.raises(DatasetError, match="no more"):
        dataset.save(fail_after_one_frame())

    assert csv_file.read_bytes() == b"earlier\n"
    assert list(csv_file.parent.iterdir()) == [csv_file]


def test_the_dataset_exists_once_it_is_saved(csv_file):
    dataset = CSVLinesDataset(filepath=str(csv_file))

    assert not dataset.exists()
    dataset.save([frame_of("a")])
    assert dataset.exists()


def test_loading_raises_an_error_that_names_the_dataset_to_use(csv_file):
    with pytest.raises(DatasetError, match=r"purchases\.csv.*'raw_purchases'"):
        CSVLinesDataset(filepath=str(csv_file)).load()
