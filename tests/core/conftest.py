"""Clean purchases, their profiles and the settings of drift, for tests of core."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from customer_analytics.core.drift.profile.purchase_profile import ProfileShape, PurchaseProfile
from customer_analytics.core.drift.profile.windows import Period
from customer_analytics.core.drift.settings import DriftSettings

PARAMETERS = Path(__file__).parents[2] / "conf" / "base" / "parameters_drift.yml"


@pytest.fixture(scope="session")
def parameters() -> dict:
    return yaml.safe_load(PARAMETERS.read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def settings(parameters) -> DriftSettings:
    return DriftSettings.of(parameters["drift"])


@pytest.fixture(scope="session")
def purchases() -> Callable[[int, int], pd.DataFrame]:
    """Return a function that makes clean purchases: ``purchases(rows, seed)``."""

    def make(rows: int, seed: int) -> pd.DataFrame:
        rng = np.random.default_rng(seed)
        start = np.datetime64("2024-01-01", "us")
        ages = pd.Series(np.clip(np.rint(rng.normal(42, 14, rows)), 10, 120)).astype("Int16")
        return pd.DataFrame(
            {
                "customer_id": np.arange(1, rows + 1),
                "purchase_id": pd.Series([f"p{row}" for row in range(rows)], dtype=object),
                "product_category": _category(rng, rows, ["books", "food", "garden", "toys"], [4, 3, 2, 1]),
                "purchase_amount": np.rint(rng.lognormal(3.5, 0.9, rows) * 100) / 100,
                "purchase_date": start + rng.integers(0, 26 * 7 * 86_400, rows).astype("timedelta64[s]"),
                "country_code": _category(rng, rows, ["AT", "CH", "DE", "FR", "NL"], [2, 1, 4, 2, 1]),
                "customer_age": ages.mask(rng.random(rows) < 0.02),
                "payment_type": _category(rng, rows, ["card", "cash", "wire"], [6, 3, 1]).mask(rng.random(rows) < 0.02),
            }
        )

    return make


@pytest.fixture(scope="session")
def profiled(purchases) -> Callable[[int, int], PurchaseProfile]:
    """Return a function that makes the weekly profile of clean purchases: ``profiled(rows, seed)``."""
    return lambda rows, seed: PurchaseProfile.of(purchases(rows, seed), ProfileShape(Period.WEEK, 2)).settled()


@pytest.fixture(scope="session")
def large_purchases(purchases) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return two deliveries of 200,000 rows that follow the same distribution."""
    return purchases(200_000, 1), purchases(200_000, 2)


@pytest.fixture(scope="session")
def large_profiles(profiled) -> tuple[PurchaseProfile, PurchaseProfile]:
    """Return the profiles of ``large_purchases``."""
    return profiled(200_000, 1), profiled(200_000, 2)


def _category(rng: np.random.Generator, rows: int, names: list[str], weights: list[int]) -> pd.Series:
    shares = np.array(weights) / sum(weights)
    return pd.Series(pd.Categorical.from_codes(rng.choice(len(names), rows, p=shares), names))
