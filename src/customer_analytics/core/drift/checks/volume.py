"""The finding about volume: rows per window against the baseline's usual window."""

from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from customer_analytics.core.drift.checks.findings import Finding, Outcome
from customer_analytics.core.drift.checks.pair import Pair
from customer_analytics.core.drift.profile.purchase_profile import PurchaseProfile
from customer_analytics.core.drift.profile.windows import Period, named_window, window_codes, window_dates
from customer_analytics.core.drift.statistics.robust import robust_spread
from customer_analytics.core.drift.statistics.significance import ONE_SIDED_95, student_p

I64 = npt.NDArray[np.int64]


def volume_finding(pair: Pair) -> Finding:
    """The window of the current side whose rows are furthest from the baseline's median window.

    Robust: spread by the median absolute deviation, never below that of independent rows. Windows at the edge of a
    delivery are not looked at, gaps count as windows without rows.
    """
    settings = pair.settings
    _, usual = _volumes(pair.baseline, pair.partial)
    windows, rows = _volumes(pair.current, pair.partial)
    middle = float(np.median(usual)) if len(usual) else 0.0
    if len(usual) < settings.history_min or not len(rows) or middle < settings.window_rows_min:
        words = (
            f"Volume: {len(usual)} whole windows before ({middle:,.0f} rows in the usual one) and {len(rows)} now; "
            f"{settings.history_min} of {settings.window_rows_min} rows are needed before, and one now."
        )
        return Finding(column="rows", measure="volume", outcome=Outcome.INSUFFICIENT, words=words)
    spread = robust_spread(usual, float(np.sqrt(middle)))
    scores = 2 * (np.sqrt(rows) - np.sqrt(middle)) * np.sqrt(middle) / spread  # Anscombe: counts made even
    place = int(np.argmax(np.abs(scores)))
    effect = float(rows[place] / middle - 1)
    error = float(np.sqrt(max(rows[place], 1))) / middle
    reach = NormalDist().inv_cdf(1 - 0.025 / len(rows))
    return Finding(
        column="rows",
        measure="volume",
        baseline=middle,
        current=float(rows[place]),
        effect=effect,
        low=max(0.0, abs(effect) - ONE_SIDED_95 * error),
        high=abs(effect) + ONE_SIDED_95 * error,
        floor=max(reach * spread / middle, _usual_reach(usual / middle - 1, len(rows))),
        p=min(1.0, len(rows) * student_p(float(scores[place]), len(usual) - 1)),
        warn=settings.volume_warn,
        fail=settings.volume_fail,
        words=f"The window of {named_window(int(windows[place]))} has {int(rows[place]):,} rows; "
        f"the usual one before had {middle:,.0f} ({effect:+.1%}).",
    )


def _usual_reach(effects: npt.NDArray[np.float64], windows: int) -> float:
    """What so many of the baseline's own windows stay below 19 times in 20: a season that it has seen is no drift.

    The most extreme of them is never asked, so that one broken window does not hide the next.
    """
    return float(np.quantile(np.abs(effects), max(0.0, 1 - 0.05 / windows), method="lower"))


def _volumes(profile: PurchaseProfile, partial: frozenset[int]) -> tuple[I64, npt.NDArray[np.float64]]:
    counted = {window: rows for window, rows in profile.rows_per_window().items() if window}
    if not counted or profile.shape is None:
        return np.zeros(0, np.int64), np.zeros(0)
    windows = _every_window(min(counted), max(counted), profile.shape.period)
    kept = [int(window) for window in windows if int(window) not in partial]
    return np.array(kept, np.int64), np.array([counted.get(window, 0) for window in kept], np.float64)


def _every_window(first: int, last: int, period: Period) -> I64:
    if period is not Period.MONTH:
        return np.arange(first, last + 1, 7 if period is Period.WEEK else 1)
    low, high = window_dates(np.array([first, last], np.int64)).astype("datetime64[M]")
    return window_codes(np.arange(low, high + 1).astype("datetime64[us]"), period)
