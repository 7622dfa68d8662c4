"""What the run that is under way has used so far."""

import resource
import sys
import time
from typing import Any, Never

from kedro.io import AbstractDataset, DatasetError

_started = {"wall": time.perf_counter(), "cpu": time.process_time()}


def start_clock() -> None:
    """Count from here: called when a run begins; before that, from the import of this module."""
    _started.update(wall=time.perf_counter(), cpu=time.process_time())


class RunUsageDataset(AbstractDataset[Never, dict[str, float]]):
    """Seconds and memory of this process when it is loaded; workers of a cluster are not counted.

    Example catalog entry:

    .. code-block:: yaml

        run_usage:
          type: customer_analytics.datasets.RunUsageDataset
    """

    def __init__(self, *, metadata: dict[str, Any] | None = None) -> None:
        """Measure nothing yet.

        Args:
            metadata: Ignored; for Kedro-Viz and other plugins.
        """
        self.metadata = metadata

    def load(self) -> dict[str, float]:
        """``elapsed_s`` and ``cpu_s`` since the run began, ``peak_memory_bytes`` of the process so far.

        What the command imports before the run, and hashes beside it, is in the memory alone.
        """
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return {
            "elapsed_s": round(time.perf_counter() - _started["wall"], 3),
            "cpu_s": round(time.process_time() - _started["cpu"], 3),
            "peak_memory_bytes": peak if sys.platform == "darwin" else peak * 1024,
        }

    def save(self, data: Never) -> Never:  # noqa: ARG002  Kedro's signature
        """Refuse: usage is only read."""
        raise DatasetError("run_usage: expected to be read only; found a node that saves it")

    def _describe(self) -> dict[str, Any]:
        return {}

    def _exists(self) -> bool:
        return True
