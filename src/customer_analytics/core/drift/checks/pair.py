"""Two profiles made comparable: one shape, one vocabulary."""

from dataclasses import dataclass
from typing import Self

from customer_analytics.core.drift.profile.purchase_profile import ProfileError, PurchaseProfile, in_words
from customer_analytics.core.drift.profile.views import aligned
from customer_analytics.core.drift.settings import DriftSettings


@dataclass(frozen=True, slots=True)
class Pair:
    """A baseline and a current profile in the same words.

    Args:
        baseline: What is known.
        current: What is judged.
        settings: Thresholds.
        partial: Windows that may have been cut by the edge of a delivery; volume does not look at them.
    """

    baseline: PurchaseProfile
    current: PurchaseProfile
    settings: DriftSettings
    partial: frozenset[int] = frozenset()

    @classmethod
    def of(cls, baseline: PurchaseProfile, current: PurchaseProfile, settings: DriftSettings) -> Self:
        """The pair of two deliveries.

        Raises:
            ProfileError: Profiles of different shape.
        """
        if baseline.shape != current.shape and baseline.shape and current.shape:
            found = f"{in_words(baseline.shape)} against {in_words(current.shape)}"
            hint = "name a baseline that was profiled with the present settings, or go back to those"
            raise ProfileError("drift", "two profiles of one shape", found, hint)
        words = baseline.words.union(current.words)
        edges = frozenset(edge for profile in (baseline, current) for edge in _edges(profile))
        return cls(aligned(baseline, words), aligned(current, words), settings, edges)

    @property
    def rows(self) -> tuple[int, int]:
        """Rows of both sides."""
        return self.baseline.rows(), self.current.rows()


def _edges(profile: PurchaseProfile) -> tuple[int, ...]:
    """First and last window, which a delivery of several windows rarely fills."""
    windows = sorted(window for window in profile.rows_per_window() if window)
    return (windows[0], windows[-1]) if len(windows) > 2 else ()  # noqa: PLR2004  one or two are all there is
