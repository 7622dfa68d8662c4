"""Builds the table ``runs``: the metrics of all runs, one row per run."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from customer_analytics.core.drift.baseline import parse_run_id
from customer_analytics.core.history.metrics import FATES, MONEY, ROWS, USAGE
from customer_analytics.core.history.run_record import History

_METRIC_OF_COLUMN = {
    **{fate: f"{ROWS}{fate}" for fate in FATES},
    "clean_minor_units": f"{MONEY}clean",
    **{name: name for name in ("alarms", *USAGE)},
}
RUN_COLUMNS: Sequence[str] = ("run", *_METRIC_OF_COLUMN)


def tabulate_runs(current: Mapping[str, Any], history: History) -> pd.DataFrame:
    """Build a table of the metrics of all runs, one row per run, oldest first.

    Args:
        current: ``run_metrics`` of the newest run.
        history: All runs, including the newest.

    Returns:
        Column ``run`` is the run id (text). The others are Float64 and null if the run does not have the metric:
        - one column for each fate, such as ``clean``: its number of rows.
        - ``clean_minor_units``: money of the clean rows.
        - ``alarms``: number of drift alarms.
        - ``elapsed_s``, ``cpu_s``, ``peak_memory_bytes``: time and peak memory until the metrics were collected.
    """
    *earlier, newest = sorted(history, key=parse_run_id)
    metrics_by_run = {parse_run_id(name): history[name]()["metrics"] for name in earlier}
    metrics_by_run[parse_run_id(newest)] = current["metrics"]
    columns = {
        column: [metrics.get(metric) for metrics in metrics_by_run.values()]
        for column, metric in _METRIC_OF_COLUMN.items()
    }
    table = pd.DataFrame({"run": list(metrics_by_run), **columns})
    return table.astype(dict.fromkeys(_METRIC_OF_COLUMN, "Float64"))
