"""Small tables that a profile holds: how amounts are distributed, and every window in one row."""

import math
from collections.abc import Iterator
from fractions import Fraction

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.core.contract.columns import Column
from customer_analytics.core.drift.profile import packed_counts as cells
from customer_analytics.core.drift.profile.packed_counts import CountTable
from customer_analytics.core.drift.profile.purchase_profile import ProfileShape, PurchaseProfile
from customer_analytics.core.drift.profile.views import numbers, per_window, window_values
from customer_analytics.core.drift.profile.windows import window_dates
from customer_analytics.core.money.minor_units import as_float

I64 = npt.NDArray[np.int64]

_MANTISSAS = (100, 125, 160, 200, 250, 315, 400, 500, 630, 800)
"""Renard's R10 series (ISO 3): ten steps per power of ten, evenly spaced on a logarithmic scale, in round numbers."""


def amount_distribution(profile: PurchaseProfile) -> pd.DataFrame:
    """How many purchases have an amount of what size.

    Returns:
        One row per interval of the R10 series from the least amount to the greatest, amounts of 0 in one of their own:
        ``low`` (float64, major units, included), ``high`` (float64, not included), ``rows`` (int64), ``revenue``
        (float64, the float nearest to the exact sum), ``exact`` (bool; false where amounts had to be bucketed). No row
        for no purchase.
    """
    amounts = numbers(profile, Column.PURCHASE_AMOUNT)
    units, scale = amounts.units, amounts.scale
    edges = list(_edges(int(units[-1]))) if len(units) else [0, 1]
    at = np.searchsorted(np.array(edges, units.dtype), units, side="right") - 1
    rows = np.bincount(at, amounts.counts, len(edges) - 1).astype(np.int64)
    money = [0] * (len(edges) - 1)
    for place, unit, count in zip(at.tolist(), units.tolist(), amounts.counts.tolist(), strict=True):
        money[place] += unit * count
    first = next((place for place in range(1, len(rows)) if rows[place]), len(rows))
    kept = [0] * bool(rows[0]) + list(range(first, len(rows)))
    return pd.DataFrame(
        {
            "low": np.array([as_float(Fraction(edges[place], scale)) for place in kept], np.float64),
            "high": np.array([as_float(Fraction(edges[place + 1], scale)) for place in kept], np.float64),
            "rows": rows[kept],
            "revenue": np.array([as_float(Fraction(money[place], scale)) for place in kept], np.float64),
            "exact": np.full(len(kept), profile.approximate is None),
        }
    )


def _edges(greatest: int) -> Iterator[int]:
    """0, 1, and the R10 series in minor units, up to the first that is above the greatest amount."""
    yield from (0, 1)
    last = 1
    for power in range(int(math.log10(max(greatest, 1))) + 2):
        for mantissa in _MANTISSAS:
            edge = -(-mantissa * 10**power // 100)
            if edge > last and last <= greatest:
                yield edge
                last = edge


def purchases_by_window(profile: PurchaseProfile) -> pd.DataFrame:
    """Every window of a delivery in one row.

    Returns:
        ``window`` (datetime64[us], first day, ascending; NaT for purchases without a date, where there are any),
        ``rows`` (int64), ``revenue`` (float64, major units, without amounts from 687 million on) and, for each column
        that can be missing, ``missing_<column>`` (int64, rows). No row for no purchase.
    """
    windows, values, rows, cents = per_window(profile, CountTable.COUNTRY)
    every, place = np.unique(windows, return_inverse=True)
    scale = 10 ** (profile.shape or ProfileShape()).amount_decimals
    money = np.zeros(len(every), np.int64)
    np.add.at(money, place, cents)
    missing = {
        Column.COUNTRY_CODE: _nulls(windows[values == cells.NULL], rows[values == cells.NULL]),
        Column.PRODUCT_CATEGORY: _nulls_of(profile, CountTable.CATEGORY),
        Column.CUSTOMER_AGE: window_values(profile, Column.CUSTOMER_AGE).nulls,
        Column.PAYMENT_TYPE: _nulls_of(profile, CountTable.PAYMENT),
    }
    return pd.DataFrame(
        {
            "window": window_dates(every),
            "rows": np.bincount(place, rows, len(every)).astype(np.int64),
            "revenue": money / scale,
            **{
                f"missing_{column}": np.array([counted.get(int(window), 0) for window in every], np.int64)
                for column, counted in missing.items()
            },
        }
    ).sort_values("window", ignore_index=True)


def _nulls_of(profile: PurchaseProfile, table: CountTable) -> dict[int, int]:
    windows, values, rows, _ = per_window(profile, table)
    return _nulls(windows[values == cells.NULL], rows[values == cells.NULL])


def _nulls(windows: I64, rows: I64) -> dict[int, int]:
    return {int(window): int(count) for window, count in zip(windows, rows, strict=True)}
