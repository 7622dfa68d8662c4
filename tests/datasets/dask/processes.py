"""A Dask cluster of real processes on the loopback interface: a scheduler and workers."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path

from customer_analytics.core.errors import CustomerAnalyticsError
from customer_analytics.datasets.dask.cluster import ClusterSettings, connect, disconnect

ROOT = Path(__file__).parents[3]
PATIENCE_S = 30
START_ATTEMPTS = 3
"""A loaded machine can fail to start processes in time. Only starts are retried, never assertions."""


class Cluster:
    """A scheduler and workers.

    Args:
        folder: Folder for the scheduler's address and the workers' scratch files; it is created.
    """

    def __init__(self, folder):
        folder.mkdir(parents=True)
        self.folder = folder
        self.scheduler_file = folder / "scheduler.json"
        self.workers = {}
        self.scheduler = self._start(
            "scheduler", "--host", "127.0.0.1", "--port", "0", "--dashboard-address", "127.0.0.1:0"
        )

    def address(self):
        """The address of the scheduler; ``None`` before it has written its file."""
        try:
            return json.loads(self.scheduler_file.read_text())["address"]
        except (FileNotFoundError, json.JSONDecodeError):
            return None

    def add_worker(self, *options):
        """Start a worker; it is not restarted when it dies."""
        name = f"worker-{len(self.workers)}"
        scratch = ("--local-directory", str(self.folder / name))
        process = self._start(
            "worker", "--nthreads", "1", "--no-nanny", "--name", name, "--memory-limit", "1GB", *scratch, *options
        )
        self.workers[name] = process
        return process

    def kill_worker(self):
        """Kill the oldest worker."""
        process = next(process for process in self.workers.values() if process.poll() is None)
        process.send_signal(signal.SIGKILL)
        process.wait()

    def running_workers(self):
        return sum(process.poll() is None for process in self.workers.values())

    def close(self):
        """Stop the workers, then the scheduler, which they need for a clean exit; a clean exit saves their coverage."""
        _end([process for process in self.workers.values() if process.poll() is None])
        _end([self.scheduler])

    def _start(self, *command):
        python_path = os.pathsep.join([str(ROOT), str(Path(__file__).parent)])
        with (self.folder / "processes.log").open("ab") as log:
            return subprocess.Popen(  # noqa: S603  Python itself
                [sys.executable, "-m", "dask", *command, "--scheduler-file", str(self.scheduler_file)],
                cwd=self.folder,
                env={**os.environ, "PYTHONPATH": python_path},
                stdout=log,
                stderr=log,
            )


def _end(processes):
    for process in processes:
        process.terminate()
    for process in processes:
        try:
            process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def running_cluster(folder, workers):
    """Start a cluster, yield it when its workers have registered, and stop it."""
    cluster = _start_cluster(folder, workers)
    try:
        yield cluster
    finally:
        _stop(cluster)


def settings_of(cluster):
    return ClusterSettings(cluster.address(), patience_s=PATIENCE_S)


def ensure_workers(cluster, count):
    """Start workers until ``count`` are running, and wait until they have registered.

    Raises:
        TimeoutError: They did not register in time.
    """
    while cluster.running_workers() < count:
        cluster.add_worker()
    if count:
        connect(settings_of(cluster)).wait_for_workers(count, timeout=PATIENCE_S)


def _start_cluster(folder, workers):
    for attempt in range(1, START_ATTEMPTS):
        with suppress(CustomerAnalyticsError, TimeoutError):
            return _try_to_start(folder / f"attempt-{attempt}", workers)
    return _try_to_start(folder / f"attempt-{START_ATTEMPTS}", workers)


def _try_to_start(folder, workers):
    cluster = Cluster(folder)
    try:
        wait_until(cluster.address)
        ensure_workers(cluster, workers)
    except BaseException:
        _stop(cluster)
        raise
    return cluster


def _stop(cluster):
    if cluster.address():
        disconnect(settings_of(cluster))
    cluster.close()


def wait_until(condition, patience_s=PATIENCE_S):
    """Wait until a condition of another process holds.

    Raises:
        TimeoutError: It did not hold in time.
    """
    deadline = time.monotonic() + patience_s
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError("the condition did not hold in time")
        time.sleep(0.05)
