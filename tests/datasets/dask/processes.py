"""A real Dask cluster: a scheduler and workers as processes of their own, on loopback."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[3]
PATIENCE_S = 30


class Cluster:
    """Processes that end with the test.

    Args:
        folder: For the scheduler's address and the workers' scratch files.
    """

    def __init__(self, folder):
        self.folder = folder
        self.file = folder / "scheduler.json"
        self.workers = {}
        anywhere = ("--host", "127.0.0.1", "--port", "0", "--dashboard-address", "127.0.0.1:0")
        self.scheduler = self._start("scheduler", *anywhere)
        wait_until(self.file.is_file)

    @property
    def address(self):
        return json.loads(self.file.read_text())["address"]

    def add_worker(self, *options):
        """Start a worker that nobody starts again when it dies."""
        name = f"worker-{len(self.workers)}"
        scratch = ("--local-directory", str(self.folder / name))
        process = self._start(
            "worker", "--nthreads", "1", "--no-nanny", "--name", name, "--memory-limit", "1GB", *scratch, *options
        )
        self.workers[name] = process
        return process

    def kill_worker(self):
        """Kill the worker that has lived longest."""
        process = next(process for process in self.workers.values() if process.poll() is None)
        process.send_signal(signal.SIGKILL)
        process.wait()

    def living(self):
        return sum(process.poll() is None for process in self.workers.values())

    def close(self):
        for process in [*self.workers.values(), self.scheduler]:
            process.kill()
            process.wait()

    def _start(self, *command):
        paths = os.pathsep.join([str(ROOT), str(Path(__file__).parent)])
        with (self.folder / "processes.log").open("ab") as log:
            return subprocess.Popen(  # noqa: S603  Python itself
                [sys.executable, "-m", "dask", *command, "--scheduler-file", str(self.file)],
                cwd=self.folder,
                env={**os.environ, "PYTHONPATH": paths},
                stdout=log,
                stderr=log,
            )


def wait_until(holds):
    """Wait for something to happen in another process."""
    end = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.05)
