"""Every fault of a cluster is one clear error, before work starts where possible."""

import sys
import time

import dask
import pytest
from tests.datasets.dask.processes import ROOT, running_cluster
from tests.datasets.dask.test_chunks import Frames, table

from customer_analytics.core.errors import SettingError
from customer_analytics.datasets import DaskParquetDataset
from customer_analytics.datasets.dask.chunks import DaskChunks
from customer_analytics.datasets.dask.cluster import (
    ClusterError,
    ClusterSettings,
    check_sharing,
    check_versions,
    connect,
    disconnect,
)


def test_core_and_pipelines_do_not_mention_dask():
    for folder in ("core", "pipelines"):
        for path in (ROOT / "src/customer_analytics" / folder).rglob("*.py"):
            code = path.read_text().replace("free of Kedro, Dask, files", "")
            assert "dask" not in code.lower(), path


def test_a_scheduler_that_cannot_be_reached_is_an_error_in_seconds_that_names_the_address():
    started = time.monotonic()

    with pytest.raises(SettingError, match=r"DASK_SCHEDULER_ADDRESS=tcp://127.0.0.1:9: expected a Dask scheduler"):
        connect(ClusterSettings("tcp://127.0.0.1:9", patience_s=2))

    assert time.monotonic() - started < 10


@pytest.mark.parametrize("address", ["nonsense://here", "127.0.0.1:port"])
def test_an_invalid_address_is_an_error_that_names_it(address):
    with pytest.raises(SettingError, match=f"DASK_SCHEDULER_ADDRESS={address}"):
        connect(ClusterSettings(address, patience_s=2))


def test_a_scheduler_without_workers_is_an_error(tmp_path):
    with running_cluster(tmp_path, workers=0) as cluster:
        hint = r"a worker within 1 s; found none. Hint: start some with `dask worker tcp"
        with pytest.raises(ClusterError, match=hint):
            connect(ClusterSettings(cluster.address(), patience_s=1))


def test_without_dask_the_hint_is_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)

    with pytest.raises(SettingError, match=r"Hint: pip install customer-analytics\[dask\]"):
        connect(ClusterSettings(patience_s=0.5))


@pytest.mark.parametrize(
    ("setting", "message"),
    [({"worker": 2}, "found 'worker'"), ({"workers": "two"}, "found invalid literal")],
)
def test_invalid_settings_are_errors(setting, message):
    with pytest.raises(SettingError, match=message):
        ClusterSettings.of(setting)


def test_empty_settings_are_the_defaults():
    assert ClusterSettings.of({"address": "", "workers": None}) == ClusterSettings.of(None) == ClusterSettings()


def versions(worker):
    def process(packages):
        return {"host": {"python": "3.11.7.final.0"}, "packages": packages}

    here = {"dask": "1", "pandas": "2.3.3", "customer_analytics": "0.1.0"}
    return {"client": process(here), "workers": {"tcp://w": process(here | worker)}}


@pytest.mark.parametrize(
    ("worker", "message"),
    [
        ({"pandas": "2.2.0"}, "worker tcp://w: expected pandas 2.3.3, as here; found pandas 2.2.0"),
        ({"customer_analytics": None}, "expected customer_analytics 0.1.0, as here; found customer_analytics not inst"),
    ],
)
def test_different_versions_are_an_error_that_names_them(worker, message):
    with pytest.raises(ClusterError, match=message):
        check_versions(versions(worker))


def test_equal_versions_are_no_error():
    check_versions(versions({}))


def test_a_worker_without_shared_storage_is_an_error(settings):
    with pytest.raises(ClusterError, match=r"storage shared with this machine at memory://data; found a folder"):
        check_sharing(connect(settings), "memory://data", {})


def test_the_check_of_shared_storage_leaves_no_files(settings, tmp_path):
    check_sharing(connect(settings), str(tmp_path), {})

    assert list(tmp_path.iterdir()) == []


def test_a_worker_without_enough_memory_is_one_clear_error_and_the_earlier_table_stays(tmp_path):
    small = ClusterSettings(workers=1, memory="450MB")
    before = tmp_path / "clean.parquet" / "part-0.parquet"
    before.parent.mkdir()
    before.write_text("earlier")

    with dask.config.set({"distributed.scheduler.allowed-failures": 0}):
        connect(small)
    dataset = DaskParquetDataset(filepath=str(before.parent), table="clean", cluster={"workers": 1, "memory": "450MB"})
    with pytest.raises(Exception, match="Hint: the usual cause is too little memory") as caught:
        dataset.save(DaskChunks(Frames(table()), small).map(allocate_too_much))

    assert isinstance(caught.value.__cause__ or caught.value, ClusterError)
    assert [path.name for path in tmp_path.rglob("*")] == ["clean.parquet", "part-0.parquet"]
    disconnect(small)


def allocate_too_much(frame):
    blocks = [bytearray(1 << 20) for _ in range(2000)]
    time.sleep(5)
    return frame.iloc[: len(blocks)]
