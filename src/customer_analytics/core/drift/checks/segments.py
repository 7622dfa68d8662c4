"""Countries: which one contributes most to a finding, and findings about each."""

import numpy as np
import numpy.typing as npt

from customer_analytics.core.contract.columns import Column
from customer_analytics.core.drift.checks.findings import Finding
from customer_analytics.core.drift.checks.missing import Part, missing_finding
from customer_analytics.core.drift.checks.pair import Pair
from customer_analytics.core.drift.profile import packed_counts as cells
from customer_analytics.core.drift.profile.packed_counts import TEXT_TABLES, CountTable
from customer_analytics.core.drift.profile.purchase_profile import LARGE_OCTAVE, PurchaseProfile
from customer_analytics.core.drift.profile.views import Cut, per_segment, segment_names
from customer_analytics.core.drift.statistics.significance import TWO_SIDED_95, normal_p, simultaneous

I64 = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

MOST_VALUES = 2_000
"""A text column with more distinct values is not compared per country."""


def segment_findings(pair: Pair) -> list[Finding]:
    """Mean amount, share of categories and payment types and their nulls, for each country with enough rows."""
    names = segment_names(pair.baseline)
    rows = [per_segment(side, CountTable.COUNTRY).counts[0, 1:] for side in (pair.baseline, pair.current)]
    enough = np.minimum(*rows) >= pair.settings.segment_rows_min
    chosen = np.flatnonzero(enough) + cells.FIRST_SEGMENT
    found = _means(pair, chosen, names)
    for table in (CountTable.CATEGORY, CountTable.PAYMENT):
        if len(pair.baseline.words.of(table)) <= MOST_VALUES:
            found += _shares(pair, table, chosen, names)
    return found


def blamed_for_mean(pair: Pair, column: Column) -> str:
    """In words, the country that contributes most to the change of the mean amount; nothing for other columns."""
    if column is not Column.PURCHASE_AMOUNT:
        return ""
    parts = []
    for side in (pair.baseline, pair.current):
        rows, total, _ = _moments(side)
        parts.append(total / max(rows.sum(), 1))
    return _blamed(pair, parts[1] - parts[0])


def blamed_for_share(pair: Pair, table: CountTable, code: int) -> str:
    """In words, the country that contributes most to the change of a value's share; nothing for the country itself."""
    if table is CountTable.COUNTRY:
        return ""
    parts = []
    for side in (pair.baseline, pair.current):
        counts = per_segment(side, table).counts
        parts.append(np.append([0.0], counts[1:, code] / max(counts[0, 1:].sum(), 1)))
    return _blamed(pair, parts[1] - parts[0])


def _blamed(pair: Pair, parts: Floats) -> str:
    change = float(parts.sum())
    if len(parts) < 4 or change == 0 or not np.isfinite(change):  # noqa: PLR2004  one country explains nothing
        return ""
    place = int(np.argmax(parts * np.sign(change)))
    return f"; {segment_names(pair.baseline)[place]} contributes most ({parts[place] / change:.0%} of the change)"


def _moments(profile: PurchaseProfile) -> tuple[Floats, Floats, Floats]:
    """Rows, exact revenue and (from powers of two, about) sum of squares per country; 0 for the whole.

    Inside a power of two the spread is taken as that of an even spread over it.
    """
    found = cells.unpacked(profile.tally, CountTable.AMOUNT_OCTAVE)
    keep = (found.value != cells.NULL) & (found.value < LARGE_OCTAVE)
    groups, octave = 2 + len(profile.words.country), found.value[keep]
    rows, cents = found.rows[keep].astype(np.float64), found.cents[keep].astype(np.float64)
    width = np.where(octave > 1, 2.0 ** (octave - 2), 0.0)
    squares = cents * cents / rows + rows * width * width / 12
    segment = found.segment[keep]
    scale = 10.0 ** (profile.shape.amount_decimals if profile.shape else 0)
    sums = [np.bincount(segment, weights, groups) for weights in (rows, cents / scale, squares / scale**2)]
    rows_of, money_of, squares_of = (np.asarray(each, np.float64) for each in sums)
    return rows_of, money_of, squares_of


def _means(pair: Pair, chosen: I64, names: tuple[str, ...]) -> list[Finding]:
    (rows_1, sum_1, square_1), (rows_2, sum_2, square_2) = (_moments(side) for side in (pair.baseline, pair.current))
    chosen = chosen[(np.minimum(rows_1, rows_2)[chosen] > 1) & (sum_1[chosen] > 0)]
    before, now = sum_1[chosen] / rows_1[chosen], sum_2[chosen] / rows_2[chosen]
    variance = square_1[chosen] / rows_1[chosen] - before**2
    other = square_2[chosen] / rows_2[chosen] - now**2
    dispersion = _dispersion_of_means(pair.baseline)[chosen]
    error = np.sqrt(np.maximum(variance / rows_1[chosen] + other / rows_2[chosen], 0) * dispersion) / before
    effect = now / before - 1
    with np.errstate(divide="ignore", invalid="ignore"):
        p = np.nan_to_num(normal_p(np.where(error > 0, effect / error, 0)), nan=1.0)
    warn, fail = pair.settings.thresholds("mean")
    sure = simultaneous(len(chosen))
    return [
        Finding(
            column=Column.PURCHASE_AMOUNT,
            segment=names[segment],
            measure="mean",
            baseline=float(before[at]),
            current=float(now[at]),
            effect=float(effect[at]),
            low=max(0.0, float(abs(effect[at]) - sure * error[at])),
            high=float(abs(effect[at]) + sure * error[at]),
            floor=float(TWO_SIDED_95 * error[at]),
            p=float(p[at]),
            warn=warn,
            fail=fail,
            words=f"The mean of purchase_amount in {names[segment]} went from {before[at]:,.2f} to {now[at]:,.2f} "
            f"({effect[at]:+.1%}, {int(rows_2[segment]):,} rows worth {sum_2[segment]:,.2f}).",
        )
        for at, segment in enumerate(chosen)
    ]


def _dispersion_of_means(profile: PurchaseProfile) -> Floats:
    """Per country, how much more the mean amount varies between windows than independent rows would; at least 1."""
    found = cells.unpacked(profile.tally, CountTable.AMOUNT_OCTAVE)
    rows, total, squares = _moments(profile)
    scale = 10.0 ** (profile.shape.amount_decimals if profile.shape else 0)
    keys, place = np.unique(found.window * len(rows) + found.segment, return_inverse=True)
    known = (found.value != cells.NULL) & (found.value < LARGE_OCTAVE)
    size = np.bincount(place, found.rows * known, len(keys))
    money = np.bincount(place, found.cents * known, len(keys)) / scale
    segment = keys % max(len(rows), 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = total / rows
        variance = squares / rows - mean**2
        between = np.bincount(segment, np.nan_to_num(money * money / size), len(rows)) - total * mean
        ratio = between / variance / (np.bincount(segment, size > 0, len(rows)) - 1)
    return np.maximum(np.nan_to_num(np.asarray(ratio), nan=1.0, posinf=1.0, neginf=1.0), 1.0)


def _shares(pair: Pair, table: CountTable, chosen: I64, names: tuple[str, ...]) -> list[Finding]:
    one, two = per_segment(pair.baseline, table), per_segment(pair.current, table)
    spread = _dispersion_of_cells(one)
    sure, found = simultaneous(len(chosen)), []
    for segment in chosen:
        before, now = one.counts[segment], two.counts[segment]
        sizes = int(before.sum()), int(now.sum())
        nulls = int(before[0]), int(now[0])
        found.append(
            missing_finding(
                pair, TEXT_TABLES[table], nulls, float(spread[segment, 0]), Part(names[segment], sizes, sure)
            )
        )
        if min(before[1:].sum(), now[1:].sum()) >= pair.settings.segment_rows_min:
            found.append(_share(pair, table, (before[1:], now[1:], spread[segment, 1:]), (names[segment], sure)))
    return found


def _share(pair: Pair, table: CountTable, sides: tuple[I64, I64, Floats], place_of: tuple[str, float]) -> Finding:
    (one, two, spread), (segment, sure) = sides, place_of
    sizes = int(one.sum()), int(two.sum())
    before, now = one / sizes[0], two / sizes[1]
    inverse = 1 / sizes[0] + 1 / sizes[1]
    pooled = (one + two) / sum(sizes)
    errors = np.sqrt(pooled * (1 - pooled) * inverse * spread)
    place = int(np.argmax(np.abs(now - before)))
    effect, error, values = float(now[place] - before[place]), float(errors[place]), int((pooled > 0).sum())
    gap = max(0.0, abs(effect) - inverse / 2)
    p = min(1.0, values * float(normal_p(np.array([gap / error]))[0])) if error > 0 else 1.0
    warn, fail = pair.settings.thresholds("share")
    name = pair.baseline.words.of(table)[place]
    return Finding(
        column=TEXT_TABLES[table],
        segment=segment,
        measure="share",
        baseline=float(before[place]),
        current=float(now[place]),
        effect=effect,
        low=max(0.0, abs(effect) - sure * error),
        high=abs(effect) + sure * error,
        floor=float(TWO_SIDED_95 * errors.max()),
        p=p,
        warn=warn,
        fail=fail,
        words=f"The share of {TEXT_TABLES[table]} '{name}' in {segment} went "
        f"from {before[place]:.2%} to {now[place]:.2%} ({int(two[place]):,} rows).",
    )


def _dispersion_of_cells(cut: Cut) -> Floats:
    """Per country and value, the dispersion of the value's share between windows; at least 1."""
    found, groups, values = cut.cells, *cut.counts.shape
    keys, place = np.unique(found.window * groups + found.segment, return_inverse=True)
    sizes = np.bincount(place, found.rows, len(keys))
    windows = np.bincount(keys % max(groups, 1), minlength=groups)[:, None]
    at = found.segment * values + found.value
    squares = np.bincount(at, found.rows * (found.rows / sizes[place]), groups * values).reshape(groups, values)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = cut.counts / cut.counts.sum(axis=1, keepdims=True)
        ratio = (squares - cut.counts * share) / (share * (1 - share)) / (windows - 1)
    return np.maximum(np.nan_to_num(np.asarray(ratio), nan=1.0, posinf=1.0, neginf=1.0), 1.0)
