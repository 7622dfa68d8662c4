"""The textbook rule: Kolmogorov-Smirnov for numbers, chi-square for categories, drift where p < 0.05."""

import pandas as pd
from pairs import CATEGORICAL, NUMERICAL

SIGNIFICANCE = 0.05


def alarms(baseline: pd.DataFrame, current: pd.DataFrame) -> list[dict[str, str]]:
    """The columns whose test is significant; nulls are left out, as these tests have no place for them."""
    from scipy import stats  # noqa: PLC0415  its import is part of its time

    found = {}
    for column in NUMERICAL:
        found[column] = stats.ks_2samp(baseline[column].dropna(), current[column].dropna()).pvalue
    for column in CATEGORICAL:
        counts = [side[column].value_counts() for side in (baseline, current)]
        table = pd.concat(counts, axis=1).fillna(0)
        found[column] = stats.chi2_contingency(table.T)[1]
    return [{"column": column, "says": f"p = {p:.2g}"} for column, p in found.items() if p < SIGNIFICANCE]
