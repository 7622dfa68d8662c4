"""The metrics of a run as people call and write them; their keys are what programs read."""

from collections.abc import Mapping
from decimal import Decimal

ROWS, MONEY, QUARANTINED, DRIFT = "rows ", "minor units ", "refused ", "drift "
"""How the keys begin: by fate, money by fate, rows by reason, effects by column and measure."""

_FATES = {
    "rows_in": "rows received",
    "clean": "clean rows",
    "quarantined": "quarantined rows",
    "duplicates_exact": "exact later copies",
    "duplicates_conflicting": "conflicting later copies",
}
FATES = tuple(_FATES)
"""The keys of the ledger that are metrics."""

USAGE: Mapping[str, str] = {"elapsed_s": "time of the run", "cpu_s": "CPU time", "peak_memory_bytes": "peak memory"}
"""Metrics that no delivery decides about, and their names."""

_NAMES: Mapping[str, str] = {
    **{f"{ROWS}{fate}": name for fate, name in _FATES.items()},
    **{f"{MONEY}{fate}": f"money of {name}" for fate, name in _FATES.items()},
    "amounts rounded": "rounded amounts",
    "alarms": "alarms of drift",
    **USAGE,
}


def name_of(metric: str) -> str:
    """What people call a metric; its key where nothing better is known."""
    if metric.startswith(QUARANTINED):
        return f"rows refused for {metric.removeprefix(QUARANTINED)}"
    if metric.startswith(DRIFT):
        column, _, measure = metric.removeprefix(DRIFT).partition(" ")
        return f"drift of {column} ({measure})"
    return _NAMES.get(metric, metric)


def figure_of(metric: str, number: float, decimals: int, sign: str = "") -> str:
    """A figure of a metric as people write it.

    Args:
        metric: Its key.
        number: The figure, finite.
        decimals: Digits of the minor unit: money is shown in major units.
        sign: ``+`` to sign what is positive too.
    """
    if metric.startswith(MONEY):
        return f"{Decimal(number).scaleb(-decimals):{sign},.{decimals}f}"
    if metric == "peak_memory_bytes":
        return f"{number / 1e6:{sign},.0f} MB"
    form = ",.0f" if float(number).is_integer() else ",.4g"
    return f"{number:{sign}{form}}{' s' if metric in USAGE else ''}"
