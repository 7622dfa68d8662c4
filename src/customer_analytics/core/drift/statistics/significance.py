"""Tail probabilities, confidence intervals and multiple testing."""

from collections.abc import Sequence
from statistics import NormalDist
from types import ModuleType

import numpy as np

from customer_analytics.core.drift.statistics.numeric import Floats

TWO_SIDED_95 = NormalDist().inv_cdf(0.975)
"""z-score of two-sided bounds with 95 %."""

ONE_SIDED_95 = NormalDist().inv_cdf(0.95)
"""z-score of one-sided bounds with 95 %."""

KOLMOGOROV_95 = 1.3580986393225507
"""95 % quantile of the Kolmogorov distribution."""


def simultaneous_z(bounds: int) -> float:
    """Return the z-score of one-sided bounds that all hold with 95 % probability; ``bounds`` is their number."""
    return NormalDist().inv_cdf(1 - 0.05 / max(bounds, 1))


def normal_p(z: Floats | float) -> Floats:
    """Return the two-sided p-values of z-scores."""
    return np.asarray(2 * _scipy_special().ndtr(-np.abs(z)), np.float64)


def student_p(t: float, df: float) -> float:
    """Return the two-sided p-value of a t statistic."""
    return float(2 * _scipy_special().stdtr(df, -abs(t)))


def chi_square_p(statistic: float, df: int) -> float:
    """Return the p-value of a chi-square statistic: 1 if ``df`` is 0, and 0 if the p-value is too small for a float."""
    return float(_scipy_special().chdtrc(df, statistic)) if df > 0 else 1.0


def kolmogorov_p(distance: float, rows: float) -> float:
    """Return the asymptotic p-value of the Kolmogorov-Smirnov distance D; it is too large if values are tied.

    ``rows`` is n m / (n + m), where n and m are the sizes of the two samples.
    """
    return float(_scipy_special().kolmogorov(np.sqrt(rows) * distance))


def wilson_interval(count: int, rows: int, z: float = TWO_SIDED_95) -> tuple[float, float]:
    """Return Wilson's score interval (1927) of the share ``count / rows``; (0, 1) if ``rows`` is 0."""
    if rows == 0:
        return 0.0, 1.0
    share = count / rows
    center = (share + z * z / (2 * rows)) / (1 + z * z / rows)
    half_width = z / (1 + z * z / rows) * np.sqrt(share * (1 - share) / rows + z * z / (4 * rows * rows))
    return max(0.0, float(center - half_width)), min(1.0, float(center + half_width))


def benjamini_hochberg(p_values: Sequence[float]) -> list[float]:
    """Return the p-values, adjusted by Benjamini and Hochberg (1995), in the order of ``p_values``."""
    p = np.asarray(p_values, np.float64)
    order = np.argsort(p, kind="stable")
    scaled = p[order] * len(p) / np.arange(1, len(p) + 1)
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return [float(adjusted_p) for adjusted_p in adjusted]


def _scipy_special() -> ModuleType:
    from scipy import special  # type: ignore[import-untyped,unused-ignore]  # noqa: PLC0415  slow, and rarely needed

    return special
