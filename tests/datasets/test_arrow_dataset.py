"""``ChunkedArrowDataset``: atomic saves, lazy loads from a mapped file, and a file that other tools read."""

import polars as pl
import pyarrow as pa
import pytest
from kedro.io import DatasetError
from kedro.io.core import AbstractDataset
from tests.hostile import many_purchases, plain_csv
from tests.making import gathered, typed_chunks

from customer_analytics.core.chunks.local import LocalChunks
from customer_analytics.core.contract.schemas import TABLES, TYPED
from customer_analytics.core.errors import SettingError
from customer_analytics.datasets import ChunkedArrowDataset

ROWS = 400


@pytest.fixture(scope="module")
def typed():
    return LocalChunks.of(typed_chunks(plain_csv(many_purchases(ROWS)), chunk_rows=90))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "output" / "table.arrows"


def dataset_of(path, table="typed", **options):
    return ChunkedArrowDataset(filepath=str(path), table=table, **options)


@pytest.mark.parametrize("chunk_rows", [1, 7, 1000, None])
@pytest.mark.parametrize("threads", [1, 3])
def test_saved_rows_are_loaded_in_order_in_chunks_of_at_most_chunk_rows(path, typed, chunk_rows, threads):
    dataset = dataset_of(path, chunk_rows=chunk_rows, threads=threads)

    dataset.save(typed)
    loaded = dataset.load()

    assert gathered(loaded) == gathered(loaded) == gathered(typed)
    assert max(map(len, loaded)) <= (chunk_rows or ROWS)
    assert list(loaded)[-1].index[-1] == ROWS - 1


def test_a_load_restores_the_dtypes(path, typed):
    dataset_of(path).save(typed)

    (loaded,) = dataset_of(path).load()

    (first, *_) = typed
    assert loaded.dtypes.astype(str).to_dict() == first.dtypes.astype(str).to_dict()


def test_the_bytes_do_not_depend_on_the_chunks(path, typed):
    whole = typed_chunks(plain_csv(many_purchases(ROWS)))
    contents = set()
    for chunks in (typed, whole):
        dataset_of(path).save(LocalChunks.of(chunks))
        contents.add(path.read_bytes())

    assert len(contents) == 1


def test_only_selected_columns_are_loaded_in_the_order_of_the_selection(path, typed):
    dataset_of(path).save(typed)

    (frame,) = dataset_of(path).load().select(["source_row", "country_code"])

    assert list(frame.columns) == ["source_row", "country_code"]
    assert frame["source_row"].tolist() == list(range(1, ROWS + 1))


def test_a_loaded_frame_does_not_change_the_file(path, typed):
    dataset_of(path).save(typed)
    before = path.read_bytes()

    for frame in dataset_of(path).load():
        frame["purchase_amount"] = frame["purchase_amount"].fillna(0.0)

    assert path.read_bytes() == before


def test_chunks_stay_readable_after_the_file_was_replaced(path, typed):
    dataset_of(path).save(typed)
    (frame,) = dataset_of(path).load()

    dataset_of(path).save(LocalChunks.of([]))

    assert len(frame["raw_text"].dropna()) == int((frame["faults"] != 0).sum())


def test_arrow_and_polars_read_the_file(path, typed):
    dataset_of(path).save(typed)

    with pa.ipc.open_stream(path.read_bytes()) as stream:
        assert stream.read_all().num_rows == ROWS
    assert pl.read_ipc_stream(path)["source_row"].to_list() == list(range(1, ROWS + 1))


@pytest.mark.parametrize("table", TABLES)
def test_a_table_without_rows_is_a_file_with_columns(path, table):
    dataset = dataset_of(path, table)

    dataset.save(LocalChunks.of([]))

    assert gathered(dataset.load()) == []
    assert dataset.preview() == {"index": [], "columns": TABLES[table].names, "data": []}
    assert dataset.stats()["rows"] == 0


def test_after_an_error_in_the_middle_the_earlier_file_is_unchanged_and_alone(path, typed):
    dataset_of(path).save(typed)
    before = path.read_bytes()

    def fail_late(frame):
        if frame.index[0] > 100:
            raise ValueError("no more")
        return frame

    with pytest.raises(DatasetError, match="no more"):
        dataset_of(path).save(typed.map(fail_late))

    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize(
    ("make", "found"), [(lambda _: None, "nothing there"), (lambda path: path.mkdir(parents=True), "a folder")]
)
def test_a_missing_table_is_an_error_with_a_hint(path, make, found):
    make(path)

    with pytest.raises(DatasetError, match=rf"{path.name}: expected a table .*; found {found}.*Hint: .*kedro run"):
        dataset_of(path).load()


def test_a_dataset_exists_after_a_save_and_has_a_preview_sizes_and_a_description(path, typed):
    dataset = dataset_of(path)
    assert not dataset.exists()

    dataset.save(typed)
    preview = dataset.preview(nrows=2)

    assert dataset.exists()
    assert (preview["columns"], preview["index"]) == (TYPED.names, [0, 1])
    assert [len(row) for row in preview["data"]] == [len(TYPED.names)] * 2
    assert dataset.stats() == {"rows": ROWS, "columns": len(TYPED), "file_size": path.stat().st_size}
    assert str(path) in str(dataset)


def test_an_unknown_table_is_an_error(path):
    with pytest.raises(SettingError, match=r"table.arrows: table: expected .*'typed'.*; found 'nosuch'"):
        dataset_of(path, "nosuch")


def test_a_catalog_entry_makes_the_dataset(path):
    entry = {"type": "customer_analytics.datasets.ChunkedArrowDataset", "filepath": str(path), "table": "typed"}

    assert isinstance(AbstractDataset.from_config("typed", entry), ChunkedArrowDataset)
