"""The same calculation as a Python loop, in pandas and in NumPy: what each takes, and that the answers are equal.

Amounts are whole minor units, so that sums are exact in every order; the mean and the deviation that follow from them
are rounded once. Equal therefore means equal: every sum as an integer, every z-score to the last bit.
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


def comparable_rows(typed: pd.DataFrame, decimals: int) -> pd.DataFrame:
    """The rows to calculate with.

    Args:
        typed: ``faults``, ``purchase_amount`` and ``country_code`` of a chunk of the typed table.
        decimals: Digits of the minor unit.

    Returns:
        ``group`` (category, the country) and ``units`` (int64, the amount in minor units) of the rows without faults,
        but for those whose squares would not add up in int64.
    """
    valid = typed[(typed[FAULTS] == 0) & typed[Column.COUNTRY_CODE].notna()]
    money = MinorUnits.of(valid[Column.PURCHASE_AMOUNT].to_numpy(), decimals)
    fits = money.units <= isqrt(np.iinfo(np.int64).max // max(len(valid), 1))
    groups = valid.loc[fits, Column.COUNTRY_CODE].cat.remove_unused_categories()
    return pd.DataFrame({GROUP: groups.array, UNITS: money.units[fits]})


def loop_zscores(rows: pd.DataFrame) -> list[float]:
    """Z-scores of the amounts, one row after the other."""
    units: list[int] = rows[UNITS].tolist()
    total = squares = 0
    for amount in units:
        total += amount
        squares += amount * amount
    centre, deviation = _moments(len(units), total, squares)
    scores = []
    for amount in units:
        scores.append((amount - centre) / deviation)  # noqa: PERF401  the loop is what is measured
    return scores


def pandas_zscores(rows: pd.DataFrame) -> pd.Series:
    """Z-scores of the amounts, by columns of pandas."""
    units = rows[UNITS]
    centre, deviation = _moments(len(units), int(units.sum()), int((units * units).sum()))
    return (units - centre) / deviation


def numpy_zscores(rows: pd.DataFrame) -> np.ndarray:
    """Z-scores of the amounts, by arrays of NumPy."""
    units = rows[UNITS].to_numpy()
    centre, deviation = _moments(len(units), int(units.sum()), int(np.dot(units, units)))
    return (units - centre) / deviation


def loop_sums(rows: pd.DataFrame) -> dict[str, int]:
    """Minor units of each group, one row after the other."""
    sums: dict[str, int] = {}
    for group, amount in zip(rows[GROUP].tolist(), rows[UNITS].tolist(), strict=True):
        sums[group] = sums.get(group, 0) + amount
    return sums


def pandas_sums(rows: pd.DataFrame) -> dict[str, int]:
    """Minor units of each group, by pandas' ``groupby``."""
    sums = rows.groupby(GROUP, observed=True)[UNITS].sum()
    return {str(group): int(units) for group, units in sums.items()}


def numpy_sums(rows: pd.DataFrame) -> dict[str, int]:
    """Minor units of each group, by one ``bincount``; its float64 sums are whole numbers below 2**53."""
    groups = rows[GROUP].cat
    sums = np.bincount(groups.codes.to_numpy(), rows[UNITS].to_numpy(), len(groups.categories))
    return {group: int(units) for group, units in zip(groups.categories, sums.tolist(), strict=True)}


class _Compared(NamedTuple):
    """A calculation in three ways, the loop first, and what makes its answers comparable by ``==``."""

    name: str
    ways: dict[str, Calculation]
    comparable: Callable[[Any], object]


_COMPARED = (
    _Compared(
        "z-scores of the amount",
        {"loop": loop_zscores, "pandas": pandas_zscores, "NumPy": numpy_zscores},
        lambda scores: np.asarray(scores, np.float64).tobytes(),
    ),
    _Compared(
        "revenue by country",
        {"loop": loop_sums, "pandas": pandas_sums, "NumPy": numpy_sums},
        lambda sums: sums,
    ),
)


def time_calculations(rows: pd.DataFrame, repeats: int, clock: Clock = time.perf_counter) -> pd.DataFrame:
    """Do every calculation in every way.

    Args:
        rows: As :func:`comparable_rows` gives them.
        repeats: The fastest of so many counts.
        clock: Seconds from some moment on.

    Returns:
        A row per calculation and way: ``calculation``, ``way`` (text), ``rows`` (int64), ``seconds``,
        ``rows_per_second``, ``times_faster`` than the loop (float64; null where there are no rows) and ``equal`` to the
        loop's answer (bool).
    """
    timed = [_time_ways(one, rows, repeats, clock) for one in _COMPARED]
    return pd.DataFrame([row for ways in timed for row in ways])


def _time_ways(compared: _Compared, rows: pd.DataFrame, repeats: int, clock: Clock) -> list[dict[str, object]]:
    timed = {way: _time(calculate, rows, repeats, clock) for way, calculate in compared.ways.items()}
    loop_s, expected = timed["loop"]
    return [
        {
            "calculation": compared.name,
            "way": way,
            "rows": len(rows),
            "seconds": seconds,
            "rows_per_second": len(rows) / seconds if len(rows) else np.nan,
            "times_faster": loop_s / seconds if len(rows) else np.nan,
            "equal": compared.comparable(answer) == compared.comparable(expected),
        }
        for way, (seconds, answer) in timed.items()
    ]


def _time(calculate: Calculation, rows: pd.DataFrame, repeats: int, clock: Clock) -> tuple[float, Any]:
    took = []
    for _ in range(repeats):
        started = clock()
        answer = calculate(rows)
        took.append(clock() - started)
    return max(min(took), 1e-9), answer


def _moments(count: int, total: int, squares: int) -> tuple[float, float]:
    """Mean and population standard deviation, both correctly rounded; the deviation is 1 where all are equal."""
    if not count:
        return 0.0, 1.0
    deviation = exact_sqrt(Fraction(count * squares - total**2, count**2))
    return as_float(Fraction(total, count)), deviation or 1.0
