"""Tail probabilities and multiple testing. SciPy is imported where it is needed: it costs half a second."""

from collections.abc import Sequence
from statistics import NormalDist
from types import ModuleType
from typing import cast

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

TWO_SIDED_95 = NormalDist().inv_cdf(0.975)
ONE_SIDED_95 = NormalDist().inv_cdf(0.95)
KOLMOGOROV_95 = 1.3580986393225507
"""The 95 % point of the Kolmogorov distribution."""


def simultaneous(findings: int) -> float:
    """The z of one-sided bounds that hold for so many findings at once with 95 % (Bonferroni)."""
    return NormalDist().inv_cdf(1 - 0.05 / max(findings, 1))


def normal_p(z: Floats) -> Floats:
    """Two-sided p-values of z-scores."""
    return np.asarray(2 * _special().ndtr(-np.abs(z)), np.float64)


def student_p(t: float, df: float) -> float:
    """Two-sided p-value of a t statistic."""
    return float(2 * _special().stdtr(df, -abs(t)))


def chi_square_p(statistic: float, df: int) -> float:
    """Upper tail of chi-square; 1 for no degrees of freedom, 0 where it underflows."""
    return float(_special().chdtrc(df, statistic)) if df > 0 else 1.0


def kolmogorov_p(distance: float, rows: float) -> float:
    """Asymptotic p-value of D for two samples whose harmonic size n m / (n + m) is ``rows``; conservative with ties."""
    return float(_special().kolmogorov(np.sqrt(rows) * distance))


def wilson(part: int, rows: int, z: float = TWO_SIDED_95) -> tuple[float, float]:
    """Wilson's score interval of a share (1927); (0, 1) for no rows."""
    if rows == 0:
        return 0.0, 1.0
    share = part / rows
    middle = (share + z * z / (2 * rows)) / (1 + z * z / rows)
    half = z / (1 + z * z / rows) * np.sqrt(share * (1 - share) / rows + z * z / (4 * rows * rows))
    return max(0.0, float(middle - half)), min(1.0, float(middle + half))


def benjamini_hochberg(p_values: Sequence[float]) -> list[float]:
    """Adjusted p-values (Benjamini and Hochberg, 1995), in the order given."""
    p = np.asarray(p_values, np.float64)
    order = np.argsort(p, kind="stable")
    scaled = p[order] * len(p) / np.arange(1, len(p) + 1)
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return [float(each) for each in adjusted]


def _special() -> ModuleType:
    from scipy import special  # type: ignore[import-untyped,unused-ignore]  # noqa: PLC0415  costs half a second

    return cast(ModuleType, special)
