"""Functions that connect to the Dask cluster of a run or start one, and check it before the first task."""

import atexit
import logging
import os
import socket
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import fsspec

from customer_analytics.core.errors import CustomerAnalyticsError, SettingError, listed
from customer_analytics.datasets.runtime import available_cores

if TYPE_CHECKING:
    from distributed import Client

logger = logging.getLogger(__name__)

_ADDRESS = "DASK_SCHEDULER_ADDRESS"
_CHECKED_PACKAGES = ("customer_analytics", "dask", "distributed", "numpy", "pandas", "pyarrow", "python")
"""Packages that need the same version in the client and all workers, because these exchange pickled objects."""


_PRELOADED = [
    "kedro.framework.cli",
    "distributed",
    "dask.dataframe",
    "customer_analytics.datasets.dask.csv_dataset",
    "customer_analytics.datasets.dask.parquet_dataset",
    "customer_analytics.datasets.dask.shuffle",
    "customer_analytics.pipelines.ingestion",
]
"""Modules that the fork server imports once, so that workers on this machine start fast, also after a crash."""


class ClusterError(CustomerAnalyticsError):
    """The error for a cluster that cannot run the tasks, or that stopped running them."""


@dataclass(frozen=True, slots=True)
class ClusterSettings:
    """Settings that select a running cluster, or describe a new cluster to start on this machine.

    Args:
        address: Address of a running scheduler, e.g. ``tcp://10.0.0.1:8786``; empty to start workers on this machine.
        workers: Number of workers to start, with one thread each; default: the number of cores.
        memory: Memory limit of each started worker, e.g. ``2GB``; default: an equal share of the machine's memory.
        patience_s: Seconds to wait for the scheduler at ``address``, and then again the same time for its first worker.
    """

    address: str | None = None
    workers: int | None = None
    memory: str | None = None
    patience_s: float = 10.0

    @classmethod
    def of(cls, settings: Mapping[str, Any] | None) -> "ClusterSettings":
        """Check the settings of a catalog entry and return them; defaults replace ``None`` and empty text.

        Raises:
            SettingError: A key is unknown, or ``workers`` or ``patience_s`` is not a number.
        """
        types: dict[str, Callable[[Any], Any]] = {"address": str, "workers": int, "memory": str, "patience_s": float}
        given = {name: value for name, value in (settings or {}).items() if value not in (None, "")}
        for name in given:
            if name not in types:
                raise SettingError("cluster", f"the keys {listed(types)}", repr(name), "correct conf/dask")
        try:
            return cls(**{name: types[name](value) for name, value in given.items()})
        except ValueError as error:
            raise SettingError("cluster", "numbers of workers and seconds", str(error), "correct conf/dask") from error


def connect(settings: ClusterSettings) -> "Client":
    """Connect to a running cluster or start one, check it, and return its client.

    Later calls with the same settings return the same client, until :func:`disconnect` closes it.

    Raises:
        SettingError: Dask is not installed, or no scheduler answers at the address.
        ClusterError: There is no worker, or a worker has other package versions than the client.
    """
    if settings in _clients:
        return _clients[settings]
    try:
        import distributed  # noqa: PLC0415  an optional dependency, slow to import
    except ImportError as error:
        hint = "pip install customer-analytics[dask]"
        raise SettingError("--env dask", "Dask to be installed", str(error), hint) from error

    logging.getLogger("distributed").setLevel(logging.WARNING)  # INFO logs every connection
    logging.getLogger("distributed.shuffle").setLevel(logging.ERROR)  # WARNING logs every shuffle that succeeds
    client: Any = (
        _connect_to(settings.address, settings.patience_s, distributed)
        if settings.address
        else _start_cluster(settings, distributed)
    )
    try:
        check_versions(client.get_versions(packages=["customer_analytics", "pandas", "pyarrow", "numpy"]))
    except ClusterError:
        client.close()
        raise
    _clients[settings] = client
    atexit.register(disconnect, settings)
    workers = client.scheduler_info(n_workers=-1)["workers"]
    logger.info("Dask: %d workers at %s", len(workers), client.scheduler.address)
    return client


def disconnect(settings: ClusterSettings) -> None:
    """Close the client of these settings, if there is one; if :func:`connect` started workers, stop them."""
    client = _clients.pop(settings, None)
    if client is not None:
        cluster = client.cluster
        client.close()
        if cluster is not None:
            cluster.close()


_clients: dict[ClusterSettings, Any] = {}
"""The open clients by their settings."""


def _connect_to(address: str, patience_s: float, distributed: Any) -> "Client":  # noqa: ANN401  a module
    where, hint = f"{_ADDRESS}={address}", f"start one with `dask scheduler`, or unset {_ADDRESS} to use this machine"
    try:
        client = distributed.Client(address, timeout=patience_s)
    except (OSError, ValueError, TimeoutError) as error:
        raise SettingError(where, "a Dask scheduler that answers", str(error), hint) from error
    try:
        client.wait_for_workers(1, timeout=patience_s)
    except TimeoutError as error:
        client.close()
        hint = f"start some with `dask worker {address}`"
        raise ClusterError(where, f"a worker within {patience_s:g} s", "none", hint) from error
    return client


def _start_cluster(settings: ClusterSettings, distributed: Any) -> "Client":  # noqa: ANN401  a module
    from multiprocessing import forkserver, get_context  # noqa: PLC0415  only to start workers

    import dask  # noqa: PLC0415  an optional dependency

    os.environ.setdefault("DASK_LOGGING__DISTRIBUTED", "warning")  # the log level of the workers
    dask.config.set({"distributed.worker.multiprocessing-method": "forkserver"})
    get_context("forkserver").set_forkserver_preload(_PRELOADED)
    forkserver.ensure_running()
    cluster = distributed.LocalCluster(
        n_workers=settings.workers or available_cores(),
        threads_per_worker=1,
        memory_limit=settings.memory or "auto",
        host="127.0.0.1",
        dashboard_address="127.0.0.1:0",
    )
    return cast("Client", distributed.Client(cluster))


def check_versions(answer: Mapping[str, Any]) -> None:
    """Check that the client and all workers have the same versions of Python and of the most important packages.

    Args:
        answer: The result of ``Client.get_versions``.

    Raises:
        ClusterError: A version differs; the message names the worker, the package and both versions.
    """
    client_versions = _versions(answer["client"])
    for worker, worker_answer in answer["workers"].items():
        worker_versions = _versions(worker_answer)
        for package in _CHECKED_PACKAGES:
            expected, version = client_versions.get(package), worker_versions.get(package)
            if expected and version != expected:
                raise ClusterError(
                    f"worker {worker}",
                    f"{package} {expected}, as here",
                    f"{package} {version or 'not installed'}",
                    "install the same versions on every worker, e.g. from one image",
                )


def _versions(process: Mapping[str, Any]) -> dict[str, str]:
    packages = {name: version for name, version in process["packages"].items() if version}
    return {"python": str(process["host"]["python"]), **packages}


def check_sharing(client: "Client", folder: str, options: Mapping[str, Any]) -> None:
    """Check that the client and all workers share a folder: each side must see a file that the other side wrote.

    Args:
        client: The client of the cluster.
        folder: Any fsspec URL; created if it does not exist.
        options: Options of the file system.

    Raises:
        ClusterError: A worker does not share the folder; the message names the worker and the folder.
    """
    fs, path = fsspec.core.url_to_fs(folder, **options)
    fs.makedirs(path, exist_ok=True)
    token = uuid.uuid4().hex
    probe = f"{path}/.probe-{token}"
    fs.pipe_file(probe, token.encode())
    try:
        answers = client.run(_answer_probe, folder, dict(options), token, on_error="return")
        fs.invalidate_cache()
        for worker, answer in answers.items():
            if not (isinstance(answer, str) and fs.exists(f"{path}/{answer}")):
                raise ClusterError(
                    f"worker {worker}",
                    f"storage shared with this machine at {folder}",
                    "a folder of its own" if isinstance(answer, str | FileNotFoundError) else repr(answer),
                    "set DATA_DIR to a folder that all machines mount, or DASK_DATA_DIR to object storage",
                )
    finally:
        for probe_file in fs.glob(f"{probe}*"):
            fs.rm_file(probe_file)


def _answer_probe(folder: str, options: dict[str, Any], token: str) -> str:
    """Copy the client's test file ``.probe-<token>`` to a new file in the folder; return its name; runs in a worker."""
    fs, path = fsspec.core.url_to_fs(folder, **options)
    fs.invalidate_cache()
    answer = f".probe-{token}-{socket.gethostname()}-{os.getpid()}"
    content = fs.cat_file(f"{path}/.probe-{token}")
    fs.pipe_file(f"{path}/{answer}", content)
    return answer


@contextmanager
def translate_errors(client: "Client") -> Iterator[None]:
    """If the cluster fails during the ``with`` block, raise ClusterError instead of Dask's own error."""
    from distributed import CancelledError, KilledWorker  # noqa: PLC0415  slow to import
    from distributed.comm.core import CommClosedError  # noqa: PLC0415

    where = f"Dask cluster {client.scheduler_info()['address']}"
    try:
        yield
    except KilledWorker as error:
        found = f"workers that died {error.allowed_failures + 1} times at '{error.task}', the last {error.last_worker}"
        hint = (
            "the usual cause is too little memory: raise the memory of the workers, or lower DASK_BLOCK_BYTES and "
            "CHUNK_ROWS; see docs/scaling.md"
        )
        raise ClusterError(where, "workers that survive their tasks", found, hint) from error
    except (CancelledError, CommClosedError) as error:
        hint = "read the scheduler's log, then run again; tables that were saved before are unchanged"
        raise ClusterError(
            where, "a scheduler until the end of the run", f"a lost connection ({error})", hint
        ) from error
