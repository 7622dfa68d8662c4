"""A dataset that measures the time and memory that the current run has used so far."""

import time
from typing import Any, Never

from kedro.io import AbstractDataset, DatasetError

from customer_analytics.datasets.process_memory import own_peak_bytes

_started = {"wall": time.perf_counter(), "cpu": time.process_time()}


def start_clock() -> None:
    """Set the start of the run to now; without a call, the start of the run is the import of this module."""
    _started.update(wall=time.perf_counter(), cpu=time.process_time())


class RunUsageDataset(AbstractDataset[Never, dict[str, float]]):
    """A read-only dataset: a load returns the time and memory that this process has used, without Dask workers.

    Example catalog entry:

    .. code-block:: yaml

        run_usage:
          type: customer_analytics.datasets.RunUsageDataset
    """

    def __init__(self, *, metadata: dict[str, Any] | None = None) -> None:
        """Create the dataset.

        Args:
            metadata: Not used by the dataset; Kedro-Viz and other plugins read it.
        """
        self.metadata = metadata

    def load(self) -> dict[str, float]:
        """Return ``elapsed_s`` and ``cpu_s`` since the start of the run, and ``peak_memory_bytes`` of the process.

        The peak includes the memory that the command used before the run, for example for imports.
        """
        return {
            "elapsed_s": round(time.perf_counter() - _started["wall"], 3),
            "cpu_s": round(time.process_time() - _started["cpu"], 3),
            "peak_memory_bytes": own_peak_bytes(),
        }

    def save(self, data: Never) -> Never:  # noqa: ARG002  Kedro's signature
        """Raise DatasetError: the dataset is read-only."""
        raise DatasetError("run_usage: expected to be read only; found a node that saves it")

    def _describe(self) -> dict[str, Any]:
        return {}

    def _exists(self) -> bool:
        return True
