"""Workers read and write purchases and tables in object storage and in folders."""

import gzip
import hashlib

import pandas as pd
import pytest
from tests.hostile import many_purchases, plain_csv
from tests.making import gathered

from customer_analytics.core.contract.settings import Contract
from customer_analytics.core.errors import InputError
from customer_analytics.datasets import ChunkedCSVDataset, DaskCSVDataset, DaskInputFilesDataset, DaskParquetDataset
from customer_analytics.pipelines.cleaning.nodes import find_duplicates, keep_first_copies
from customer_analytics.pipelines.ingestion.nodes import parse_purchases

TEXT = plain_csv(many_purchases(3000, seed=5, nasty_share=0.02))


@pytest.fixture(scope="module")
def bucket():
    """``s3://lake`` on a real server on this machine: storage options for fsspec."""
    server = pytest.importorskip("moto.server").ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    s3fs = pytest.importorskip("s3fs")
    server.start()
    host, port = server.get_host_and_port()
    options = {
        "key": "test",
        "secret": "test",
        "client_kwargs": {"endpoint_url": f"http://{host}:{port}", "region_name": "eu-west-1"},
    }
    fs = s3fs.S3FileSystem(**options)
    fs.mkdir("lake")
    fs.pipe_file("lake/raw/purchases.csv", TEXT.encode())
    yield options
    server.stop()


@pytest.fixture
def cluster_entry(settings):
    return {"address": settings.address, "patience_s": settings.patience_s}


def parquet(path, table, cluster_entry, **options):
    return DaskParquetDataset(filepath=str(path), table=table, cluster=cluster_entry, **options)


def saved(dataset, chunks):
    dataset.save(chunks)
    return dataset.load()


def test_purchases_and_tables_can_be_in_object_storage(bucket, cluster_entry, tmp_path):
    (tmp_path / "purchases.csv").write_bytes(TEXT.encode())
    near = parse_purchases(ChunkedCSVDataset(filepath=str(tmp_path / "purchases.csv")).load(), Contract())
    raw = DaskCSVDataset(
        filepath="s3://lake/raw/purchases.csv", block_bytes=40_000, cluster=cluster_entry, credentials=bucket
    )
    typed = parquet("s3://lake/typed.parquet", "typed", cluster_entry, credentials=bucket)
    clean = parquet("s3://lake/clean.parquet", "clean", cluster_entry, credentials=bucket)

    far = saved(typed, parse_purchases(raw.load(), Contract()))
    far_clean = saved(clean, keep_first_copies(far, find_duplicates(far)))

    assert len(far.source.parts()) > 3
    assert gathered(far) == gathered(near)
    assert sum(map(len, far_clean)) == pd.read_parquet("s3://lake/clean.parquet", storage_options=bucket).shape[0]


def test_a_failed_save_does_not_change_a_table_in_object_storage(bucket, cluster_entry):
    raw = DaskCSVDataset(
        filepath="s3://lake/raw/purchases.csv", block_bytes=100_000, cluster=cluster_entry, credentials=bucket
    ).load()
    dataset = parquet("s3://lake/again.parquet", "typed", cluster_entry, credentials=bucket)
    before = gathered(saved(dataset, parse_purchases(raw, Contract())))
    names = sorted(dataset._folder.fs.ls("lake/again.parquet", detail=False, refresh=True))

    with pytest.raises(Exception, match="an error on purpose"):
        dataset.save(parse_purchases(raw, Contract()).map(fail_late))

    dataset._folder.fs.invalidate_cache()
    assert sorted(dataset._folder.fs.ls("lake/again.parquet", detail=False)) == names
    assert gathered(dataset.load()) == before


def fail_late(frame):
    if frame["source_row"].max() > 2500:
        raise RuntimeError("an error on purpose")
    return frame


def test_a_failed_save_does_not_change_a_table_in_a_folder(cluster_entry, tmp_path):
    (tmp_path / "purchases.csv").write_bytes(TEXT.encode())
    raw = DaskCSVDataset(filepath=str(tmp_path / "purchases.csv"), block_bytes=100_000, cluster=cluster_entry).load()
    dataset = parquet(tmp_path / "tables" / "typed.parquet", "typed", cluster_entry)
    assert not dataset.exists()
    with pytest.raises(Exception, match="run the pipeline that makes it with --env dask"):
        list(dataset.load())

    before = gathered(saved(dataset, parse_purchases(raw, Contract())))
    with pytest.raises(Exception, match="an error on purpose"):
        dataset.save(parse_purchases(raw, Contract()).map(fail_late))
    again = gathered(saved(dataset, parse_purchases(raw, Contract())))

    assert before == again
    assert dataset.exists()
    assert [path.name for path in (tmp_path / "tables").iterdir()] == ["typed.parquet"]
    assert len(dataset.preview()["data"]) == 5


def test_a_table_without_rows_is_a_folder_of_one_empty_part(cluster_entry, tmp_path):
    (tmp_path / "purchases.csv").write_text(TEXT.splitlines()[0])
    raw = DaskCSVDataset(filepath=str(tmp_path / "purchases.csv"), cluster=cluster_entry).load()

    typed = saved(parquet(tmp_path / "typed.parquet", "typed", cluster_entry), parse_purchases(raw, Contract()))

    assert gathered(typed) == []
    assert "faults" in pd.read_parquet(tmp_path / "typed.parquet")
    assert find_duplicates(typed).fold(len, 0) == 0


@pytest.mark.parametrize(("encoding", "divided"), [("latin-1", True), ("utf-16", False), ("utf-8-sig", True)])
def test_encodings_that_contain_ascii_are_read_in_ranges(cluster_entry, tmp_path, encoding, divided):
    text = "".join(character for character in TEXT if ord(character) < 256)
    (tmp_path / "purchases.csv").write_bytes(text.encode(encoding))
    options = {"filepath": str(tmp_path / "purchases.csv"), "dialect": {"encoding": encoding}}
    near = ChunkedCSVDataset(**options).load()

    far = DaskCSVDataset(**options, block_bytes=60_000, cluster=cluster_entry).load()

    assert gathered(far) == gathered(near)
    assert (len(far.source.parts()) > 1) == divided


def test_a_compressed_file_is_one_part_and_workers_hash_the_files(cluster_entry, tmp_path):
    compressed = gzip.compress(TEXT.encode())
    (tmp_path / "a.csv.gz").write_bytes(compressed)
    (tmp_path / "b.csv").write_bytes(TEXT.encode())

    raw = DaskCSVDataset(filepath=str(tmp_path), block_bytes=60_000, cluster=cluster_entry).load()
    files = DaskInputFilesDataset(filepath=str(tmp_path), cluster=cluster_entry).load()

    assert gathered(raw) == gathered(ChunkedCSVDataset(filepath=str(tmp_path)).load())
    assert [part.file for part in raw.source.parts()].count(0) == 1
    assert files[0] == {"file": "a.csv.gz", "bytes": len(compressed), "sha256": hashlib.sha256(compressed).hexdigest()}


def test_a_quote_that_never_closes_is_the_same_error_as_in_a_local_run(cluster_entry, tmp_path):
    header = TEXT.splitlines(keepends=True)[0]
    (tmp_path / "purchases.csv").write_text(header + "1,2\n" * 20_000 + '1,"' + "x\n" * 150_000)
    options = {"filepath": str(tmp_path / "purchases.csv"), "chunk_rows": 100, "dialect": {"max_record_bytes": 70_000}}

    with pytest.raises(InputError) as near:
        ChunkedCSVDataset(**options).load().fold(len, 0)
    with pytest.raises(InputError) as far:
        DaskCSVDataset(**options, block_bytes=30_000, cluster=cluster_entry).load().fold(len, 0)

    _, message = str(near.value).split(": ", 1)
    assert str(far.value).endswith(message)
