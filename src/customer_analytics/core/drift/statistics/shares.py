"""The difference of a share between two samples, with its standard errors and p-value."""

from typing import NamedTuple

import numpy as np

from customer_analytics.core.drift.statistics.significance import normal_p


class ShareDifference(NamedTuple):
    """The difference of a share between two samples.

    Args:
        baseline: Share in the baseline.
        current: Share in the current sample.
        effect: ``current`` minus ``baseline``.
        null_error: Standard error of the effect, assuming that the true share is the same in both samples.
        error: Standard error of the effect without this assumption.
        p: Two-sided p-value of a z-test with continuity correction.
    """

    baseline: float
    current: float
    effect: float
    null_error: float
    error: float
    p: float


def compare_shares(counts: tuple[int, int], sizes: tuple[int, int], dispersion: float) -> ShareDifference:
    """Compare the shares ``counts / sizes`` of two samples; index 0 is the baseline. An empty sample has the share 0.

    ``dispersion`` is the variance of the share divided by the variance for independent rows.
    """
    baseline, current = (count / max(size, 1) for count, size in zip(counts, sizes, strict=True))
    inverse_sizes = sum(1 / max(size, 1) for size in sizes)
    pooled = sum(counts) / max(sum(sizes), 1)
    variances = sum(share * (1 - share) / max(size, 1) for share, size in zip((baseline, current), sizes, strict=True))
    null_error = float(np.sqrt(pooled * (1 - pooled) * inverse_sizes * dispersion))
    effect = current - baseline
    corrected = max(0.0, abs(effect) - inverse_sizes / 2)
    p = float(normal_p(corrected / null_error)) if null_error > 0 else 1.0
    return ShareDifference(baseline, current, effect, null_error, float(np.sqrt(dispersion * variances)), p)
