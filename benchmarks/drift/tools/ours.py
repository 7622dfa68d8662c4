"""This project with its default settings: profiles both deliveries, compares and judges them."""

from functools import partial
from pathlib import Path

import pandas as pd
import yaml

from customer_analytics.core.chunks.local import LocalChunks
from customer_analytics.core.drift.checks.findings import ALARMS
from customer_analytics.core.drift.profile.purchase_profile import ProfileShape, PurchaseProfile
from customer_analytics.core.drift.settings import DriftSettings
from customer_analytics.core.drift.verdict import compare_profiles

CHUNK_ROWS = 131_072
PARAMETERS = Path(__file__).resolve().parents[3] / "conf" / "base" / "parameters_drift.yml"


def find_alarms(baseline: pd.DataFrame, current: pd.DataFrame) -> list[dict[str, str]]:
    """Return the findings that fail or warn."""
    settings = DriftSettings.of(yaml.safe_load(PARAMETERS.read_text(encoding="utf-8"))["drift"])
    findings = compare_profiles(_profile(baseline), _profile(current), settings)
    return [
        {
            "column": finding.column,
            "message": f"{finding.outcome} {finding.measure} {finding.explanation}".replace("p50", "median"),
        }
        for finding in findings
        if finding.outcome in ALARMS
    ]


def _profile(frame: pd.DataFrame) -> PurchaseProfile:
    chunks = LocalChunks.of([frame.iloc[start : start + CHUNK_ROWS] for start in range(0, len(frame), CHUNK_ROWS)])
    return chunks.fold(partial(PurchaseProfile.of, shape=ProfileShape()), PurchaseProfile(ProfileShape()))
