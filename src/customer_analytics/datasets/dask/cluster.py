"""The cluster a run works on: found or started once, and checked before any work begins."""

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

if TYPE_CHECKING:
    from distributed import Client

logger = logging.getLogger(__name__)

_ADDRESS = "DASK_SCHEDULER_ADDRESS"
_SAME_EVERYWHERE = ("customer_analytics", "dask", "distributed", "numpy", "pandas", "pyarrow", "python")
"""Packages whose versions the client and all workers must share: rows and functions travel between them."""


_PRELOADED = [
    "kedro.framework.cli",
    "distributed",
    "dask.dataframe",
    "customer_analytics.datasets.dask.csv_dataset",
    "customer_analytics.datasets.dask.parquet_dataset",
    "customer_analytics.datasets.dask.shuffle",
    "customer_analytics.pipelines.ingestion",
]
"""Imported once and inherited by all workers of this machine: they start in a blink, also after a crash."""


class ClusterError(CustomerAnalyticsError):
    """A cluster that cannot do the work, or stopped doing it."""


@dataclass(frozen=True, slots=True)
class ClusterSettings:
    """Which cluster to use.

    Args:
        address: A running scheduler, e.g. ``tcp://10.0.0.1:8786``; empty for workers on this machine.
        workers: Worker processes on this machine, one thread each; empty for one per core. Not for ``address``.
        memory: Memory of each of them, e.g. ``2GB``; empty for an equal share of the machine. Not for ``address``.
        patience_s: How long to wait for the scheduler and its first worker.
    """

    address: str | None = None
    workers: int | None = None
    memory: str | None = None
    patience_s: float = 10.0

    @classmethod
    def of(cls, settings: Mapping[str, Any] | None) -> "ClusterSettings":
        """The settings of a catalog entry.

        Raises:
            SettingError: An unknown key, or a number that cannot be meant.
        """
        given = {name: value for name, value in (settings or {}).items() if value not in (None, "")}
        known = cls.__dataclass_fields__
        for name in given:
            if name not in known:
                raise SettingError("cluster", f"the keys {listed(known)}", repr(name), "correct conf/dask")
        kinds: dict[str, Callable[[Any], Any]] = {"address": str, "memory": str, "workers": int, "patience_s": float}
        try:
            return cls(**{name: kinds[name](value) for name, value in given.items()})
        except ValueError as error:
            raise SettingError("cluster", "numbers of workers and seconds", str(error), "correct conf/dask") from error


def connect(settings: ClusterSettings) -> "Client":
    """The client of a cluster that was found fit to work: the same one for the same settings, while it lasts.

    Raises:
        SettingError: Dask is not installed, or nobody answers at the address.
        ClusterError: No worker, or other versions there than here.
    """
    if settings in _connected:
        return _connected[settings]
    try:
        import distributed  # noqa: PLC0415  an extra, and slow to import
    except ImportError as error:
        hint = "pip install customer-analytics[dask]"
        raise SettingError("--env dask", "Dask to be installed", str(error), hint) from error

    logging.getLogger("distributed").setLevel(logging.WARNING)  # tells of every connection
    logging.getLogger("distributed.shuffle").setLevel(logging.ERROR)  # warns of every shuffle that goes well
    client: Any = (
        _client_at(settings.address, settings, distributed) if settings.address else _local(settings, distributed)
    )
    try:
        check_versions(client.get_versions(packages=["customer_analytics", "pandas", "pyarrow", "numpy"]))
    except ClusterError:
        client.close()
        raise
    _connected[settings] = client
    atexit.register(disconnect, settings)
    workers = client.scheduler_info(n_workers=-1)["workers"]
    logger.info("Dask: %d workers at %s", len(workers), client.scheduler.address)
    return client


def disconnect(settings: ClusterSettings) -> None:
    """Let go of a cluster; workers that were started here end."""
    client = _connected.pop(settings, None)
    if client is not None:
        cluster = client.cluster
        client.close()
        if cluster is not None:
            cluster.close()


_connected: dict[ClusterSettings, Any] = {}
"""The clients that are in use; a cluster is started once in a run."""


def _client_at(address: str, settings: ClusterSettings, distributed: Any) -> "Client":  # noqa: ANN401  a module
    where, hint = f"{_ADDRESS}={address}", f"start one with `dask scheduler`, or unset {_ADDRESS} to use this machine"
    try:
        client = distributed.Client(address, timeout=settings.patience_s)
    except (OSError, ValueError, TimeoutError) as error:
        raise SettingError(where, "a Dask scheduler that answers", str(error), hint) from error
    try:
        client.wait_for_workers(1, timeout=settings.patience_s)
    except TimeoutError as error:
        client.close()
        hint = f"start some with `dask worker {address}`"
        raise ClusterError(where, f"a worker within {settings.patience_s:g} s", "none", hint) from error
    return client


def _local(settings: ClusterSettings, distributed: Any) -> "Client":  # noqa: ANN401  a module
    from multiprocessing import forkserver, get_context  # noqa: PLC0415  for workers on this machine only

    import dask  # noqa: PLC0415  an extra

    os.environ.setdefault("DASK_LOGGING__DISTRIBUTED", "warning")  # the workers' own
    dask.config.set({"distributed.worker.multiprocessing-method": "forkserver"})
    get_context("forkserver").set_forkserver_preload(_PRELOADED)
    forkserver.ensure_running()
    cluster = distributed.LocalCluster(
        n_workers=settings.workers or len(os.sched_getaffinity(0)),
        threads_per_worker=1,
        memory_limit=settings.memory or "auto",
        host="127.0.0.1",
        dashboard_address="127.0.0.1:0",
    )
    return cast("Client", distributed.Client(cluster))


def check_versions(found: Mapping[str, Any]) -> None:
    """Make sure that the client, the scheduler and all workers run the same versions.

    Args:
        found: What ``Client.get_versions`` gives.

    Raises:
        ClusterError: They do not; the message names the first package, who has which, and where.
    """
    here = _versions(found["client"])
    for worker, theirs in found["workers"].items():
        there = _versions(theirs)
        for package in _SAME_EVERYWHERE:
            if package in here and here[package] != there.get(package):
                raise ClusterError(
                    f"worker {worker}",
                    f"{package} {here[package]}, as here",
                    f"{package} {there.get(package) or 'not installed'}",
                    "install the same versions on every worker, e.g. from one image",
                )


def _versions(side: Mapping[str, Any]) -> dict[str, str]:
    host = {str(name): str(value) for name, value in side["host"].items()}
    return {"python": host["python"], **{name: value for name, value in side["packages"].items() if value}}


def check_sharing(client: "Client", folder: str, options: Mapping[str, Any]) -> None:
    """Make sure that every worker sees what the client writes into a folder, and the client what they write.

    Raises:
        ClusterError: One does not; the message names the worker and the folder.
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
        for left in fs.glob(f"{probe}*"):
            fs.rm_file(left)


def _answer_probe(folder: str, options: dict[str, Any], token: str) -> str:
    """In a worker: read the client's probe and leave one's own beside it."""
    fs, path = fsspec.core.url_to_fs(folder, **options)
    fs.invalidate_cache()
    answer = f".probe-{token}-{socket.gethostname()}-{os.getpid()}"
    written = fs.cat_file(f"{path}/.probe-{token}")
    fs.pipe_file(f"{path}/{answer}", written)
    return answer


@contextmanager
def one_clear_error(client: "Client") -> Iterator[None]:
    """What can go wrong with a cluster in the middle of its work, told as one of the project's errors."""
    from distributed import CancelledError, KilledWorker  # noqa: PLC0415  slow to import
    from distributed.comm.core import CommClosedError  # noqa: PLC0415

    where = f"Dask cluster {client.scheduler_info()['address']}"
    try:
        yield
    except KilledWorker as error:
        found = f"workers that died {error.allowed_failures + 1} times at '{error.task}', the last {error.last_worker}"
        hint = "most often memory ran out: give workers more, or lower block_bytes and CHUNK_ROWS; see docs/scaling.md"
        raise ClusterError(where, "workers that live through their tasks", found, hint) from error
    except (CancelledError, CommClosedError) as error:
        hint = "look into the scheduler's log, then run again: what was published before is untouched"
        raise ClusterError(where, "a scheduler to the end of the run", f"it went away ({error})", hint) from error
