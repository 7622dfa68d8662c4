"""What float32 does to money, shown on data whose answer is certified."""

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from customer_analytics.core.aggregation.value_counts import ValueCounts, standard_deviation
from customer_analytics.core.money.minor_units import MinorUnits, as_float
from customer_analytics.core.money.money_sum import exact_sum

CERTIFIED_MEAN = 10000000.2
CERTIFIED_DEVIATION = 0.1
_DIGITS = 15
_TENTHS = 10


def num_acc4() -> np.ndarray:
    """NumAcc4 (float64, 1,001 values): 10000000.2, then 10000000.1 and 10000000.3 in turns, 500 times.

    Source: NIST Statistical Reference Datasets, univariate summary statistics; certified mean 10000000.2 and sample
    standard deviation 0.1, exactly.
    """
    return np.array([CERTIFIED_MEAN, *([10000000.1, 10000000.3] * 500)])


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How well NumAcc4 is summarised in one type.

    Args:
        dtype: What the values are held in.
        mean: Their mean.
        deviation: Their sample standard deviation.
        mean_digits: Digits of the mean that are right, by :func:`right_digits`.
        deviation_digits: Likewise of the deviation.
    """

    dtype: str
    mean: float
    deviation: float
    mean_digits: float
    deviation_digits: float

    @classmethod
    def of(cls, dtype: str, mean: float, deviation: float) -> "Accuracy":
        """Figures against the certified ones."""
        digits = right_digits(mean, CERTIFIED_MEAN), right_digits(deviation, CERTIFIED_DEVIATION)
        return cls(dtype, mean, deviation, *digits)


def compare_types() -> tuple[Accuracy, ...]:
    """NumAcc4 in float32, in float64 and in whole tenths, as this project holds money: whole minor units."""
    values = num_acc4()
    tenths = ValueCounts.of(np.rint(values * _TENTHS).astype(np.int64))
    floats = [
        Accuracy.of(str(dtype), float(held.mean()), float(held.std(ddof=1)))
        for dtype in (np.dtype(np.float32), np.dtype(np.float64))
        for held in (values.astype(dtype),)
    ]
    exact_mean = tenths.power_sum(1) / (tenths.count * _TENTHS)
    return *floats, Accuracy.of("whole minor units", exact_mean, standard_deviation(tenths, _TENTHS) or 0.0)


def right_digits(found: float, certified: float) -> float:
    """``-log10`` of the relative error, from 0 to 15: the log relative error of the StRD's users (McCullough 1998)."""
    if found == certified:
        return float(_DIGITS)
    return round(min(max(-math.log10(abs(found - certified) / abs(certified)), 0.0), _DIGITS), 1)


@dataclass(frozen=True, slots=True)
class MoneyLoss:
    """What float32 would do to the amounts of a chunk.

    Args:
        amounts: Amounts looked at.
        changed: Those that float32 cannot hold.
        sum_off: Major units by which their sum in float32 misses the exact sum.
    """

    amounts: int
    changed: int
    sum_off: float

    @classmethod
    def of(cls, amounts: np.ndarray, decimals: int) -> "MoneyLoss":
        """The loss of amounts (float64, major units; NaN is left out)."""
        known = amounts[~np.isnan(amounts)]
        money = MinorUnits.of(known, decimals)
        exact = exact_sum(money.units)
        with np.errstate(over="ignore", invalid="ignore"):
            single = known.astype(np.float32)
            total = float(single.sum(dtype=np.float32))
            off = total - as_float(Fraction(exact, 10**decimals))
        return cls(len(known), int((single != known).sum()), off if math.isfinite(off) else math.inf)
