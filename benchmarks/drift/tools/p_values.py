"""The textbook rule: Kolmogorov-Smirnov for numbers and chi-square for categories; p < 0.05 is drift."""

import pandas as pd
from pairs import CATEGORICAL, NUMERICAL

SIGNIFICANCE = 0.05


def find_alarms(baseline: pd.DataFrame, current: pd.DataFrame) -> list[dict[str, str]]:
    """Return the columns whose test is significant. The tests exclude nulls."""
    from scipy import stats  # noqa: PLC0415  the time of the tool includes its import

    p_by_column = {}
    for column in NUMERICAL:
        p_by_column[column] = stats.ks_2samp(baseline[column].dropna(), current[column].dropna()).pvalue
    for column in CATEGORICAL:
        counts = [delivery[column].value_counts() for delivery in (baseline, current)]
        table = pd.concat(counts, axis=1).fillna(0)
        p_by_column[column] = stats.chi2_contingency(table.T)[1]
    return [{"column": column, "message": f"p = {p:.2g}"} for column, p in p_by_column.items() if p < SIGNIFICANCE]
