"""The main job on a cluster gives the bytes of a local run, also when a worker is killed."""

import json
import os
import subprocess
import sys
from contextlib import contextmanager

import pandas as pd
import pyarrow as pa
import pytest
from tests.datasets.dask.processes import ROOT, wait_until
from tests.hostile import many_purchases, plain_csv

STREAMED = {
    "02_intermediate/typed_purchases": 8,
    "03_primary/clean_purchases": 8,
    "03_primary/quarantined_purchases": 8,
    "03_primary/duplicate_purchases": 1,
    "04_feature/outlier_purchases": 1,
}
TABLES = [
    "revenue_by_country",
    "revenue_by_category",
    "revenue_by_country_category",
    "revenue_by_month",
    "numeric_summary",
]
ROWS = 12_000
RUN_LIMIT_S = 300


@contextmanager
def kedro_run(*arguments, **environment):
    """Start ``kedro run``; kill it if it still runs when the block ends."""
    with subprocess.Popen(  # noqa: S603  Python itself
        [sys.executable, "-m", "kedro", "run", *arguments],
        cwd=ROOT,
        env={**os.environ, **{name: str(value) for name, value in environment.items()}},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def wait_for_success(process):
    output, _ = process.communicate(timeout=RUN_LIMIT_S)
    assert process.returncode == 0, output


@pytest.fixture(scope="module")
def purchases(tmp_path_factory):
    """A folder with two files of purchases and the tables of a local run."""
    folder = tmp_path_factory.mktemp("purchases")
    deliveries = folder / "deliveries"
    deliveries.mkdir()
    for seed, name in enumerate(["january.csv", "march.csv"]):
        rows = many_purchases(ROWS, seed=seed, nasty_share=0.02)
        (deliveries / name).write_bytes(plain_csv(rows).encode())
    with kedro_run(PURCHASES_CSV=deliveries, DATA_DIR=folder / "local") as process:
        wait_for_success(process)
    return folder


def run_on_cluster(purchases, folder, address):
    size = sum(path.stat().st_size for path in (purchases / "deliveries").iterdir())
    return kedro_run(
        "--env",
        "dask",
        PURCHASES_CSV=purchases / "deliveries",
        DATA_DIR=folder,
        DASK_SCHEDULER_ADDRESS=address,
        DASK_BLOCK_BYTES=size // 10,
        CHUNK_ROWS=500,
    )


def read_table(path):
    """Read a table with text instead of categories; ``typed_purchases`` of a local run is an Arrow file."""
    arrow_file = path.with_suffix(".arrows")
    frame = pa.ipc.open_stream(arrow_file).read_pandas() if arrow_file.exists() else pd.read_parquet(path)
    categories = {name: object for name, dtype in frame.dtypes.items() if isinstance(dtype, pd.CategoricalDtype)}
    return frame.astype(categories)


def check_same_results(near, far):
    for name, parts in STREAMED.items():
        pd.testing.assert_frame_equal(
            read_table(near / f"{name}.parquet"), read_table(far / f"{name}.parquet"), check_exact=True
        )
        assert len(list((far / f"{name}.parquet").glob("part-*.parquet"))) >= parts
    for name in TABLES:
        file = f"04_feature/{name}.parquet"
        assert (near / file).read_bytes() == (far / file).read_bytes()
    profiles = [
        list((folder / "05_model_input/purchase_profile.parquet").glob("*/*.parquet")) for folder in (near, far)
    ]
    assert [len(versions) for versions in profiles] == [1, 1]
    assert profiles[0][0].read_bytes() == profiles[1][0].read_bytes()
    ledgers = [json.loads((folder / "08_reporting/ledger.json").read_text()) for folder in (near, far)]
    assert ledgers[0] == ledgers[1]
    assert ledgers[0]["duplicates"] > 0
    assert list(far.rglob(".*")) == []


def test_a_run_on_a_cluster_gives_the_results_of_a_local_run(purchases, tmp_path, settings):
    with run_on_cluster(purchases, tmp_path, settings.address) as process:
        wait_for_success(process)

    check_same_results(purchases / "local", tmp_path)


def test_a_run_whose_worker_is_killed_gives_the_results_of_a_local_run(purchases, tmp_path, cluster, settings):
    with run_on_cluster(purchases, tmp_path, settings.address) as process:
        wait_until((tmp_path / "02_intermediate/typed_purchases.parquet").is_dir, RUN_LIMIT_S)

        cluster.kill_worker()

        cluster.add_worker()
        wait_for_success(process)
    check_same_results(purchases / "local", tmp_path)
