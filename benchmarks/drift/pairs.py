"""The pairs of deliveries that every tool judges."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

Rng = np.random.Generator
CATEGORICAL = ("product_category", "country_code", "payment_type")
NUMERICAL = ("purchase_amount", "customer_age")


@dataclass(frozen=True, slots=True)
class PairSpec:
    """The changes that are made to two deliveries of the same distribution.

    Args:
        name: Description of the change.
        column: The changed column; empty if nothing changed.
        cause: Text that an alarm must contain to name the cause.
        change: Changes the current delivery.
        before: Changes the baseline.
    """

    name: str
    column: str = ""
    cause: str = ""
    change: Callable[[pd.DataFrame, Rng], pd.DataFrame] = lambda frame, _rng: frame
    before: Callable[[pd.DataFrame, Rng], pd.DataFrame] = lambda frame, _rng: frame


def add_payment_type(share: float) -> Callable[[pd.DataFrame, Rng], pd.DataFrame]:
    """Replace a share of the payment types by a new one."""

    def change(frame: pd.DataFrame, rng: Rng) -> pd.DataFrame:
        is_chosen = rng.permutation(len(frame)) < round(share * len(frame))
        return frame.assign(payment_type=frame["payment_type"].where(~is_chosen, "barter"))

    return change


def scale_amounts(factor: float) -> Callable[[pd.DataFrame, Rng], pd.DataFrame]:
    """Multiply all amounts by a factor and round them to cents."""
    return lambda frame, _rng: frame.assign(purchase_amount=np.rint(frame["purchase_amount"] * factor * 100) / 100)


def remove_payments(rate: float) -> Callable[[pd.DataFrame, Rng], pd.DataFrame]:
    """Replace a share of the payment types by nulls."""
    return lambda frame, rng: frame.assign(payment_type=frame["payment_type"].mask(rng.random(len(frame)) < rate))


def insert_outlier(frame: pd.DataFrame, _rng: Rng) -> pd.DataFrame:
    """Set one amount to 1e6."""
    amounts = frame["purchase_amount"].to_numpy(copy=True)
    amounts[0] = 1e6
    return frame.assign(purchase_amount=amounts)


PAIRS = (
    PairSpec("nothing changed"),
    PairSpec("new payment type 0.01 %", "payment_type", "barter", add_payment_type(0.0001)),
    PairSpec("new payment type 0.1 %", "payment_type", "barter", add_payment_type(0.001)),
    PairSpec("new payment type 1 %", "payment_type", "barter", add_payment_type(0.01)),
    PairSpec("amounts +1 %", "purchase_amount", "mean", scale_amounts(1.01)),
    PairSpec("amounts +5 %", "purchase_amount", "mean", scale_amounts(1.05)),
    PairSpec("amounts +10 %", "purchase_amount", "mean", scale_amounts(1.10)),
    PairSpec("amounts +25 %", "purchase_amount", "mean", scale_amounts(1.25)),
    PairSpec("payment type missing 0 → 5 %", "payment_type", "missing", remove_payments(0.05)),
    PairSpec("payment type missing 0 → 30 %", "payment_type", "missing", remove_payments(0.30)),
    PairSpec("payment type missing 5 → 30 %", "payment_type", "missing", remove_payments(0.30), remove_payments(0.05)),
    PairSpec("payment type missing 30 → 30 %", "", "", remove_payments(0.30), remove_payments(0.30)),
    PairSpec("nothing, one 1e6 in the baseline", "", "", before=insert_outlier),
    PairSpec(
        "amounts +25 %, one 1e6 in the baseline", "purchase_amount", "median", scale_amounts(1.25), insert_outlier
    ),
)


def make_purchases(rows: int, seed: int) -> pd.DataFrame:
    """Make clean purchases of half a year."""
    rng = np.random.default_rng(seed)
    start = np.datetime64("2024-01-01", "us")
    return pd.DataFrame(
        {
            "product_category": _draw_texts(rng, rows, [f"category {number}" for number in range(12)]),
            "purchase_amount": np.rint(rng.lognormal(3.5, 0.9, rows) * 100) / 100,
            "purchase_date": np.sort(start + rng.integers(0, 26 * 7 * 86_400, rows).astype("timedelta64[s]")),
            "country_code": _draw_texts(rng, rows, ["DE", "FR", "US", "GB", "IT", "ES", "NL", "AT", "CH", "BE"]),
            "customer_age": np.clip(np.rint(rng.normal(42, 14, rows)), 10, 120).astype(np.int16),
            "payment_type": _draw_texts(rng, rows, ["card", "transfer", "cash", "wallet", "invoice"]),
        }
    )


def write_pair(spec: PairSpec, rows: int, folder: Path) -> None:
    """Write ``baseline.parquet`` and ``current.parquet`` of a pair, with the same bytes every time."""
    rng = np.random.default_rng(3)
    spec.before(make_purchases(rows, 1), rng).to_parquet(folder / "baseline.parquet")
    spec.change(make_purchases(rows, 2), rng).to_parquet(folder / "current.parquet")


def _draw_texts(rng: Rng, rows: int, names: list[str]) -> np.ndarray:
    weights = 1 / np.arange(1, len(names) + 1)
    return rng.choice(np.array(names, object), rows, p=weights / weights.sum())
