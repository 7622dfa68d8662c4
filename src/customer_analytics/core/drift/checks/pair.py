"""Two profiles of one shape with the same category codes."""

from dataclasses import dataclass
from typing import Self

from customer_analytics.core.drift.profile.purchase_profile import ProfileError, PurchaseProfile, describe_shape
from customer_analytics.core.drift.profile.views import align_categories
from customer_analytics.core.drift.profile.windows import NO_DATE
from customer_analytics.core.drift.settings import DriftSettings


@dataclass(frozen=True, slots=True)
class ProfilePair:
    """A baseline and a current profile with the same category codes.

    Args:
        baseline: Profile to compare with.
        current: Profile to judge.
        settings: Thresholds.
        partial_windows: Codes of the first and last windows, of which a delivery may have only a part; the volume check
            skips them.
    """

    baseline: PurchaseProfile
    current: PurchaseProfile
    settings: DriftSettings
    partial_windows: frozenset[int] = frozenset()

    @classmethod
    def of(cls, baseline: PurchaseProfile, current: PurchaseProfile, settings: DriftSettings) -> Self:
        """Return the pair of two deliveries.

        Raises:
            ProfileError: The profiles differ in shape.
        """
        if baseline.shape != current.shape and baseline.shape and current.shape:
            found = f"{describe_shape(baseline.shape)} against {describe_shape(current.shape)}"
            hint = "set drift.baseline to a run with the present profile settings, or restore the settings of that run"
            raise ProfileError("drift", "two profiles of one shape", found, hint)
        categories = baseline.categories.union(current.categories)
        partial_windows = frozenset(window for profile in (baseline, current) for window in _edge_windows(profile))
        aligned = align_categories(baseline, categories), align_categories(current, categories)
        return cls(*aligned, settings, partial_windows)

    @property
    def rows(self) -> tuple[int, int]:
        """Rows of the baseline and of the current profile."""
        return self.baseline.rows(), self.current.rows()


def _edge_windows(profile: PurchaseProfile) -> tuple[int, ...]:
    """Return the first and the last window; none if there are only one or two."""
    windows = sorted(window for window in profile.rows_per_window() if window != NO_DATE)
    return (windows[0], windows[-1]) if len(windows) > 2 else ()  # noqa: PLR2004
