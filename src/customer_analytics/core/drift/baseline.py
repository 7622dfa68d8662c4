"""Selects the baseline: the profile of an earlier run, with which the newest delivery is compared."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from customer_analytics.core.drift.profile.frame_reader import from_frame
from customer_analytics.core.drift.profile.purchase_profile import PurchaseProfile
from customer_analytics.core.drift.settings import DriftSettings
from customer_analytics.core.errors import SettingError, listed

StoredProfiles = Mapping[str, Callable[[], pd.DataFrame]]
"""Maps ``run id/file name`` to a function that loads the profile of that run. Run ids sort by time."""


@dataclass(frozen=True, slots=True)
class DeliveryPair:
    """The profile of a delivery, and the profile of its baseline if there is one.

    Args:
        current: Profile of the delivery to judge.
        current_run: Id of the run that profiled the delivery.
        baseline: Profile to compare ``current`` with; ``None`` if there is none.
        baseline_run: Id of the run that profiled the baseline; ``None`` if there is none.
    """

    current: PurchaseProfile
    current_run: str
    baseline: PurchaseProfile | None = None
    baseline_run: str | None = None


def pair_deliveries(current: PurchaseProfile, stored: StoredProfiles, settings: DriftSettings) -> DeliveryPair:
    """Find the baseline of the newest delivery, and return both profiles as a pair.

    If the setting ``baseline`` is ``previous`` or ``first``, deliveries with fewer than ``rows_min`` clean rows are
    skipped, because they can come from a run with wrong settings. If all deliveries are too small, none is skipped.

    Args:
        current: Profile of the newest delivery.
        stored: All saved profiles, including the newest. They are loaded one by one until the baseline is found.
        settings: Provides ``baseline`` and ``rows_min``.

    Raises:
        SettingError: The setting ``baseline`` is a run id, but no saved profile has it; the message lists the ids.
        ProfileError: A loaded profile has the wrong schema version, or lacks a column.
    """
    loaders = {parse_run_id(name): load for name, load in stored.items()}
    run_ids = sorted(loaders)
    small_pair = None
    for run_id in rank_baseline_runs(run_ids, settings.baseline):
        baseline = from_frame(loaders[run_id](), f"purchase_profile of {run_id}")
        pair = DeliveryPair(current, run_ids[-1], baseline, run_id)
        if baseline.rows() >= settings.rows_min:
            return pair
        small_pair = small_pair or pair
    return small_pair or DeliveryPair(current, run_ids[-1])


def rank_baseline_runs(run_ids: Sequence[str], baseline: str) -> list[str]:
    """Return the ids of the runs that can be the baseline, the preferred one first.

    Args:
        run_ids: Ids of all runs, oldest first; the last one is the run to judge.
        baseline: ``previous``, ``first`` or a run id.

    Returns:
        If ``baseline`` is a run id, only this id; otherwise the ids of all earlier runs. Empty if there are no earlier
        runs, or if ``baseline`` is the id of the run to judge.

    Raises:
        SettingError: ``baseline`` is not ``previous``, ``first`` or one of ``run_ids``.
    """
    earlier_ids = list(run_ids[:-1])
    orders = {"previous": earlier_ids[::-1], "first": earlier_ids}
    if baseline in orders:
        return orders[baseline]
    if baseline not in run_ids:
        hint = "correct drift.baseline in parameters_drift.yml"
        expected = f"'previous', 'first' or a run that saved a purchase_profile ({listed(run_ids[::-1])})"
        raise SettingError("drift.baseline", expected, repr(baseline), hint)
    return [baseline] if baseline in earlier_ids else []


def parse_run_id(name: str) -> str:
    """Return the run id at the start of a name such as ``<run id>/<file name>``."""
    return name.split("/", 1)[0]
