"""A sample that is profiled in a process of its own while the run goes on."""

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

_SETTINGS = {
    "YDATA_PROFILING_NO_ANALYTICS": "1",
    "MPLBACKEND": "Agg",
    "TQDM_DISABLE": "1",
    **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"), "1"),
}
_ITS_OWN = "profile_"
"""The profiler takes settings from variables that begin so; here it takes none."""


class SampleProfileDataset(AbstractDataset[pa.Table, SampleProfile]):
    """Saving starts to profile a sample and returns at once; loading waits for what comes of it.

    Nothing that goes wrong here ends a run: what is loaded then says why there is no profile.

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
        """Start nothing yet.

        Args:
            wait_s: Longest that loading waits; a profile that takes longer is given up.
            memory_mb: Most memory that the process may ask for.
            metadata: Ignored; for Kedro-Viz and other plugins.
        """
        self.metadata = metadata
        self._wait_s = wait_s
        self._memory_mb = memory_mb
        self._under_way: _Profiling | None = None
        self._reason = "no sample was profiled in this run"

    def save(self, data: pa.Table) -> None:
        """Start to profile the sample."""
        self._release()
        if not data.num_rows:
            self._reason = "no purchase is clean"
            return
        try:
            self._under_way = _Profiling(data, self._memory_mb)
        except OSError as error:  # no room for the sample, or no process to be had
            self._reason = f"it could not be started: {error}"

    def load(self) -> SampleProfile:
        """Wait for the profile."""
        under_way = self._under_way
        found = under_way.outcome(self._wait_s) if under_way else SampleProfile(None, self._reason)
        if found.page is None:
            logger.warning("sample_profile: there is no profile: %s", found.reason)
        return found

    def _exists(self) -> bool:
        return self._under_way is not None

    def _release(self) -> None:
        if self._under_way is not None:
            self._under_way.end()
            self._under_way = None

    def _describe(self) -> dict[str, Any]:
        return {"wait_s": self._wait_s, "memory_mb": self._memory_mb}


class _Profiling:
    """The process under way and its folder; both go with this object, at the latest when the interpreter ends."""

    def __init__(self, sample: pa.Table, memory_mb: int) -> None:
        with ExitStack() as undo:
            self._folder = Path(tempfile.mkdtemp(prefix="sample_profile_"))
            undo.callback(shutil.rmtree, self._folder, ignore_errors=True)
            pq.write_table(sample, self._folder / profiler.SAMPLE)
            with self._errors.open("wb") as errors:
                self._process = _start(self._folder, memory_mb, errors)
            undo.callback(_kill, self._process)
            self.end = weakref.finalize(self, undo.pop_all().close)

    def outcome(self, wait_s: float) -> SampleProfile:
        """What came of it, after at most so long."""
        try:
            code = self._process.wait(wait_s)
        except subprocess.TimeoutExpired:
            return SampleProfile(None, f"it was not ready {wait_s:g} s after the rest of the run")
        if code:
            return SampleProfile(None, f"the profiler ended with {_in_words(code)}: {self._last_error()}")
        return SampleProfile((self._folder / profiler.PAGE).read_text(encoding="utf-8"))

    @property
    def _errors(self) -> Path:
        return self._folder / "errors"

    def _last_error(self) -> str:
        lines = self._errors.read_text(encoding="utf-8", errors="replace").split("\n")
        return next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing")


def _start(folder: Path, memory_mb: int, errors: BinaryIO) -> "subprocess.Popen[bytes]":
    kept = {name: value for name, value in os.environ.items() if not name.lower().startswith(_ITS_OWN)}
    return subprocess.Popen(  # noqa: S603  our own program
        [sys.executable, "-P", "-m", profiler.__name__, str(folder), str(memory_mb)],
        env=kept | _SETTINGS,
        stdin=subprocess.PIPE,  # never written to: its end tells the process that this one has ended
        stdout=subprocess.DEVNULL,
        stderr=errors,
        start_new_session=True,  # Ctrl-C is for the run
    )


def _kill(process: "subprocess.Popen[bytes]") -> None:
    process.kill()
    process.communicate()


def _in_words(code: int) -> str:
    if code == -signal.SIGKILL:
        return "SIGKILL, as when memory runs out"
    return signal.Signals(-code).name if code < 0 else f"exit code {code}"
