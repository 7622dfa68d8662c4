"""A dataset that profiles a sample in a separate process while the run goes on."""

import logging
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import weakref
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq
from kedro.io import AbstractDataset

from customer_analytics.core.report.data_profile import SampleProfile
from customer_analytics.datasets.profiling import profiler

logger = logging.getLogger(__name__)

_PROFILER_ENVIRONMENT = {
    "YDATA_PROFILING_NO_ANALYTICS": "1",
    "MPLBACKEND": "Agg",
    "TQDM_DISABLE": "1",
    **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"), "1"),
}
_SETTINGS_PREFIX = "profile_"
"""Prefix of variables that the profiler would read as settings; they are removed from its environment."""


class SampleProfileDataset(AbstractDataset[pa.Table, SampleProfile]):
    """A dataset that profiles a sample: a save starts a process and returns at once; a load waits for the profile.

    If profiling fails, the run goes on: the loaded value has the reason of the failure instead of a profile.

    Example catalog entry:

    .. code-block:: yaml

        sample_profile:
          type: customer_analytics.datasets.SampleProfileDataset
          wait_s: 60
          metadata: {kedro-viz: {layer: reporting}}
    """

    _EPHEMERAL = True
    _SINGLE_PROCESS = True

    def __init__(self, *, wait_s: float = 60, memory_mb: int = 4096, metadata: dict[str, Any] | None = None) -> None:
        """Create the dataset; no process is started.

        Args:
            wait_s: Maximum number of seconds that a load waits; after that, the load returns a reason, not a profile.
            memory_mb: Maximum memory of the profiling process in MiB.
            metadata: Not used by the dataset; Kedro-Viz and other plugins read it.
        """
        self.metadata = metadata
        self._wait_s = wait_s
        self._memory_mb = memory_mb
        self._profiling: _Profiling | None = None
        self._reason = "no sample was profiled in this run"

    def save(self, data: pa.Table) -> None:
        """Start a process that profiles the sample, and return at once; an earlier process is ended first."""
        self._release()
        if not data.num_rows:
            self._reason = "no purchase is clean"
            return
        try:
            self._profiling = _Profiling(data, self._memory_mb)
        except OSError as error:  # the disk is full, or no process can be created
            self._reason = f"it could not be started: {error}"

    def load(self) -> SampleProfile:
        """Wait for the profile and return it; if there is no profile, return the reason."""
        profiling = self._profiling
        profile = profiling.wait(self._wait_s) if profiling else SampleProfile(None, self._reason)
        if profile.page is None:
            logger.warning("sample_profile: there is no profile: %s", profile.reason)
        return profile

    def _exists(self) -> bool:
        return self._profiling is not None

    def _release(self) -> None:
        if self._profiling is not None:
            self._profiling.end()
            self._profiling = None

    def _describe(self) -> dict[str, Any]:
        return {"wait_s": self._wait_s, "memory_mb": self._memory_mb}


class _Profiling:
    """A profiling process and its folder. ``end()``, also called at exit, kills the process and removes the folder."""

    def __init__(self, sample: pa.Table, memory_mb: int) -> None:
        with ExitStack() as cleanup:
            self._folder = Path(tempfile.mkdtemp(prefix="sample_profile_"))
            cleanup.callback(shutil.rmtree, self._folder, ignore_errors=True)
            pq.write_table(sample, self._folder / profiler.SAMPLE)
            with self._errors.open("wb") as errors:
                self._process = _start(self._folder, memory_mb, errors)
            cleanup.callback(_kill, self._process)
            self.end = weakref.finalize(self, cleanup.pop_all().close)

    def wait(self, wait_s: float) -> SampleProfile:
        """Wait at most ``wait_s`` seconds for the process; return the profile, or the reason why it is missing."""
        try:
            code = self._process.wait(wait_s)
        except subprocess.TimeoutExpired:
            return SampleProfile(None, f"it was not ready {wait_s:g} s after the rest of the run")
        if code:
            return SampleProfile(None, f"the profiler ended with {_describe_exit(code)}: {self._last_error()}")
        return SampleProfile((self._folder / profiler.PAGE).read_text(encoding="utf-8"))

    @property
    def _errors(self) -> Path:
        return self._folder / "errors"

    def _last_error(self) -> str:
        lines = self._errors.read_text(encoding="utf-8", errors="replace").split("\n")
        return next((line.strip() for line in reversed(lines) if line.strip()), "no output")


def _start(folder: Path, memory_mb: int, errors: BinaryIO) -> "subprocess.Popen[bytes]":
    inherited = {name: value for name, value in os.environ.items() if not name.lower().startswith(_SETTINGS_PREFIX)}
    return subprocess.Popen(  # noqa: S603  this project's own program
        [sys.executable, "-P", "-m", profiler.__name__, str(folder), str(memory_mb)],
        env=inherited | _PROFILER_ENVIRONMENT,
        stdin=subprocess.PIPE,  # never written to; the profiler ends when this pipe is closed
        stdout=subprocess.DEVNULL,
        stderr=errors,
        start_new_session=True,  # Ctrl-C interrupts the run only
    )


def _kill(process: "subprocess.Popen[bytes]") -> None:
    process.kill()
    process.communicate()


def _describe_exit(code: int) -> str:
    if code == -signal.SIGKILL:
        return "SIGKILL, possibly for lack of memory"
    return signal.Signals(-code).name if code < 0 else f"exit code {code}"
