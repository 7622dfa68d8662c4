"""The finding about nulls of a column."""

from typing import NamedTuple

import numpy as np

from customer_analytics.core.drift.checks.findings import Finding
from customer_analytics.core.drift.checks.pair import Pair
from customer_analytics.core.drift.statistics.significance import ONE_SIDED_95, TWO_SIDED_95, normal_p


class Part(NamedTuple):
    """Rows of both sides that nulls are counted in.

    Args:
        segment: What they are of.
        rows: Rows of both sides.
        reach: z of the bounds of the effect.
    """

    segment: str
    rows: tuple[int, int]
    reach: float


def missing_finding(
    pair: Pair, column: str, nulls: tuple[int, int], dispersion: float, part: Part | None = None
) -> Finding:
    """Change of the share of nulls.

    Args:
        pair: The profiles.
        column: The column.
        nulls: Nulls of both sides.
        dispersion: Of the share of nulls between the baseline's windows.
        part: What the nulls are counted in; all rows by default.
    """
    segment, sizes, reach = part or Part("all", pair.rows, ONE_SIDED_95)
    before, now = (null / max(size, 1) for null, size in zip(nulls, sizes, strict=True))
    inverse = sum(1 / max(size, 1) for size in sizes)
    pooled = sum(nulls) / max(sum(sizes), 1)
    error = float(np.sqrt(pooled * (1 - pooled) * inverse * dispersion))
    apart = float(np.sqrt(dispersion * sum(s * (1 - s) / max(n, 1) for s, n in zip((before, now), sizes, strict=True))))
    effect = now - before
    gap = max(0.0, abs(effect) - inverse / 2)  # continuity correction
    warn, fail = pair.settings.thresholds("missing")
    return Finding(
        column=column,
        segment=segment,
        measure="missing",
        baseline=before,
        current=now,
        effect=effect,
        low=max(0.0, abs(effect) - reach * apart),
        high=abs(effect) + reach * apart,
        floor=TWO_SIDED_95 * error,
        p=float(normal_p(np.array([gap / error]))[0]) if error > 0 else 1.0,
        warn=warn,
        fail=fail,
        words=f"{column} is missing in {now:.2%} of rows{_in(segment)}, before in {before:.2%} "
        f"({nulls[1]:,} of {sizes[1]:,} rows; {effect * 100:+.2f} points).",
    )


def _in(segment: str) -> str:
    return "" if segment == "all" else f" in {segment}"
