"""Known changes to clean purchases. Each injection returns a changed copy and does not modify the given frame."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Protocol

import numpy as np
import pandas as pd

from customer_analytics.core.contract.columns import Column
from customer_analytics.core.errors import SettingError, listed

Rng = np.random.Generator

_COLUMNS_WITH_NULLS = (Column.PAYMENT_TYPE, Column.PRODUCT_CATEGORY, Column.CUSTOMER_AGE)
_HINT = "see drift_simulation in parameters_drift.yml"


class Injection(Protocol):
    """One change to clean purchases."""

    def inject(self, purchases: pd.DataFrame, rng: Rng) -> pd.DataFrame:
        """Return the changed purchases."""
        ...


@dataclass(frozen=True, slots=True)
class NewPayment:
    """In randomly drawn rows, the payment type becomes ``name``.

    ``share`` says which part of the non-null payment types is replaced; the number of rows is rounded.
    """

    share: float
    name: str = "new payment"

    def inject(self, purchases: pd.DataFrame, rng: Rng) -> pd.DataFrame:
        """Return the purchases with the new payment type; the column becomes ``category``."""
        payment_types = purchases[Column.PAYMENT_TYPE]
        is_chosen = _choose_rows(payment_types.notna(), self.share, rng)
        return purchases.assign(**{Column.PAYMENT_TYPE: _replace_text(payment_types, is_chosen, self.name)})


@dataclass(frozen=True, slots=True)
class ScaleAmounts:
    """All amounts are multiplied by ``factor``: 1.12 simulates a price rise, 100 simulates a wrong unit.

    The products are not rounded; a profile rounds amounts to minor units.
    """

    factor: float

    def inject(self, purchases: pd.DataFrame, rng: Rng) -> pd.DataFrame:
        """Return the purchases with multiplied amounts."""
        del rng
        return purchases.assign(**{Column.PURCHASE_AMOUNT: purchases[Column.PURCHASE_AMOUNT] * self.factor})


@dataclass(frozen=True, slots=True)
class Missing:
    """In randomly drawn rows, the value of one column becomes null.

    Args:
        column: ``payment_type``, ``product_category`` or ``customer_age``.
        rate: Which part of the non-null values becomes null; the number of rows is rounded.

    Raises:
        SettingError: ``column`` is another column.
    """

    column: str
    rate: float

    def __post_init__(self) -> None:
        if self.column not in _COLUMNS_WITH_NULLS:
            expected = listed(_COLUMNS_WITH_NULLS)
            raise SettingError("drift_simulation.missing.column", expected, repr(self.column), _HINT)

    def inject(self, purchases: pd.DataFrame, rng: Rng) -> pd.DataFrame:
        """Return the purchases with the additional nulls."""
        values = purchases[self.column]
        return purchases.assign(**{self.column: values.mask(_choose_rows(values.notna(), self.rate, rng))})


@dataclass(frozen=True, slots=True)
class RecodeCountry:
    """All rows of one country get another country code.

    Args:
        source: The present code; empty for the most frequent country (in a tie, the first in sort order).
        target: The new code; other rows may already have it.
    """

    source: str = ""
    target: str = "ZZ"

    def inject(self, purchases: pd.DataFrame, rng: Rng) -> pd.DataFrame:
        """Return the purchases with the new country code (dtype ``category``); unchanged if no row has a country."""
        del rng
        countries = purchases[Column.COUNTRY_CODE]
        source = self.source or _most_frequent(countries)
        if source is None:
            return purchases
        return purchases.assign(**{Column.COUNTRY_CODE: _replace_text(countries, countries == source, self.target)})


@dataclass(frozen=True, slots=True)
class RepeatDay:
    """The purchases of the busiest day are delivered twice. Among equally busy days, the earliest is repeated."""

    def inject(self, purchases: pd.DataFrame, rng: Rng) -> pd.DataFrame:
        """Return all purchases and, after them, a copy of those of the busiest day; unchanged if no row has a date."""
        del rng
        days = purchases[Column.PURCHASE_DATE].dt.floor("D")
        repeated = purchases[days == _most_frequent(days)]
        return pd.concat([purchases, repeated], ignore_index=True) if len(repeated) else purchases


@dataclass(frozen=True, slots=True)
class Older:
    """In randomly drawn rows, the customer becomes ``years`` years older.

    ``share`` says which part of the non-null ages changes; the number of rows is rounded.
    """

    share: float
    years: int = 10

    def inject(self, purchases: pd.DataFrame, rng: Rng) -> pd.DataFrame:
        """Return the purchases with the higher ages; the column becomes ``Float64``."""
        ages = purchases[Column.CUSTOMER_AGE].astype("Float64")  # a sum may not fit the narrow integers of the column
        is_chosen = _choose_rows(ages.notna(), self.share, rng)
        return purchases.assign(**{Column.CUSTOMER_AGE: ages.mask(is_chosen, ages + self.years)})


_INJECTIONS: Mapping[str, type[Any]] = {
    "new_payment": NewPayment,
    "scale_amounts": ScaleAmounts,
    "missing": Missing,
    "recode_country": RecodeCountry,
    "repeat_day": RepeatDay,
    "older": Older,
}


@dataclass(frozen=True, slots=True)
class Scenario:
    """Injections that are applied together, and the expected verdict.

    Args:
        name: Description of the change.
        expect: The outcomes that are right for this change.
        steps: Injections in order, or their settings (see :func:`build_injection`); empty if nothing is changed.
        column: The verdict is right only if this column has an alarm; empty if no column is required.
    """

    name: str
    expect: tuple[str, ...]
    steps: tuple[Injection, ...] = ()
    column: str = ""

    def __post_init__(self) -> None:
        steps = tuple(build_injection(step) if isinstance(step, Mapping) else step for step in self.steps)
        object.__setattr__(self, "steps", steps)
        object.__setattr__(self, "expect", tuple(self.expect))

    @staticmethod
    def of(entry: Mapping[str, Any]) -> "Scenario":
        """Build a scenario from an entry of the configuration.

        Raises:
            SettingError: A kind of injection is unknown, or a key is unknown or missing.
        """
        keys = {field.name for field in fields(Scenario)}
        if not {"name", "expect"} <= set(entry) <= keys:
            expected = f"keys among {listed(sorted(keys))}"
            raise SettingError("drift_simulation.injections", expected, listed(entry), _HINT)
        return Scenario(**entry)


def build_injection(step: Mapping[str, Any]) -> Injection:
    """Build an injection from its settings: ``kind`` selects the class, the other keys are the fields of this class.

    Raises:
        SettingError: The kind is unknown, or a setting is unknown or missing.
    """
    kind = _INJECTIONS.get(str(step.get("kind")))
    if kind is None:
        raise SettingError("drift_simulation.steps.kind", listed(_INJECTIONS), repr(step.get("kind")), _HINT)
    settings = {name: value for name, value in step.items() if name != "kind"}
    try:
        injection: Injection = kind(**settings)
    except TypeError as error:
        expected = f"the settings {listed(field.name for field in fields(kind))}"
        raise SettingError(f"drift_simulation.steps.{step['kind']}", expected, listed(settings), _HINT) from error
    return injection


def inject_changes(purchases: pd.DataFrame, steps: Sequence[Injection], seed: int) -> pd.DataFrame:
    """Apply the injections ``steps``, in order, to the purchases, and return the changed purchases.

    Args:
        purchases: Clean purchases with the columns of ``PROFILED_COLUMNS``. The frame is not modified.
        steps: The injections.
        seed: Seed of the random choice of rows.
    """
    rng = np.random.default_rng(seed)
    for step in steps if len(purchases) else ():
        purchases = step.inject(purchases, rng)
    return purchases


def _choose_rows(is_eligible: pd.Series, share: float, rng: Rng) -> pd.Series:
    """Return a mask of randomly chosen eligible rows; ``share`` says which part of the eligible rows is chosen."""
    positions = np.flatnonzero(is_eligible.to_numpy(bool))
    is_chosen = np.zeros(len(is_eligible), bool)
    is_chosen[rng.choice(positions, round(share * len(positions)), replace=False)] = True
    return pd.Series(is_chosen, is_eligible.index)


def _replace_text(texts: pd.Series, is_chosen: pd.Series, text: str) -> pd.Series:
    categorical = texts.astype("category")
    if text not in categorical.cat.categories:
        categorical = categorical.cat.add_categories([text])
    return categorical.mask(is_chosen, text)


def _most_frequent(values: pd.Series) -> Any | None:  # noqa: ANN401  a value of any column
    """Return the most frequent value; in a tie, the first in sort order; ``None`` if all values are null."""
    return next(iter(values.mode()), None)
