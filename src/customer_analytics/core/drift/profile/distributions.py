"""Computes two tables from a profile: the distribution of amounts, and the purchases per window."""

import math
from collections.abc import Iterator
from fractions import Fraction

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.core.aggregation.key_sums import I64
from customer_analytics.core.contract.columns import Column
from customer_analytics.core.drift.profile.frame_layout import COLUMN_AND_DETAIL
from customer_analytics.core.drift.profile.packed_counts import NULL, CountTable
from customer_analytics.core.drift.profile.purchase_profile import PurchaseProfile
from customer_analytics.core.drift.profile.views import count_by_window, count_numbers
from customer_analytics.core.drift.profile.windows import decode_windows
from customer_analytics.core.money.minor_units import as_float

_MANTISSAS = (100, 125, 160, 200, 250, 315, 400, 500, 630, 800)
"""Renard's R10 series (ISO 3): ten rounded steps per power of ten, evenly spaced on a logarithmic scale."""


def amount_distribution(profile: PurchaseProfile) -> pd.DataFrame:
    """Count the purchases and sum their revenue per interval of amounts.

    Returns:
        One row per interval of the R10 series, from the smallest amount to the greatest. 0 is an interval of its own.
        - ``low``, ``high`` (float64): ends of the interval in major units; it includes ``low`` but not ``high``.
        - ``rows`` (int64): number of purchases.
        - ``revenue`` (float64): sum of their amounts in major units, nearest to the exact sum.
        - ``exact`` (bool): false if the profile holds amounts in buckets.
    """
    amounts = count_numbers(profile, Column.PURCHASE_AMOUNT)
    units = amounts.units
    edges = list(_r10_edges(int(units[-1]))) if len(units) else [0, 1]
    intervals = np.searchsorted(np.array(edges, units.dtype), units, side="right") - 1
    rows = np.bincount(intervals, amounts.counts, len(edges) - 1).astype(np.int64)
    revenue_units = [0] * (len(edges) - 1)
    for interval, unit, count in zip(intervals.tolist(), units.tolist(), amounts.counts.tolist(), strict=True):
        revenue_units[interval] += unit * count
    is_shown = np.cumsum(rows) > rows[0]  # true from the first interval above 0 that has purchases
    is_shown[0] = rows[0] > 0
    shown = np.flatnonzero(is_shown)

    def to_major_units(minor_units: list[int]) -> npt.NDArray[np.float64]:
        return np.array([as_float(Fraction(minor_units[interval], amounts.scale)) for interval in shown], np.float64)

    return pd.DataFrame(
        {
            "low": to_major_units(edges),
            "high": to_major_units(edges[1:]),
            "rows": rows[shown],
            "revenue": to_major_units(revenue_units),
            "exact": np.full(len(shown), profile.approximate is None),
        }
    )


def _r10_edges(greatest: int) -> Iterator[int]:
    """Yield edges of intervals, in minor units: 0, 1, then the R10 series up to the first edge above ``greatest``."""
    yield from (0, 1)
    previous = 1
    for power in range(int(math.log10(max(greatest, 1))) + 2):
        for mantissa in _MANTISSAS:
            edge = -(-mantissa * 10**power // 100)
            if edge > previous and previous <= greatest:
                yield edge
                previous = edge


def purchases_by_window(profile: PurchaseProfile) -> pd.DataFrame:
    """Return the number of purchases, the revenue and the number of nulls of each window.

    Returns:
        One row per window that has purchases, ascending; then one row for purchases without a date, if there are any.
        - ``window`` (datetime64[us]): first day of the window; NaT for no date.
        - ``rows`` (int64): number of purchases.
        - ``revenue`` (float64): sum of their amounts in major units, without amounts from ``LARGE_CENTS`` up.
        - ``missing_<column>`` (int64): number of nulls in this column: the country, category, age or payment type.
    """
    window, _, rows, cents = count_by_window(profile, CountTable.COUNTRY)
    windows, window_index = np.unique(window, return_inverse=True)
    revenue_cents = np.zeros(len(windows), np.int64)
    np.add.at(revenue_cents, window_index, cents)
    tables = CountTable.COUNTRY, CountTable.CATEGORY, CountTable.AGE, CountTable.PAYMENT
    return pd.DataFrame(
        {
            "window": decode_windows(windows),
            "rows": np.bincount(window_index, rows, len(windows)).astype(np.int64),
            "revenue": revenue_cents / profile.scale,
            **{f"missing_{COLUMN_AND_DETAIL[table][0]}": _count_nulls(profile, table, windows) for table in tables},
        }
    ).sort_values("window", ignore_index=True)


def _count_nulls(profile: PurchaseProfile, table: CountTable, windows: I64) -> I64:
    """Return the number of nulls per window in the column of ``table``; ``windows`` is all window codes, ascending."""
    window, value, rows, _ = count_by_window(profile, table)
    is_null = value == NULL
    return np.bincount(np.searchsorted(windows, window[is_null]), rows[is_null], len(windows)).astype(np.int64)
