"""A pair of profiles that can be compared: window length, decimals and the codes of texts are the same in both."""

from dataclasses import dataclass
from typing import Self

from customer_analytics.core.drift.profile.purchase_profile import ProfileError, PurchaseProfile, describe_shape
from customer_analytics.core.drift.profile.views import align_categories
from customer_analytics.core.drift.profile.windows import NO_DATE
from customer_analytics.core.drift.settings import DriftSettings


@dataclass(frozen=True, slots=True)
class ProfilePair:
    """A baseline and a current profile, in which equal texts have equal codes.

    Args:
        baseline: Profile to compare with.
        current: Profile to judge.
        settings: Thresholds.
        partial_windows: Codes of the first and the last window of each profile. The volume check skips them, because a
            delivery may contain only a part of them.
    """

    baseline: PurchaseProfile
    current: PurchaseProfile
    settings: DriftSettings
    partial_windows: frozenset[int] = frozenset()

    @classmethod
    def of(cls, baseline: PurchaseProfile, current: PurchaseProfile, settings: DriftSettings) -> Self:
        """Give equal texts of both profiles the same code, and return the profiles as a pair.

        Raises:
            ProfileError: The profiles differ in window length or decimals.
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
        """The number of rows in the baseline and in the current profile."""
        return self.baseline.rows(), self.current.rows()


def _edge_windows(profile: PurchaseProfile) -> tuple[int, ...]:
    """Return the codes of the first and the last window; empty if there are fewer than three windows."""
    windows = sorted(window for window in profile.rows_per_window() if window != NO_DATE)
    return (windows[0], windows[-1]) if len(windows) > 2 else ()  # noqa: PLR2004
