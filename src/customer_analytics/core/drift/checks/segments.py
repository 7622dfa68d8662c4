"""Findings per country: about the mean amount, and about shares and nulls of categories and payment types."""

import numpy as np

from customer_analytics.core.contract.columns import Column
from customer_analytics.core.drift.checks.contributions import is_summed_octave, minor_units_per_major, sum_amounts
from customer_analytics.core.drift.checks.findings import Finding, build_finding
from customer_analytics.core.drift.checks.missing import Segment, compare_missing
from customer_analytics.core.drift.checks.pair import ProfilePair
from customer_analytics.core.drift.profile import packed_counts
from customer_analytics.core.drift.profile.packed_counts import TEXT_TABLES, CountTable
from customer_analytics.core.drift.profile.purchase_profile import PurchaseProfile
from customer_analytics.core.drift.profile.views import count_by_segment, name_segments
from customer_analytics.core.drift.statistics.noise import dispersion_of_shares, dispersion_ratio
from customer_analytics.core.drift.statistics.numeric import I64, Floats
from customer_analytics.core.drift.statistics.shares import compare_shares
from customer_analytics.core.drift.statistics.significance import TWO_SIDED_95, normal_p, simultaneous_z

_MAX_VALUES = 2_000
"""A text column with more distinct values is not compared per country."""


def compare_segments(pair: ProfilePair) -> list[Finding]:
    """Return the findings about each country that has at least ``segment_rows_min`` rows in both profiles."""
    rows = [count_by_segment(side, CountTable.COUNTRY).counts[0, 1:] for side in (pair.baseline, pair.current)]
    has_enough_rows = np.minimum(*rows) >= pair.settings.segment_rows_min
    segments = np.flatnonzero(has_enough_rows) + packed_counts.FIRST_SEGMENT
    findings = _compare_means(pair, segments)
    for table in (CountTable.CATEGORY, CountTable.PAYMENT):
        if len(pair.baseline.categories.of(table)) <= _MAX_VALUES:
            findings += _compare_texts(pair, table, segments)
    return findings


def _compare_means(pair: ProfilePair, segments: I64) -> list[Finding]:
    """Return one finding per segment about the relative change of its mean amount; skip segments without amounts."""
    before, now = sum_amounts(pair.baseline), sum_amounts(pair.current)
    segments = segments[(np.minimum(before.rows, now.rows)[segments] > 1) & (before.sums[segments] > 0)]
    means = [side.sums[segments] / side.rows[segments] for side in (before, now)]
    variances = [
        (side.squares[segments] / side.rows[segments] - mean**2) / side.rows[segments]
        for side, mean in zip((before, now), means, strict=True)
    ]
    dispersion = _dispersion_of_means(pair.baseline)[segments]
    errors = np.sqrt(np.maximum(variances[0] + variances[1], 0) * dispersion) / means[0]
    effects = means[1] / means[0] - 1
    with np.errstate(divide="ignore", invalid="ignore"):
        p_values = np.nan_to_num(normal_p(np.where(errors > 0, effects / errors, 0)), nan=1.0)
    names, bound_z = name_segments(pair.baseline), simultaneous_z(len(segments))
    figures = np.column_stack([*means, effects, errors, p_values]).tolist()
    return [
        build_finding(
            pair.settings,
            "mean",
            effect,
            bound_z * error,
            column=Column.PURCHASE_AMOUNT,
            segment=names[segment],
            baseline=baseline,
            current=current,
            floor=TWO_SIDED_95 * error,
            p=p,
            explanation=f"The mean of purchase_amount in {names[segment]} went from {baseline:,.2f} to "
            f"{current:,.2f} ({effect:+.1%}, {int(now.rows[segment]):,} rows worth {now.sums[segment]:,.2f}).",
        )
        for segment, (baseline, current, effect, error, p) in zip(segments.tolist(), figures, strict=True)
    ]


def _dispersion_of_means(profile: PurchaseProfile) -> Floats:
    cells = packed_counts.unpack_counts(profile.cell_sums, CountTable.AMOUNT_OCTAVE)
    rows, sums, squares = sum_amounts(profile)
    has_amount = is_summed_octave(cells.value)
    keys, groups = np.unique(cells.window * len(rows) + cells.segment, return_inverse=True)
    group_rows = np.bincount(groups, cells.rows * has_amount, len(keys))
    group_sums = np.bincount(groups, cells.cents * has_amount, len(keys)) / minor_units_per_major(profile)
    segments = keys % max(len(rows), 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        means = sums / rows
        group_squares = np.nan_to_num(group_sums * group_sums / group_rows)
        between = np.bincount(segments, group_squares, len(rows)) - sums * means
        variance = squares / rows - means**2
    return dispersion_ratio(between, variance, np.bincount(segments, group_rows > 0, len(rows)))


def _compare_texts(pair: ProfilePair, table: CountTable, segments: I64) -> list[Finding]:
    """For each segment, return a finding about the share of nulls and one about the value whose share changes most."""
    before, now = count_by_segment(pair.baseline, table), count_by_segment(pair.current, table)
    cells = before.cells
    dispersion = dispersion_of_shares(cells.window, cells.segment, cells.value, cells.rows, before.counts.shape)
    names, bound_z = name_segments(pair.baseline), simultaneous_z(len(segments))
    findings = []
    for segment in segments:
        counts = before.counts[segment], now.counts[segment]
        named_segment = Segment(names[segment], (int(counts[0].sum()), int(counts[1].sum())), bound_z)
        nulls = int(counts[0][0]), int(counts[1][0])
        findings.append(compare_missing(pair, TEXT_TABLES[table], nulls, float(dispersion[segment, 0]), named_segment))
        values = counts[0][1:], counts[1][1:]
        if min(values[0].sum(), values[1].sum()) >= pair.settings.segment_rows_min:
            findings.append(_compare_shares(pair, table, values, dispersion[segment, 1:], named_segment))
    return findings


def _compare_shares(
    pair: ProfilePair, table: CountTable, values: tuple[I64, I64], dispersion: Floats, segment: Segment
) -> Finding:
    """Return the finding about the value whose share changes most in one segment.

    For each value except null, ``values`` has the row count in both profiles, ``dispersion`` the variance factor.
    """
    before, now = values
    sizes = int(before.sum()), int(now.sum())
    pooled = (before + now) / sum(sizes)
    null_errors = np.sqrt(pooled * (1 - pooled) * (1 / sizes[0] + 1 / sizes[1]) * dispersion)
    largest = int(np.argmax(np.abs(now / sizes[1] - before / sizes[0])))
    counts = int(before[largest]), int(now[largest])
    difference = compare_shares(counts, sizes, float(dispersion[largest]))
    return build_finding(
        pair.settings,
        "share",
        difference.effect,
        segment.bound_z * difference.null_error,
        column=TEXT_TABLES[table],
        segment=segment.name,
        baseline=difference.baseline,
        current=difference.current,
        floor=float(TWO_SIDED_95 * null_errors.max()),
        p=min(1.0, int((pooled > 0).sum()) * difference.p),
        explanation=f"The share of {TEXT_TABLES[table]} '{pair.baseline.categories.of(table)[largest]}' in "
        f"{segment.name} went from {difference.baseline:.2%} to {difference.current:.2%} ({counts[1]:,} rows).",
    )
