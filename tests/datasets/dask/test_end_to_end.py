"""The whole job on a cluster: the same bits as on one machine, also when a worker dies in the middle."""

import json
import os
import subprocess
import sys

import pandas as pd
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


def kedro(*arguments, **environment):
    """``kedro run`` as a process of its own."""
    return subprocess.Popen(  # noqa: S603  Python itself
        [sys.executable, "-m", "kedro", "run", *arguments],
        cwd=ROOT,
        env={**os.environ, **{name: str(value) for name, value in environment.items()}},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def finished(process):
    output, _ = process.communicate(timeout=100)
    assert process.returncode == 0, output


@pytest.fixture(scope="module")
def purchases(tmp_path_factory):
    """Two files of purchases, hostile ones among them, and what the local run makes of them."""
    folder = tmp_path_factory.mktemp("purchases")
    deliveries = folder / "deliveries"
    deliveries.mkdir()
    for seed, name in enumerate(["january.csv", "march.csv"]):
        rows = many_purchases(ROWS, seed=seed, nasty_share=0.02)
        (deliveries / name).write_bytes(plain_csv(rows).encode())
    finished(kedro(PURCHASES_CSV=deliveries, DATA_DIR=folder / "local"))
    return folder


def on_cluster(purchases, folder, address):
    size = sum(path.stat().st_size for path in (purchases / "deliveries").iterdir())
    return kedro(
        "--env",
        "dask",
        PURCHASES_CSV=purchases / "deliveries",
        DATA_DIR=folder,
        DASK_SCHEDULER_ADDRESS=address,
        DASK_BLOCK_BYTES=size // 10,
        CHUNK_ROWS=500,
    )


def plain(path):
    frame = pd.read_parquet(path)
    few = {name: object for name, dtype in frame.dtypes.items() if isinstance(dtype, pd.CategoricalDtype)}
    return frame.astype(few)


def check_same_bits(near, far):
    for name, parts in STREAMED.items():
        pd.testing.assert_frame_equal(plain(near / f"{name}.parquet"), plain(far / f"{name}.parquet"), check_exact=True)
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


def test_a_run_on_a_cluster_gives_the_same_bits(purchases, tmp_path, settings):
    finished(on_cluster(purchases, tmp_path, settings.address))

    check_same_bits(purchases / "local", tmp_path)


def test_a_run_whose_worker_is_killed_gives_the_same_bits(purchases, tmp_path, cluster, settings):
    process = on_cluster(purchases, tmp_path, settings.address)
    wait_until((tmp_path / "02_intermediate/typed_purchases.parquet").is_dir)

    cluster.kill_worker()

    cluster.add_worker()
    finished(process)
    check_same_bits(purchases / "local", tmp_path)
