"""This project with the settings it comes with: profile both deliveries, compare, judge."""

from functools import partial
from pathlib import Path

import pandas as pd
import yaml

from customer_analytics.core.chunks.local import LocalChunks
from customer_analytics.core.drift.profile.purchase_profile import ProfileShape, PurchaseProfile
from customer_analytics.core.drift.settings import DriftSettings
from customer_analytics.core.drift.verdict import compare_profiles

CHUNK_ROWS = 131_072
PARAMETERS = Path(__file__).resolve().parents[3] / "conf" / "base" / "parameters_drift.yml"


def alarms(baseline: pd.DataFrame, current: pd.DataFrame) -> list[dict[str, str]]:
    """What fails or warns."""
    settings = DriftSettings.of(yaml.safe_load(PARAMETERS.read_text(encoding="utf-8"))["drift"])
    one, two = map(_profile, (baseline, current))
    found = compare_profiles(one, two, settings)
    return [
        {"column": one.column, "says": f"{one.outcome} {one.measure} {one.words}".replace("p50", "median")}
        for one in found
        if one.outcome in {"warn", "fail"}
    ]


def _profile(frame: pd.DataFrame) -> PurchaseProfile:
    chunks = LocalChunks.of([frame.iloc[start : start + CHUNK_ROWS] for start in range(0, len(frame), CHUNK_ROWS)])
    return chunks.fold(partial(PurchaseProfile.of, shape=ProfileShape()), PurchaseProfile(ProfileShape()))
