"""One cluster of two workers for all tests that need one."""

from pathlib import Path

import pytest
from tests.datasets.dask.processes import Cluster

from customer_analytics.datasets.dask.cluster import ClusterSettings, connect, disconnect


@pytest.fixture(scope="session")
def cluster(tmp_path_factory):
    cluster = Cluster(tmp_path_factory.mktemp("cluster"))
    cluster.add_worker()
    cluster.add_worker()
    settings = ClusterSettings(cluster.address, patience_s=30)
    connect(settings).wait_for_workers(2, timeout=30)
    yield cluster
    disconnect(settings)
    cluster.close()


@pytest.fixture
def settings(cluster):
    """The settings of the cluster, which has two workers at least."""
    settings = ClusterSettings(cluster.address, patience_s=30)
    while cluster.living() < 2:
        cluster.add_worker()
    connect(settings).wait_for_workers(2, timeout=30)
    return settings


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("cluster")
