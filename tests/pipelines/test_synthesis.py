"""The pipeline and its dataset, on real files."""

import dataclasses
import hashlib
import json

import pandas as pd
import pytest
from kedro.io import DataCatalog, DatasetError, MemoryDataset
from kedro.runner import SequentialRunner
from kedro_datasets.json import JSONDataset
from tests.core.synthesis.oracle import judge

from customer_analytics.core.arrow.frames import TEXT
from customer_analytics.core.synthesis.settings import SynthesisSettings
from customer_analytics.core.synthesis.value_lists import ValueLists
from customer_analytics.datasets.csv_lines_dataset import CSVLinesDataset
from customer_analytics.pipelines.synthesis import create_pipeline
from customer_analytics.pipelines.synthesis.nodes import count_truth, synthesise_purchases

PINNED = "dc8cd5ee3def2c07010bb30be000356a332cc5eec61c00cd731c64664fcaf700"


def frame_of(*records):
    return pd.DataFrame({"record": pd.Series(records, dtype=TEXT)})


@pytest.fixture
def csv_file(tmp_path):
    return tmp_path / "raw" / "purchases.csv"


def test_the_pipeline_writes_a_csv_and_the_truth_about_it(csv_file):
    truth_file = csv_file.with_name("purchases.truth.json")
    catalog = DataCatalog(
        {
            "params:synthesis": MemoryDataset(SynthesisSettings(rows=5000, block_rows=700)),
            "synthetic_purchases": CSVLinesDataset(filepath=str(csv_file)),
            "synthesis_truth": JSONDataset(filepath=str(truth_file)),
        }
    )

    SequentialRunner().run(create_pipeline(), catalog)

    text = csv_file.read_bytes().decode()
    assert text.endswith("\n")
    assert judge(text).as_truth() == json.loads(truth_file.read_text())
    assert {one.name for one in csv_file.parent.iterdir()} == {csv_file.name, truth_file.name}


@pytest.mark.parametrize(("threads", "block_rows"), [(1, 100), (3, 100), (2, 333)])
def test_the_file_is_the_same_however_it_was_made(csv_file, threads, block_rows):
    settings = SynthesisSettings(rows=1000)
    cut = dataclasses.replace(settings, block_rows=block_rows)

    CSVLinesDataset(filepath=str(csv_file)).save(synthesise_purchases(settings))
    expected = csv_file.read_bytes()
    CSVLinesDataset(filepath=str(csv_file), threads=threads).save(synthesise_purchases(cut))

    assert csv_file.read_bytes() == expected
    assert count_truth(cut) == count_truth(settings)


def test_the_bytes_of_the_default_delivery_are_pinned():
    """Another Faker may name shops and wallets anew; anything else that changes these bytes was not meant."""
    settings = SynthesisSettings(rows=2000)
    words = ValueLists.of(settings)
    named_by_faker = [one.name for one in (*words.categories[10:], *words.payments[10:])]
    (chunk,) = synthesise_purchases(settings)

    kept = [record for record in chunk["record"] if not any(name in record for name in named_by_faker)]

    assert len(kept) > 1800
    assert hashlib.sha256("\n".join(kept).encode()).hexdigest() == PINNED


def test_chunks_can_be_read_again_and_count_their_rows():
    chunks = synthesise_purchases(SynthesisSettings(rows=250, block_rows=100))

    sizes = [[len(chunk) for chunk in chunks] for _ in range(2)]

    assert sizes == [[101, 100, 50]] * 2


def test_records_are_ended_by_a_line_feed_and_kept_as_they_are(csv_file):
    CSVLinesDataset(filepath=str(csv_file)).save([frame_of("a,b"), frame_of(), frame_of('"x\ny",é', "")])

    assert csv_file.read_bytes() == 'a,b\n"x\ny",é\n\n'.encode()


def test_a_save_that_fails_leaves_the_earlier_file_and_nothing_else(csv_file):
    dataset = CSVLinesDataset(filepath=str(csv_file))
    dataset.save([frame_of("earlier")])

    def broken():
        yield frame_of("later")
        raise ValueError("no more")

    with pytest.raises(DatasetError, match="no more"):
        dataset.save(broken())

    assert csv_file.read_bytes() == b"earlier\n"
    assert list(csv_file.parent.iterdir()) == [csv_file]


def test_the_dataset_knows_whether_its_file_is_there(csv_file):
    dataset = CSVLinesDataset(filepath=str(csv_file))

    assert not dataset.exists()
    dataset.save([frame_of("a")])
    assert dataset.exists()


def test_loading_is_refused_with_the_dataset_to_use(csv_file):
    with pytest.raises(DatasetError, match=r"purchases\.csv.*'raw_purchases'"):
        CSVLinesDataset(filepath=str(csv_file)).load()
