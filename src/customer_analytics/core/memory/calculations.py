"""Measure the time of calculations in three implementations: a Python loop, pandas and NumPy.

All three give exactly equal results. Amounts are integers of minor units, so their sums are exact in any order. The
mean and the deviation are computed from exact sums and rounded once.
"""

import time
from collections.abc import Callable
from fractions import Fraction
from math import isqrt
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from customer_analytics.core.aggregation.value_counts import exact_sqrt
from customer_analytics.core.contract.columns import Column
from customer_analytics.core.contract.schemas import FAULTS
from customer_analytics.core.money.minor_units import MinorUnits, as_float

GROUP = "group"
UNITS = "units"

Calculation = Callable[[pd.DataFrame], Any]
Clock = Callable[[], float]


def select_comparable_rows(typed: pd.DataFrame, decimals: int) -> pd.DataFrame:
    """Select the valid rows that the timed calculations use.

    Args:
        typed: The columns ``faults``, ``purchase_amount`` and ``country_code`` of a chunk of the typed table.
        decimals: Decimal places of an amount; 2 for cents.

    Returns:
        A frame: ``group`` (dtype category; the country) and ``units`` (int64; the amount in minor units). It has
        each row that has a country and no fault, and an amount so small that the sum of all squares fits int64.
    """
    valid = typed[(typed[FAULTS] == 0) & typed[Column.COUNTRY_CODE].notna()]
    money = MinorUnits.of(valid[Column.PURCHASE_AMOUNT].to_numpy(), decimals)
    fits = money.units <= isqrt(np.iinfo(np.int64).max // max(len(valid), 1))
    groups = valid.loc[fits, Column.COUNTRY_CODE].cat.remove_unused_categories()
    return pd.DataFrame({GROUP: groups.array, UNITS: money.units[fits]})


def loop_zscores(rows: pd.DataFrame) -> list[float]:
    """Compute the z-score of each amount in a Python loop."""
    units: list[int] = rows[UNITS].tolist()
    total = squares = 0
    for amount in units:
        total += amount
        squares += amount * amount
    mean, deviation = _mean_and_deviation(len(units), total, squares)
    scores = []
    for amount in units:
        scores.append((amount - mean) / deviation)  # noqa: PERF401  the loop is what is measured
    return scores


def pandas_zscores(rows: pd.DataFrame) -> pd.Series:
    """Compute the z-score of each amount with pandas."""
    units = rows[UNITS]
    mean, deviation = _mean_and_deviation(len(units), int(units.sum()), int((units * units).sum()))
    return (units - mean) / deviation


def numpy_zscores(rows: pd.DataFrame) -> np.ndarray:
    """Compute the z-score of each amount with NumPy."""
    units = rows[UNITS].to_numpy()
    mean, deviation = _mean_and_deviation(len(units), int(units.sum()), int(np.dot(units, units)))
    return (units - mean) / deviation


def loop_sums(rows: pd.DataFrame) -> dict[str, int]:
    """Sum the minor units of each group in a Python loop."""
    sums: dict[str, int] = {}
    for group, amount in zip(rows[GROUP].tolist(), rows[UNITS].tolist(), strict=True):
        sums[group] = sums.get(group, 0) + amount
    return sums


def pandas_sums(rows: pd.DataFrame) -> dict[str, int]:
    """Sum the minor units of each group with pandas' ``groupby``."""
    sums = rows.groupby(GROUP, observed=True)[UNITS].sum()
    return {str(group): int(units) for group, units in sums.items()}


def numpy_sums(rows: pd.DataFrame) -> dict[str, int]:
    """Sum the minor units of each group with NumPy's ``bincount``; its float64 sums are exact below 2**53."""
    groups = rows[GROUP].cat
    sums = np.bincount(groups.codes.to_numpy(), rows[UNITS].to_numpy(), len(groups.categories))
    return {group: int(units) for group, units in zip(groups.categories, sums.tolist(), strict=True)}


class _Comparison(NamedTuple):
    """A calculation and its implementations by name; ``to_comparable`` converts a result for comparison by ``==``."""

    name: str
    implementations: dict[str, Calculation]
    to_comparable: Callable[[Any], object]


_COMPARISONS = (
    _Comparison(
        "z-scores of the amount",
        {"loop": loop_zscores, "pandas": pandas_zscores, "NumPy": numpy_zscores},
        lambda scores: np.asarray(scores, np.float64).tobytes(),
    ),
    _Comparison(
        "revenue by country",
        {"loop": loop_sums, "pandas": pandas_sums, "NumPy": numpy_sums},
        lambda sums: sums,
    ),
)


def time_calculations(rows: pd.DataFrame, repeats: int, clock: Clock = time.perf_counter) -> pd.DataFrame:
    """Measure the time of each calculation in each implementation.

    Args:
        rows: The result of :func:`select_comparable_rows`.
        repeats: How often each implementation runs; its shortest time counts.
        clock: A function that returns a time in seconds.

    Returns:
        A row per calculation and implementation. Text: ``calculation``, ``implementation``. int64: ``rows``. float64:
        ``seconds``, ``rows_per_second``, ``times_faster`` (than the loop). bool: ``equal`` (whether the result equals
        the loop's). If there are no rows, ``rows_per_second`` and ``times_faster`` are null.
    """
    records = [_time_implementations(comparison, rows, repeats, clock) for comparison in _COMPARISONS]
    return pd.DataFrame([record for calculation_records in records for record in calculation_records])


def _time_implementations(
    comparison: _Comparison, rows: pd.DataFrame, repeats: int, clock: Clock
) -> list[dict[str, object]]:
    timings = {name: _time(calculate, rows, repeats, clock) for name, calculate in comparison.implementations.items()}
    loop_s, loop_result = timings["loop"]
    return [
        {
            "calculation": comparison.name,
            "implementation": name,
            "rows": len(rows),
            "seconds": seconds,
            "rows_per_second": len(rows) / seconds if len(rows) else np.nan,
            "times_faster": loop_s / seconds if len(rows) else np.nan,
            "equal": comparison.to_comparable(result) == comparison.to_comparable(loop_result),
        }
        for name, (seconds, result) in timings.items()
    ]


def _time(calculate: Calculation, rows: pd.DataFrame, repeats: int, clock: Clock) -> tuple[float, Any]:
    """Run a calculation ``repeats`` times; return the shortest time in seconds (at least 1e-9) and the result."""
    durations_s = []
    for _ in range(repeats):
        started = clock()
        result = calculate(rows)
        durations_s.append(clock() - started)
    return max(min(durations_s), 1e-9), result


def _mean_and_deviation(count: int, total: int, squares: int) -> tuple[float, float]:
    """Compute mean and population deviation from a count, a sum and a sum of squares; a deviation of 0 becomes 1."""
    if not count:
        return 0.0, 1.0
    deviation = exact_sqrt(Fraction(count * squares - total**2, count**2))
    return as_float(Fraction(total, count)), deviation or 1.0
