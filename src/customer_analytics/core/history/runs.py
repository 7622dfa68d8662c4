"""What all runs have left, as one table."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from customer_analytics.core.drift.baseline import run_of
from customer_analytics.core.history.run_record import History

_METRICS = {
    "rows_in": "rows rows_in",
    "clean": "rows clean",
    "quarantined": "rows quarantined",
    "duplicates_exact": "rows duplicates_exact",
    "duplicates_conflicting": "rows duplicates_conflicting",
    "clean_minor_units": "minor units clean",
    "alarms": "alarms",
    "elapsed_s": "elapsed_s",
    "cpu_s": "cpu_s",
    "peak_memory_bytes": "peak_memory_bytes",
}
RUN_COLUMNS: Sequence[str] = ("run", *_METRICS)


def tabulate_runs(current: Mapping[str, Any], history: History) -> pd.DataFrame:
    """Every run in one row, the oldest first.

    Args:
        current: ``run_metrics`` of the newest run.
        history: Those of all runs, unread, by ``run id/file name``, the newest among them.

    Returns:
        ``run`` (text, its id) and Float64 columns: rows by fate, ``clean_minor_units`` (money), ``alarms`` of drift,
        ``elapsed_s`` and ``cpu_s`` (seconds until the run was measured), ``peak_memory_bytes``. Null where a run did
        not leave a metric.
    """
    *earlier, newest = sorted(history, key=run_of)
    metrics = [*(history[name]()["metrics"] for name in earlier), current["metrics"]]
    told = {column: [run.get(metric) for run in metrics] for column, metric in _METRICS.items()}
    table = pd.DataFrame({"run": [run_of(name) for name in (*earlier, newest)], **told})
    return table.astype(dict.fromkeys(_METRICS, "Float64"))
