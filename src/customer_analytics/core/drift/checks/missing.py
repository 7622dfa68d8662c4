"""Findings about nulls, and about columns with too few values to compare."""

from typing import NamedTuple

from customer_analytics.core.drift.checks.findings import Finding, Outcome, build_finding
from customer_analytics.core.drift.checks.pair import ProfilePair
from customer_analytics.core.drift.statistics.shares import compare_shares
from customer_analytics.core.drift.statistics.significance import ONE_SIDED_95, TWO_SIDED_95


class Segment(NamedTuple):
    """A segment's name, its row count in each profile, and how many standard errors the bounds are from an effect."""

    name: str
    rows: tuple[int, int]
    bound_z: float


def compare_missing(
    pair: ProfilePair, column: str, nulls: tuple[int, int], dispersion: float, segment: Segment | None = None
) -> Finding:
    """Return the finding about the share of nulls of a column in one segment; ``segment=None`` means all rows.

    ``nulls`` holds the number of nulls in each profile. ``dispersion`` is the variance of the share of nulls between
    the baseline's windows, divided by the variance for independent rows.
    """
    name, rows, bound_z = segment or Segment("all", pair.rows, ONE_SIDED_95)
    difference = compare_shares(nulls, rows, dispersion)
    location = "" if name == "all" else f" in {name}"
    return build_finding(
        pair.settings,
        "missing",
        difference.effect,
        bound_z * difference.error,
        column=column,
        segment=name,
        baseline=difference.baseline,
        current=difference.current,
        floor=TWO_SIDED_95 * difference.null_error,
        p=difference.p,
        explanation=f"{column} is missing in {difference.current:.2%} of rows{location}, "
        f"before in {difference.baseline:.2%} "
        f"({nulls[1]:,} of {rows[1]:,} rows; {difference.effect * 100:+.2f} points).",
    )


def find_too_few_values(pair: ProfilePair, column: str, values: tuple[int, int]) -> list[Finding]:
    """Return one finding if a count in ``values`` (baseline, current) is below ``rows_min``, else an empty list."""
    rows_min = pair.settings.rows_min
    if min(values) >= rows_min:
        return []
    explanation = (
        f"{column}: {values[0]:,} values before, {values[1]:,} now; a comparison needs {rows_min:,} on both sides."
    )
    return [Finding(column=column, measure="values", outcome=Outcome.INSUFFICIENT, explanation=explanation)]
