"""One cluster of two workers for all tests that need one."""

from pathlib import Path

import pytest
from tests.datasets.dask.processes import ensure_workers, running_cluster, settings_of


@pytest.fixture(scope="session")
def cluster(tmp_path_factory):
    with running_cluster(tmp_path_factory.mktemp("cluster"), workers=2) as cluster:
        yield cluster


@pytest.fixture
def settings(cluster):
    """The settings of the cluster, with at least two workers."""
    ensure_workers(cluster, 2)
    return settings_of(cluster)


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("cluster")
