"""The table ``numeric_summary``: statistics of amount and age, computed from how often each value occurs."""

from fractions import Fraction

import pandas as pd

from customer_analytics.core.aggregation.measures import Measures
from customer_analytics.core.aggregation.outliers import OutlierRules, count_outliers
from customer_analytics.core.aggregation.value_counts import ValueCounts, mean, percentile, standard_deviation
from customer_analytics.core.contract.columns import Column
from customer_analytics.core.money.minor_units import as_float

PERCENTILES = (1, 5, 25, 50, 75, 95, 99)

_WHOLE_FIGURES = ("count", "nulls", "outliers_zscore", "outliers_iqr")


def summarise_numbers(measures: Measures, rules: OutlierRules, decimals: int) -> pd.DataFrame:
    """Return the table ``numeric_summary``, which has one row for the amount and one for the age.

    Returns:
        - ``column``: the name of the column (text).
        - ``count``, ``nulls``, ``outliers_zscore``, ``outliers_iqr``: how many values, nulls and outliers (int64).
        - ``mean``, ``standard_deviation`` (sample), ``min``, ``max``, ``p1`` … ``p99``: float64, in major units or
          years; null if there is no value. Percentiles equal NumPy's; the other floats are correctly rounded.
    """
    amount = _summarise(Column.PURCHASE_AMOUNT, measures.amounts, 10**decimals, measures.rows)
    age = _summarise(Column.CUSTOMER_AGE, measures.ages, 1, measures.rows)
    table = pd.DataFrame([amount | count_outliers(measures.amounts, rules), age | count_outliers(measures.ages, rules)])
    figures = [name for name in table.columns if name != "column"]
    return table.astype({name: "int64" if name in _WHOLE_FIGURES else "float64" for name in figures})


def _summarise(column: str, counts: ValueCounts, scale: int, rows: int) -> dict[str, object]:
    mean_value = mean(counts)
    extremes = [counts.value_at_rank(rank) for rank in (0, counts.count - 1)] if counts.count else []
    minimum, maximum = [as_float(Fraction(value, scale)) for value in extremes] or (None, None)
    return {
        "column": str(column),
        "count": counts.count,
        "nulls": rows - counts.count,
        "mean": None if mean_value is None else as_float(mean_value / scale),
        "standard_deviation": standard_deviation(counts, scale),
        "min": minimum,
        "max": maximum,
        **{f"p{percent}": percentile(counts, percent, scale) for percent in PERCENTILES},
    }
