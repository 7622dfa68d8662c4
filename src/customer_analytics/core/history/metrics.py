"""The metrics of a run: their keys, their names in sentences, and the format of their values."""

from collections.abc import Mapping
from decimal import Decimal

ROWS, MONEY, QUARANTINED, DRIFT = "rows ", "minor units ", "quarantined ", "drift "
"""Prefixes of metric keys, for example of ``rows clean``: rows and money per fate, rows per reason, drift effects."""

_FATE_NAMES = {
    "rows_in": "rows received",
    "clean": "clean rows",
    "quarantined": "quarantined rows",
    "duplicates_exact": "exact duplicates",
    "duplicates_conflicting": "conflicting duplicates",
}
FATES = tuple(_FATE_NAMES)
"""Keys of the ledger, each of which gives a metric of rows and a metric of money."""

USAGE: Mapping[str, str] = {"elapsed_s": "time of the run", "cpu_s": "CPU time", "peak_memory_bytes": "peak memory"}
"""Keys and names of the metrics of time and memory; they differ from run to run even for the same delivery."""

_NAMES: Mapping[str, str] = {
    **{f"{ROWS}{fate}": name for fate, name in _FATE_NAMES.items()},
    **{f"{MONEY}{fate}": f"money of {name}" for fate, name in _FATE_NAMES.items()},
    "amounts rounded": "rounded amounts",
    "alarms": "alarms of drift",
    **USAGE,
}


def metric_name(metric: str) -> str:
    """Return the name of a metric for use in sentences, or its key if it has no name."""
    if metric.startswith(QUARANTINED):
        return f"rows quarantined for {metric.removeprefix(QUARANTINED)}"
    if metric.startswith(DRIFT):
        column, _, measure = metric.removeprefix(DRIFT).partition(" ")
        return f"drift of {column} ({measure})"
    return _NAMES.get(metric, metric)


def format_metric(metric: str, number: float, decimals: int, sign: str = "") -> str:
    """Format the value of a metric as text: money in major units, memory in MB, time in seconds.

    Args:
        metric: Key of the metric.
        number: The value, finite.
        decimals: Decimal places of money: 2 if the minor unit is a cent.
        sign: ``+`` to show the sign of positive numbers too; empty to show only a minus sign.
    """
    if metric.startswith(MONEY):
        return f"{Decimal(number).scaleb(-decimals):{sign},.{decimals}f}"
    if metric == "peak_memory_bytes":
        return f"{number / 1e6:{sign},.0f} MB"
    number_format = ",.0f" if float(number).is_integer() else ",.4g"
    return f"{number:{sign}{number_format}}{' s' if metric in USAGE else ''}"
