"""``ChunkedParquetDataset``: atomic saves, lazy loads, and a file that other tools read."""

from contextlib import contextmanager
from functools import partial
from itertools import pairwise

import pandas as pd
import pyarrow.parquet as pq
import pytest
from kedro.io import DatasetError
from kedro.io.core import AbstractDataset, Version
from tests.hostile import many_purchases, plain_csv
from tests.making import gathered, table_rows, typed_chunks

from customer_analytics.core.arrow.frames import TEXT
from customer_analytics.core.arrow.row_groups import regroup
from customer_analytics.core.chunks.local import LocalChunks, LocalRuntime
from customer_analytics.core.contract.schemas import CLEAN, TABLES, TYPED
from customer_analytics.core.errors import SettingError
from customer_analytics.datasets import ChunkedParquetDataset, streamed_table
from customer_analytics.pipelines.cleaning.nodes import find_duplicates, keep_first_copies


@pytest.fixture(scope="module")
def typed():
    return LocalChunks.of(typed_chunks(plain_csv(many_purchases(400)), chunk_rows=90))


@pytest.fixture(scope="module")
def clean(typed):
    return LocalChunks.of(keep_first_copies(typed, find_duplicates(typed)))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "output" / "table.parquet"


def dataset_of(path, table="typed", **options):
    return ChunkedParquetDataset(filepath=str(path), table=table, **options)


@pytest.mark.parametrize("chunk_rows", [1, 7, 1000, None])
@pytest.mark.parametrize("threads", [1, 3])
def test_saved_rows_are_loaded_in_order_in_chunks_of_at_most_chunk_rows(path, typed, chunk_rows, threads):
    dataset = dataset_of(path, chunk_rows=chunk_rows, threads=threads)

    dataset.save(typed)
    loaded = dataset.load()

    assert gathered(loaded) == gathered(loaded) == gathered(typed)
    assert max(map(len, loaded)) <= (chunk_rows or 65_536)
    assert [frame.index[0] for frame in loaded][-1] + len(list(loaded)[-1]) == 400


def test_a_load_restores_the_dtypes(path, clean):
    dataset = dataset_of(path, "clean")
    dataset.save(clean)

    (loaded,) = dataset.load()

    (first, *_) = clean
    assert loaded.dtypes.astype(str).to_dict() == first.dtypes.astype(str).to_dict()


def test_the_bytes_do_not_depend_on_the_chunks(path, typed):
    whole = pd.concat(list(typed), ignore_index=True)
    frames = [
        [whole],
        list(typed),
        [whole.iloc[start : start + 1] for start in range(len(whole))],
        [whole[:0], whole, whole[:0]],
    ]

    contents = set()
    for cut in frames:
        dataset_of(path).save(LocalChunks.of(cut))
        contents.add(path.read_bytes())

    assert len(contents) == 1


def test_the_bytes_of_a_column_of_several_megabytes_do_not_depend_on_the_chunks(path):
    rows = 3000
    whole = pd.DataFrame(
        {
            "source_file": pd.Categorical.from_codes([0] * rows, ["purchases.csv"]),
            "source_row": range(1, rows + 1),
            "reasons": pd.Categorical(["structure", "null:purchase_id"] * (rows // 2)),
            "raw_text": pd.Series([f"{row:01000d}" for row in range(rows)], dtype=TEXT),
        }
    )

    contents = set()
    for cut in ([], [1], [700, 701, 2900], range(0, rows, 100)):
        bounds = [0, *cut, rows]
        dataset_of(path, "quarantined", compression="none").save(
            LocalChunks.of([whole.iloc[start:stop] for start, stop in pairwise(bounds)])
        )
        contents.add(path.read_bytes())

    assert len(contents) == 1
    assert pq.read_table(path)["raw_text"].to_pylist() == whole["raw_text"].to_list()


def test_only_selected_columns_are_read(path, typed):
    dataset = dataset_of(path)
    dataset.save(typed)

    (frame,) = dataset.load().select(["source_row", "country_code"])

    assert list(frame.columns) == ["source_row", "country_code"]
    assert frame["source_row"].tolist() == list(range(1, 401))


def test_pandas_reads_the_file(path, clean):
    dataset_of(path, "clean").save(clean)

    frame = pd.read_parquet(path)

    assert list(frame.columns) == CLEAN.names
    assert table_rows(frame.drop(columns="customer_age")) == [row[:6] + row[7:] for row in gathered(clean)]
    assert pq.read_schema(path).metadata is None


def test_polars_reads_the_file(path, clean):
    polars = pytest.importorskip("polars")
    dataset_of(path, "clean").save(clean)

    assert polars.read_parquet(path).rows() == gathered(clean)


def test_duckdb_reads_the_file(path, clean):
    duckdb = pytest.importorskip("duckdb")
    dataset_of(path, "clean").save(clean)

    assert duckdb.sql(f"select * from '{path}'").fetchall() == gathered(clean)  # noqa: S608  a path of this test


@pytest.mark.parametrize("table", TABLES)
def test_a_table_without_rows_is_a_file_with_columns(path, table):
    dataset = dataset_of(path, table)

    dataset.save(LocalChunks.of([]))

    assert gathered(dataset.load()) == []
    assert list(pd.read_parquet(path).columns) == TABLES[table].names
    assert dataset.preview()["data"] == []


def test_after_an_error_in_the_middle_the_earlier_file_is_unchanged_and_alone(path, typed):
    dataset = dataset_of(path)
    dataset.save(typed)
    before = path.read_bytes()

    def break_late(frame):
        if frame.index[0] > 100:
            raise ValueError("no more")
        return frame

    with pytest.raises(DatasetError, match="no more"):
        dataset.save(typed.map(break_late))

    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_after_an_error_in_the_first_save_there_is_no_file(path, typed):
    def break_at_once(_frame):
        raise ValueError("nothing")

    with pytest.raises(DatasetError, match="nothing"):
        dataset_of(path).save(typed.map(break_at_once))

    assert list(path.parent.iterdir()) == []


def test_the_worker_threads_have_stopped_when_a_failed_write_is_raised(path, typed, monkeypatch):
    ended = []

    @contextmanager
    def watch(_total):
        try:
            yield lambda _rows, _size: None
        finally:
            ended.append(True)

    def full(*_args, **_options):
        raise OSError("No space left on device")

    monkeypatch.setattr(pq.ParquetWriter, "write_table", full)
    monkeypatch.setattr(streamed_table, "regroup", partial(regroup, rows=90))
    chunks = LocalChunks.of(typed, LocalRuntime(2, open_progress=watch))
    with pytest.raises(DatasetError, match="No space left") as caught:
        dataset_of(path).save(chunks)

    assert caught.value.__traceback__  # refers to the frames of the save
    assert ended == [True]
    assert list(path.parent.iterdir()) == []


def test_files_of_killed_runs_are_removed_and_those_of_running_ones_are_not(path, typed):
    path.parent.mkdir(parents=True)
    killed, running = (path.with_name(f".{path.name}.{pid}.part") for pid in (2**22 + 1, 1))
    for temporary in (killed, running):
        temporary.write_bytes(b"half")

    dataset_of(path).save(typed)

    assert {file.name for file in path.parent.iterdir()} == {path.name, running.name}


@pytest.mark.parametrize(
    ("make", "found"), [(lambda _: None, "nothing there"), (lambda path: path.mkdir(parents=True), "a folder")]
)
def test_a_missing_table_is_an_error_with_a_hint(path, make, found):
    make(path)

    with pytest.raises(DatasetError, match=rf"{path.name}: expected a table .*; found {found}.*Hint: .*kedro run"):
        dataset_of(path).load()


def test_a_dataset_exists_after_a_save_and_has_a_preview_and_a_description(path, typed):
    dataset = dataset_of(path)
    assert not dataset.exists()

    dataset.save(typed)
    preview = dataset.preview(nrows=2)

    assert dataset.exists()
    assert preview["columns"] == TYPED.names
    assert [len(row) for row in preview["data"]] == [len(TYPED.names)] * 2
    assert preview["index"] == [0, 1]
    assert str(path) in str(dataset)


def test_each_version_is_a_separate_file(tmp_path, typed):
    path = tmp_path / "table.parquet"
    dataset = dataset_of(path, version=Version(None, "2024-01-31T00.00.00.000Z"))
    assert not dataset.exists()

    dataset.save(typed)

    assert [file.relative_to(path).parts for file in path.rglob("*.parquet")] == [
        ("2024-01-31T00.00.00.000Z", "table.parquet")
    ]
    assert gathered(dataset_of(path, version=Version(None, None)).load()) == gathered(typed)
    assert dataset_of(path, version=Version(None, None)).exists()


def test_an_unknown_table_is_an_error(path):
    with pytest.raises(SettingError, match=r"table: expected 'typed', 'clean', .*; found 'dirty'\. Hint: "):
        dataset_of(path, "dirty")


def test_a_catalog_entry_makes_the_dataset(path):
    entry = {
        "type": "customer_analytics.datasets.ChunkedParquetDataset",
        "filepath": str(path),
        "table": "clean",
        "compression": "zstd",
        "metadata": {"kedro-viz": {"layer": "primary"}},
    }

    dataset = AbstractDataset.from_config("clean_purchases", entry)

    assert dataset.metadata == entry["metadata"]
    assert not dataset.exists()


def test_a_summary_of_the_table_is_logged(path, typed, caplog):
    with caplog.at_level("INFO"):
        dataset_of(path).save(typed)

    (line,) = [record.message for record in caplog.records if record.message.startswith("table: ")]
    assert "400 rows" in line
    assert all(column in line for column in TYPED.names)
