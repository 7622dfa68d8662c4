"""The finding about volume: compares the row count of each window with the median of the baseline's windows."""

from statistics import NormalDist

import numpy as np

from customer_analytics.core.drift.checks.findings import Finding, Outcome, build_finding
from customer_analytics.core.drift.checks.pair import ProfilePair
from customer_analytics.core.drift.profile.purchase_profile import PurchaseProfile
from customer_analytics.core.drift.profile.windows import NO_DATE, decode_windows, encode_windows, name_window
from customer_analytics.core.drift.statistics.numeric import I64, Floats
from customer_analytics.core.drift.statistics.robust import robust_spread
from customer_analytics.core.drift.statistics.significance import ONE_SIDED_95, student_p


def compare_volume(pair: ProfilePair) -> Finding:
    """Return the finding about the window whose row count differs most from the median of the baseline's windows.

    Partial windows are skipped. A window with 0 rows is included if it is between windows with rows.
    """
    settings = pair.settings
    _, baseline_rows = _count_windows(pair.baseline, pair.partial_windows)
    windows, rows = _count_windows(pair.current, pair.partial_windows)
    median = float(np.median(baseline_rows)) if len(baseline_rows) else 0.0
    if len(baseline_rows) < settings.history_min or not len(rows) or median < settings.window_rows_min:
        explanation = (
            f"Volume: {len(baseline_rows)} whole windows before (median {median:,.0f} rows) and {len(rows)} now; "
            f"a comparison needs {settings.history_min} before (median {settings.window_rows_min} rows) and one now."
        )
        return Finding(column="rows", measure="volume", outcome=Outcome.INSUFFICIENT, explanation=explanation)
    spread = robust_spread(baseline_rows, float(np.sqrt(median)))  # at least the spread of independent rows
    scores = 2 * (np.sqrt(rows) - np.sqrt(median)) * np.sqrt(median) / spread  # Anscombe: stabilizes the variance
    largest = int(np.argmax(np.abs(scores)))
    effect = float(rows[largest] / median - 1)
    error = float(np.sqrt(max(rows[largest], 1))) / median
    bound_z = NormalDist().inv_cdf(1 - 0.025 / len(rows))
    return build_finding(
        settings,
        "volume",
        effect,
        ONE_SIDED_95 * error,
        column="rows",
        baseline=median,
        current=float(rows[largest]),
        floor=max(bound_z * spread / median, _usual_deviation(baseline_rows / median - 1, len(rows))),
        p=min(1.0, len(rows) * student_p(float(scores[largest]), len(baseline_rows) - 1)),
        explanation=f"The window of {name_window(int(windows[largest]))} has {int(rows[largest]):,} rows; "
        f"the median window before had {median:,.0f} ({effect:+.1%}).",
    )


def _usual_deviation(deviations: Floats, windows: int) -> float:
    """Return a limit for relative deviations from the median, estimated from those of the baseline (``deviations``).

    If nothing changed, all ``windows`` new windows are within the limit with a probability of 95 %.
    The largest deviation is never the limit, because one broken window in the baseline must not hide later ones.
    """
    return float(np.quantile(np.abs(deviations), max(0.0, 1 - 0.05 / windows), method="lower"))


def _count_windows(profile: PurchaseProfile, partial_windows: frozenset[int]) -> tuple[I64, Floats]:
    """Return two arrays, the codes and row counts of all windows in order, without partial ones; 0 fills gaps."""
    rows_by_window = {window: rows for window, rows in profile.rows_per_window().items() if window != NO_DATE}
    if not rows_by_window or profile.shape is None:
        return np.zeros(0, np.int64), np.zeros(0)
    dates = decode_windows(np.arange(min(rows_by_window), max(rows_by_window) + 1))
    windows = np.unique(encode_windows(dates, profile.shape.period))
    whole_windows = windows[~np.isin(windows, list(partial_windows))]
    rows = [rows_by_window.get(window, 0) for window in whole_windows.tolist()]
    return whole_windows, np.array(rows, np.float64)
