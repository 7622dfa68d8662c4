"""Outliers of amount and age: the rules, and exact bounds computed from how often each value occurs."""

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pandas as pd

from customer_analytics.core.aggregation.measures import Measures
from customer_analytics.core.aggregation.value_counts import (
    ValueCounts,
    exact_percentile,
    exact_sqrt,
    mean,
    scaled_variance,
)
from customer_analytics.core.arrow.frames import categorical
from customer_analytics.core.arrow.take import take_columns
from customer_analytics.core.contract.columns import Column
from customer_analytics.core.errors import SettingError
from customer_analytics.core.money.minor_units import as_float

OUTLIER_KINDS = ["zscore", "iqr", "zscore;iqr"]
"""The texts in ``outlier_purchases`` that name the rules by which a value is an outlier."""


@dataclass(frozen=True, slots=True)
class OutlierRules:
    """The settings of the two outlier rules (``params:outliers``); ``iqr_factor`` is described by Tukey (1977).

    Args:
        zscore: A value is an outlier if it is farther from the mean than this many population standard deviations.
        iqr_factor: A value is an outlier if it is farther outside the quartiles than this many interquartile ranges.

    Raises:
        SettingError: A setting is not a positive number.
    """

    zscore: float
    iqr_factor: float

    def __post_init__(self) -> None:
        for name in ("zscore", "iqr_factor"):
            threshold = getattr(self, name)
            if not isinstance(threshold, int | float) or not threshold > 0:
                hint = "see parameters_aggregation.yml"
                raise SettingError(f"outliers.{name}", "a positive number", repr(threshold), hint)


@dataclass(frozen=True, slots=True)
class Bounds:
    """The lowest and the highest whole number that are not outliers."""

    low: int
    high: int


def zscore_bounds(counts: ValueCounts, limit: float) -> Bounds | None:
    """Return the bounds at ``limit`` population standard deviations from the mean; ``None`` if there is no value."""
    count, total = counts.count, counts.power_sum(1)
    if not count:
        return None
    reach_squared = Fraction(limit) ** 2 * scaled_variance(counts)
    reach = math.isqrt(reach_squared.numerator // reach_squared.denominator)
    return Bounds(-((reach - total) // count), (total + reach) // count)


def iqr_bounds(counts: ValueCounts, factor: float) -> Bounds | None:
    """Return the bounds at ``factor`` interquartile ranges outside the quartiles; ``None`` if there is no value."""
    if not counts.count:
        return None
    lower_quartile, upper_quartile = exact_percentile(counts, 25), exact_percentile(counts, 75)
    reach = Fraction(factor) * (upper_quartile - lower_quartile)
    return Bounds(math.ceil(lower_quartile - reach), math.floor(upper_quartile + reach))


@dataclass(frozen=True, slots=True)
class OutlierBounds:
    """The outlier bounds of amounts (minor units) and ages (years) by each rule; ``None`` if a column has no value.

    ``mean_amount`` and ``amount_deviation`` (population standard deviation) are in major units; 0 without amounts.
    """

    amount_zscore: Bounds | None
    amount_iqr: Bounds | None
    age_zscore: Bounds | None
    age_iqr: Bounds | None
    mean_amount: float
    amount_deviation: float

    @classmethod
    def of(cls, measures: Measures, rules: OutlierRules, decimals: int) -> "OutlierBounds":
        """Compute the bounds from the measures of the whole table; amounts have ``decimals`` decimal places."""
        amounts, ages, scale = measures.amounts, measures.ages, 10**decimals
        return cls(
            zscore_bounds(amounts, rules.zscore),
            iqr_bounds(amounts, rules.iqr_factor),
            zscore_bounds(ages, rules.zscore),
            iqr_bounds(ages, rules.iqr_factor),
            as_float((mean(amounts) or Fraction(0)) / scale),
            exact_sqrt(Fraction(scaled_variance(amounts), (max(amounts.count, 1) * scale) ** 2)),
        )


def count_outliers(counts: ValueCounts, rules: OutlierRules) -> dict[str, int]:
    """Return a dict with the number of outliers by each rule: ``outliers_zscore`` and ``outliers_iqr``."""
    bounds_by_kind = {
        "outliers_zscore": zscore_bounds(counts, rules.zscore),
        "outliers_iqr": iqr_bounds(counts, rules.iqr_factor),
    }
    return {
        kind: counts.count_outside(bounds.low, bounds.high) if bounds else 0 for kind, bounds in bounds_by_kind.items()
    }


def mark_outliers(clean: pd.DataFrame, bounds: OutlierBounds, decimals: int) -> pd.DataFrame:
    """Select the rows whose amount or age is an outlier, and add columns that describe the outliers.

    Args:
        clean: A chunk of :data:`~customer_analytics.core.contract.schemas.CLEAN`.
        bounds: The bounds computed from the whole table.
        decimals: Decimal places of the minor unit.

    Returns:
        The selected rows with three more columns: ``amount_zscore`` (float64), ``amount_outlier`` and ``age_outlier``
        (category). The last two have one of :data:`OUTLIER_KINDS`, or null if the value is not an outlier.
    """
    amounts = clean[Column.PURCHASE_AMOUNT].to_numpy()
    ages = clean[Column.CUSTOMER_AGE].to_numpy(np.float64, na_value=np.nan)
    amount_kinds = _outlier_codes(np.rint(amounts * 10**decimals), bounds.amount_zscore, bounds.amount_iqr)
    age_kinds = _outlier_codes(ages, bounds.age_zscore, bounds.age_iqr)
    rows = np.flatnonzero((amount_kinds >= 0) | (age_kinds >= 0))
    marks = {
        "amount_zscore": (amounts[rows] - bounds.mean_amount) / (bounds.amount_deviation or 1.0),
        "amount_outlier": categorical(amount_kinds[rows], OUTLIER_KINDS),
        "age_outlier": categorical(age_kinds[rows], OUTLIER_KINDS),
    }
    return pd.DataFrame(take_columns(clean, rows, clean.columns) | marks, copy=False)


def _outlier_codes(values: np.ndarray, by_zscore: Bounds | None, by_iqr: Bounds | None) -> np.ndarray:
    """Return for each value the index of its kind in :data:`OUTLIER_KINDS` (int8); -1 for NaN and for non-outliers."""
    codes = np.full(len(values), -1, np.int8)
    for step, bounds in ((1, by_zscore), (2, by_iqr)):
        if bounds is not None:
            low, high = as_float(Fraction(bounds.low)), as_float(Fraction(bounds.high))
            codes += step * ((values < low) | (values > high)).astype(np.int8)
    return codes
