"""``numeric_summary`` and the outliers: exact figures from value counts."""

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
    percentile,
    scaled_variance,
    standard_deviation,
)
from customer_analytics.core.arrow.frames import categorical
from customer_analytics.core.arrow.take import take_columns
from customer_analytics.core.contract.columns import Column
from customer_analytics.core.errors import SettingError
from customer_analytics.core.money.minor_units import as_float

PERCENTILES = (1, 5, 25, 50, 75, 95, 99)
_LOWER, _UPPER = 25, 75


@dataclass(frozen=True, slots=True)
class OutlierRules:
    """When a value counts as an outlier (``params:outliers``).

    Args:
        zscore: More population standard deviations from the mean than this.
        iqr_factor: Farther than this many interquartile ranges outside the quartiles (Tukey 1977).

    Raises:
        SettingError: A threshold that is no positive number.
    """

    zscore: float = 3.0
    iqr_factor: float = 1.5

    def __post_init__(self) -> None:
        for name in ("zscore", "iqr_factor"):
            setting = getattr(self, name)
            if not isinstance(setting, int | float) or not setting > 0:
                raise SettingError(
                    f"outliers.{name}", "a positive number", repr(setting), "see parameters_aggregation.yml"
                )


@dataclass(frozen=True, slots=True)
class Bounds:
    """The whole numbers within which a value is no outlier, both included."""

    low: int
    high: int


def zscore_bounds(counts: ValueCounts, limit: float) -> Bounds | None:
    """The values at most ``limit`` population deviations from the mean, exactly; ``None`` for no value."""
    count, total = counts.count, counts.power_sum(1)
    if not count:
        return None
    reach = Fraction(limit) ** 2 * scaled_variance(counts)
    widest = math.isqrt(reach.numerator // reach.denominator)
    return Bounds(-((widest - total) // count), (total + widest) // count)


def iqr_bounds(counts: ValueCounts, factor: float) -> Bounds | None:
    """The values within ``factor`` interquartile ranges of the quartiles, exactly; ``None`` for no value."""
    if not counts.count:
        return None
    lower, upper = exact_percentile(counts, _LOWER), exact_percentile(counts, _UPPER)
    reach = Fraction(factor) * (upper - lower)
    low, high = lower - reach, upper + reach
    return Bounds(-(-low.numerator // low.denominator), high.numerator // high.denominator)


def summarise_numbers(measures: Measures, rules: OutlierRules, decimals: int) -> pd.DataFrame:
    """``numeric_summary``: one row for the amount and one for the age.

    Returns:
        ``column`` (text); ``count``, ``nulls``, ``outliers_zscore``, ``outliers_iqr`` (int64); ``mean``,
        ``standard_deviation`` (sample), ``min``, ``max``, ``p1`` … ``p99`` (float64; amounts in major units, ages in
        years; null where there is no value). Every figure is that of all rows at once, correctly rounded.
    """
    described = [
        _describe(Column.PURCHASE_AMOUNT, measures.amounts, 10**decimals, measures.rows),
        _describe(Column.CUSTOMER_AGE, measures.ages, 1, measures.rows),
    ]
    counted = [_count_outliers(counts, rules) for counts in (measures.amounts, measures.ages)]
    table = pd.DataFrame([{**one, **other} for one, other in zip(described, counted, strict=True)])
    whole = ("count", "nulls", "outliers_zscore", "outliers_iqr")
    return table.astype({name: "int64" if name in whole else "float64" for name in table.columns if name != "column"})


@dataclass(frozen=True, slots=True)
class OutlierBounds:
    """What :func:`mark_outliers` needs to know of the whole table; a bound is ``None`` where there is no value.

    Args:
        amount_zscore: Within so many deviations as the rules allow, in minor units.
        amount_iqr: Within the quartiles' reach, in minor units.
        age_zscore: The same for the age in years.
        age_iqr: Likewise.
        centre: Mean amount in major units.
        deviation: Population standard deviation of the amount in major units; 0 where all are equal.
    """

    amount_zscore: Bounds | None
    amount_iqr: Bounds | None
    age_zscore: Bounds | None
    age_iqr: Bounds | None
    centre: float
    deviation: float

    @classmethod
    def of(cls, measures: Measures, rules: OutlierRules, decimals: int) -> "OutlierBounds":
        """The bounds of a measured table; ``decimals`` are the digits of the minor unit."""
        amounts, ages, scale = measures.amounts, measures.ages, 10**decimals
        return cls(
            zscore_bounds(amounts, rules.zscore),
            iqr_bounds(amounts, rules.iqr_factor),
            zscore_bounds(ages, rules.zscore),
            iqr_bounds(ages, rules.iqr_factor),
            as_float((mean(amounts) or Fraction(0)) / scale),
            exact_sqrt(Fraction(scaled_variance(amounts), (max(amounts.count, 1) * scale) ** 2)),
        )


def mark_outliers(clean: pd.DataFrame, bounds: OutlierBounds, decimals: int) -> pd.DataFrame:
    """The rows whose amount or age is an outlier.

    Args:
        clean: A chunk of :data:`~customer_analytics.core.contract.schemas.CLEAN`.
        bounds: The bounds of the whole table.
        decimals: Digits of the minor unit.

    Returns:
        Those rows, and ``amount_zscore`` (float64), ``amount_outlier`` and ``age_outlier``: ``zscore``, ``iqr``,
        ``zscore;iqr`` or null (category).
    """
    amounts = clean[Column.PURCHASE_AMOUNT].to_numpy()
    with np.errstate(over="ignore"):
        units = np.rint(amounts * 10**decimals)
    ages = clean[Column.CUSTOMER_AGE].to_numpy(np.float64, na_value=np.nan)
    by_amount = _outlier_codes(units, bounds.amount_zscore, bounds.amount_iqr)
    by_age = _outlier_codes(ages, bounds.age_zscore, bounds.age_iqr)
    rows = np.flatnonzero((by_amount >= 0) | (by_age >= 0))
    marks = {
        "amount_zscore": (amounts[rows] - bounds.centre) / (bounds.deviation or 1.0),
        "amount_outlier": categorical(by_amount[rows], OUTLIER_KINDS),
        "age_outlier": categorical(by_age[rows], OUTLIER_KINDS),
    }
    return pd.DataFrame(take_columns(clean, rows, clean.columns) | marks, copy=False)


OUTLIER_KINDS = ["zscore", "iqr", "zscore;iqr"]


def _outlier_codes(values: np.ndarray, by_zscore: Bounds | None, by_iqr: Bounds | None) -> np.ndarray:
    """The place in :data:`OUTLIER_KINDS` of each value, -1 for no outlier and for NaN."""
    code = np.full(len(values), -1, np.int8)
    for step, bounds in ((1, by_zscore), (2, by_iqr)):
        if bounds is not None:
            code += step * (
                (values < as_float(Fraction(bounds.low))) | (values > as_float(Fraction(bounds.high)))
            ).astype(np.int8)
    return code


def _count_outliers(counts: ValueCounts, rules: OutlierRules) -> dict[str, int]:
    by_zscore, by_iqr = zscore_bounds(counts, rules.zscore), iqr_bounds(counts, rules.iqr_factor)
    return {
        "outliers_zscore": counts.outside(by_zscore.low, by_zscore.high) if by_zscore else 0,
        "outliers_iqr": counts.outside(by_iqr.low, by_iqr.high) if by_iqr else 0,
    }


def _describe(column: str, counts: ValueCounts, scale: int, rows: int) -> dict[str, object]:
    centre = mean(counts)
    least, most = (counts.at(0), counts.at(counts.count - 1)) if counts.count else (None, None)
    return {
        "column": str(column),
        "count": counts.count,
        "nulls": rows - counts.count,
        "mean": None if centre is None else as_float(centre / scale),
        "standard_deviation": standard_deviation(counts, scale),
        "min": None if least is None else as_float(Fraction(least, scale)),
        "max": None if most is None else as_float(Fraction(most, scale)),
        **{f"p{percent}": percentile(counts, percent, scale) for percent in PERCENTILES},
    }
