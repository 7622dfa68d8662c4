"""The delivery to judge and the one it is compared with, found among the profiles that runs have left."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from customer_analytics.core.drift.profile.frame import from_frame
from customer_analytics.core.drift.profile.purchase_profile import PurchaseProfile
from customer_analytics.core.drift.settings import DriftSettings
from customer_analytics.core.errors import SettingError, listed

Stored = Mapping[str, Callable[[], pd.DataFrame]]
"""What runs have left, unread, by ``run id/file name``; run ids sort by time."""


@dataclass(frozen=True, slots=True)
class Deliveries:
    """Two deliveries as profiles.

    Args:
        current: The one to judge.
        current_run: Id of the run that received it.
        baseline: The one to compare with; ``None`` when there is none.
        baseline_run: Id of its run; likewise.
    """

    current: PurchaseProfile
    current_run: str
    baseline: PurchaseProfile | None = None
    baseline_run: str | None = None


def pair_deliveries(current: PurchaseProfile, stored: Stored, settings: DriftSettings) -> Deliveries:
    """The newest delivery and its baseline.

    ``previous`` and ``first`` pass over deliveries of fewer than ``rows_min`` clean rows, such as an attempt with wrong
    settings leaves, unless there are no others.

    Args:
        current: The newest profile.
        stored: All profiles as :func:`~customer_analytics.core.drift.profile.frame.to_frame` writes them, the newest among
            them; no more are read than it takes to find the baseline.
        settings: ``baseline`` and ``rows_min``.

    Raises:
        SettingError: A baseline that no run has left; the message lists those there are.
        ProfileError: A baseline that this version cannot read.
    """
    loaders = {run_of(name): load for name, load in stored.items()}
    runs = sorted(loaders)
    small = None
    for run in baseline_runs(runs, settings.baseline):
        baseline = from_frame(loaders[run](), f"purchase_profile of {run}")
        pair = Deliveries(current, runs[-1], baseline, run)
        if baseline.rows() >= settings.rows_min:
            return pair
        small = small or pair
    return small or Deliveries(current, runs[-1])


def baseline_runs(runs: Sequence[str], wanted: str) -> list[str]:
    """The runs that can be the baseline, the best first; none if that is the newest itself or there is no earlier one.

    Args:
        runs: Ids of all runs, oldest first, the one to judge last.
        wanted: ``previous``, ``first`` or an id.

    Raises:
        SettingError: An id that is not among them.
    """
    earlier = list(runs[:-1])
    orders = {"previous": earlier[::-1], "first": earlier}
    if wanted in orders:
        return orders[wanted]
    if wanted not in runs:
        hint = "correct drift.baseline in parameters_drift.yml"
        expected = f"'previous', 'first' or a run that left a purchase_profile ({listed(runs[::-1])})"
        raise SettingError("drift.baseline", expected, repr(wanted), hint)
    return [wanted] if wanted in earlier else []


def run_of(name: str) -> str:
    """The run id in the name of what a run has left."""
    return name.split("/", 1)[0]
