"""Measure the accuracy of number types for money: compute the mean and deviation of data with certified results."""

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from customer_analytics.core.aggregation.value_counts import ValueCounts, standard_deviation
from customer_analytics.core.money.minor_units import MinorUnits, as_float
from customer_analytics.core.money.money_sum import exact_sum

CERTIFIED_MEAN = 10000000.2
CERTIFIED_DEVIATION = 0.1
_MAX_DIGITS = 15
_TENTHS = 10


def num_acc4() -> np.ndarray:
    """Return the test data NumAcc4 (float64, 1,001 values): 10000000.2, then 500 pairs of 10000000.1 and 10000000.3.

    Source: NIST Statistical Reference Datasets (StRD), univariate summary statistics. The certified mean is exactly
    10000000.2, the certified sample standard deviation exactly 0.1.
    """
    return np.array([CERTIFIED_MEAN, *([10000000.1, 10000000.3] * 500)])


@dataclass(frozen=True, slots=True)
class Accuracy:
    """The mean and the deviation that one number type gives for NumAcc4, and how many digits of each are correct."""

    dtype: str
    mean: float
    deviation: float
    mean_digits: float
    deviation_digits: float

    @classmethod
    def of(cls, dtype: str, mean: float, deviation: float) -> "Accuracy":
        """Compare a computed mean and standard deviation with the certified values, and count the correct digits."""
        mean_digits = count_correct_digits(mean, CERTIFIED_MEAN)
        return cls(dtype, mean, deviation, mean_digits, count_correct_digits(deviation, CERTIFIED_DEVIATION))


def compare_types() -> tuple[Accuracy, ...]:
    """Compute the accuracy of float32, float64 and integers of minor units (here tenths), in this order."""
    values = num_acc4()
    tenths = ValueCounts.of(np.rint(values * _TENTHS).astype(np.int64))
    float_accuracies = [
        Accuracy.of(str(dtype), float(values.astype(dtype).mean()), float(values.astype(dtype).std(ddof=1)))
        for dtype in (np.dtype(np.float32), np.dtype(np.float64))
    ]
    exact_mean = tenths.power_sum(1) / (tenths.count * _TENTHS)
    exact_deviation = standard_deviation(tenths, _TENTHS) or 0.0
    return *float_accuracies, Accuracy.of("whole minor units", exact_mean, exact_deviation)


def count_correct_digits(value: float, certified: float) -> float:
    """Return how many digits are correct: ``-log10`` of the relative error, between 0 and 15 (McCullough 1998)."""
    if value == certified:
        return float(_MAX_DIGITS)
    digits = -math.log10(abs(value - certified) / abs(certified))
    return round(min(max(digits, 0.0), _MAX_DIGITS), 1)


@dataclass(frozen=True, slots=True)
class Float32Loss:
    """The loss of precision if amounts are stored as float32.

    Args:
        amounts: Number of amounts that are not null.
        changed: Number of amounts that have a different value in float32.
        sum_error: Sum in float32 minus the exact sum, in major units.
    """

    amounts: int
    changed: int
    sum_error: float

    @classmethod
    def of(cls, amounts: np.ndarray, decimals: int) -> "Float32Loss":
        """Compare amounts (float64, major units, NaN for null) with their values in float32."""
        known_amounts = amounts[~np.isnan(amounts)]
        money = MinorUnits.of(known_amounts, decimals)
        exact_total = exact_sum(money.units)
        amounts_float32 = known_amounts.astype(np.float32)
        changed = int((amounts_float32 != known_amounts).sum())
        sum_error = float(amounts_float32.sum(dtype=np.float32)) - as_float(Fraction(exact_total, 10**decimals))
        return cls(len(known_amounts), changed, sum_error)
