"""Selects the baseline of the newest delivery among the profiles that earlier runs saved."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from customer_analytics.core.drift.profile.frame_reader import from_frame
from customer_analytics.core.drift.profile.purchase_profile import PurchaseProfile
from customer_analytics.core.drift.settings import DriftSettings
from customer_analytics.core.errors import SettingError, listed

StoredProfiles = Mapping[str, Callable[[], pd.DataFrame]]
"""Loaders of the saved profiles by ``run id/file name``. Run ids sort by time."""


@dataclass(frozen=True, slots=True)
class DeliveryPair:
    """The profiles of a delivery and of its baseline.

    Args:
        current: The delivery to judge.
        current_run: Id of the run that profiled it.
        baseline: The delivery to compare with; ``None`` if there is none.
        baseline_run: Id of the run that profiled the baseline; ``None`` if there is none.
    """

    current: PurchaseProfile
    current_run: str
    baseline: PurchaseProfile | None = None
    baseline_run: str | None = None


def pair_deliveries(current: PurchaseProfile, stored: StoredProfiles, settings: DriftSettings) -> DeliveryPair:
    """Pair the newest delivery with its baseline.

    ``previous`` and ``first`` skip deliveries of fewer than ``rows_min`` clean rows unless there are no others. A run
    with wrong settings can leave such a delivery.

    Args:
        current: The newest profile.
        stored: All saved profiles, including the newest. They are loaded one by one until one can be the baseline.
        settings: Uses ``baseline`` and ``rows_min``.

    Raises:
        SettingError: No run saved a profile under the id of the baseline; the message lists the ids.
        ProfileError: This version cannot read the baseline.
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
    """Return the runs that can be the baseline, the preferred one first.

    Args:
        run_ids: Ids of all runs, oldest first; the last one is the run to judge.
        baseline: ``previous``, ``first`` or a run id.

    Returns:
        Run ids; empty if there is no earlier run or if ``baseline`` is the run to judge.

    Raises:
        SettingError: ``baseline`` is not among the ids.
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
    """Return the run id of a saved file's name, ``run id/file name``."""
    return name.split("/", 1)[0]
