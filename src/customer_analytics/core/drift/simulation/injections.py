"""Changes to a delivery, as data: each works on a profile and on rows, and leaves what it was given as it was."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Protocol

import numpy as np
import pandas as pd

from customer_analytics.core.contract.columns import Column
from customer_analytics.core.drift.profile.packed_counts import NULL, CountTable
from customer_analytics.core.drift.profile.purchase_profile import PurchaseProfile
from customer_analytics.core.drift.profile.windows import Period
from customer_analytics.core.drift.simulation import edits
from customer_analytics.core.errors import SettingError, listed

Rng = np.random.Generator

_TABLES = {
    Column.PAYMENT_TYPE: (CountTable.PAYMENT,),
    Column.PRODUCT_CATEGORY: (CountTable.CATEGORY,),
    Column.CUSTOMER_AGE: (CountTable.AGE, CountTable.AGE_DECADE),
}
_DAYS = {Period.DAY: 1, Period.WEEK: 7, Period.MONTH: 30}


class Injection(Protocol):
    """One change."""

    def on_profile(self, profile: PurchaseProfile, rng: Rng) -> PurchaseProfile:
        """The profile of the changed delivery."""
        ...

    def on_rows(self, rows: pd.DataFrame, rng: Rng) -> pd.DataFrame:
        """The changed rows (clean purchases)."""
        ...


@dataclass(frozen=True, slots=True)
class NewPayment:
    """A payment type that nobody used before, at a share of the rows."""

    share: float
    name: str = "new payment"

    def on_profile(self, profile: PurchaseProfile, rng: Rng) -> PurchaseProfile:
        """Exactly ``share`` of the rows that have a payment type, drawn at random; nothing if that is less than one."""
        known = edits.with_word(profile, CountTable.PAYMENT, self.name)
        code = known.words.payment.index(self.name) + 1
        return edits.moved(known, CountTable.PAYMENT, self.share, lambda _value: code, rng)

    def on_rows(self, rows: pd.DataFrame, rng: Rng) -> pd.DataFrame:
        """Likewise on rows."""
        payment = rows[Column.PAYMENT_TYPE].astype(object)
        return rows.assign(payment_type=payment.mask(_chosen(payment.notna(), self.share, rng), self.name))


@dataclass(frozen=True, slots=True)
class ScaleAmounts:
    """All amounts times a factor: a price rise (1.12), or the wrong unit (100)."""

    factor: float

    def on_profile(self, profile: PurchaseProfile, rng: Rng) -> PurchaseProfile:
        """Every amount times the factor, rounded half-even to minor units; exact for the whole delivery."""
        del rng
        return edits.scaled(profile, self.factor)

    def on_rows(self, rows: pd.DataFrame, rng: Rng) -> pd.DataFrame:
        """Likewise on rows, in cents."""
        del rng
        return rows.assign(purchase_amount=np.rint(rows[Column.PURCHASE_AMOUNT] * self.factor * 100) / 100)


@dataclass(frozen=True, slots=True)
class Missing:
    """Nulls in a column (payment type, category or age), at a rate of the rows that have a value."""

    column: str
    rate: float

    def __post_init__(self) -> None:
        if self.column not in _TABLES:
            raise SettingError("drift_simulation.missing.column", listed(_TABLES), repr(self.column), _HINT)

    def on_profile(self, profile: PurchaseProfile, rng: Rng) -> PurchaseProfile:
        """Exactly ``rate`` of those rows, drawn at random."""
        for table in _TABLES[Column(self.column)]:
            profile = edits.moved(profile, table, self.rate, lambda _value: NULL, rng)
        return profile

    def on_rows(self, rows: pd.DataFrame, rng: Rng) -> pd.DataFrame:
        """Likewise on rows."""
        values = rows[self.column]
        return rows.assign(**{self.column: values.mask(_chosen(values.notna(), self.rate, rng))})


@dataclass(frozen=True, slots=True)
class RecodeCountry:
    """A country under another code; by default the largest one."""

    source: str = ""
    target: str = "ZZ"

    def on_profile(self, profile: PurchaseProfile, rng: Rng) -> PurchaseProfile:
        """All its rows, exactly."""
        del rng
        return edits.country_renamed(profile, self.source or edits.largest_country(profile), self.target)

    def on_rows(self, rows: pd.DataFrame, rng: Rng) -> pd.DataFrame:
        """Likewise on rows."""
        del rng
        country = rows[Column.COUNTRY_CODE].astype(object)
        source = self.source or country.value_counts().index[0]
        return rows.assign(country_code=country.mask(country == source, self.target))


@dataclass(frozen=True, slots=True)
class RepeatDay:
    """The busiest day delivered twice."""

    def on_profile(self, profile: PurchaseProfile, rng: Rng) -> PurchaseProfile:
        """Exact where windows are days; else a day's share of the busiest window's rows, drawn at random."""
        counted = {window: rows for window, rows in profile.rows_per_window().items() if window}
        if not counted or profile.shape is None:
            return profile
        busiest = max(counted, key=lambda window: counted[window])
        return profile + edits.drawn_without_replacement(
            profile.within(frozenset({busiest})), counted[busiest] // _DAYS[profile.shape.period], rng
        )

    def on_rows(self, rows: pd.DataFrame, rng: Rng) -> pd.DataFrame:
        """All rows of that day once more at the end."""
        del rng
        days = rows[Column.PURCHASE_DATE].dt.floor("D")
        busiest = days.value_counts().sort_index().idxmax()
        twice: pd.DataFrame = pd.concat([rows, rows[days == busiest]], ignore_index=True)
        return twice


@dataclass(frozen=True, slots=True)
class Older:
    """A share of the buyers older by a number of years: a changed age mix."""

    share: float
    years: int = 10

    def on_profile(self, profile: PurchaseProfile, rng: Rng) -> PurchaseProfile:
        """Exactly ``share`` of the rows that have an age, drawn at random."""
        profile = edits.moved(profile, CountTable.AGE, self.share, lambda value: value + self.years, rng)
        return edits.moved(
            profile, CountTable.AGE_DECADE, self.share, lambda value: value + round(self.years / 10), rng
        )

    def on_rows(self, rows: pd.DataFrame, rng: Rng) -> pd.DataFrame:
        """Likewise on rows."""
        age = rows[Column.CUSTOMER_AGE]
        return rows.assign(customer_age=age.mask(_chosen(age.notna(), self.share, rng), age + self.years))


_HINT = "see drift_simulation in parameters_drift.yml"
_KINDS: Mapping[str, type[Any]] = {
    "new_payment": NewPayment,
    "scale_amounts": ScaleAmounts,
    "missing": Missing,
    "recode_country": RecodeCountry,
    "repeat_day": RepeatDay,
    "older": Older,
}


@dataclass(frozen=True, slots=True)
class Scenario:
    """Changes that go together, and what the verdict on them must be.

    Args:
        name: What happened, in words.
        expect: The outcomes that are right.
        steps: The changes, applied in order; none is A/A.
        column: The column that must alarm for the verdict to be right; empty for any.
    """

    name: str
    expect: tuple[str, ...]
    steps: tuple[Injection, ...] = ()
    column: str = ""

    def __post_init__(self) -> None:
        """Understand steps that are still data."""
        steps = tuple(injection_of(step) if isinstance(step, Mapping) else step for step in self.steps)
        object.__setattr__(self, "steps", steps)
        object.__setattr__(self, "expect", tuple(self.expect))

    @staticmethod
    def of(entry: Mapping[str, Any]) -> "Scenario":
        """A scenario from configuration.

        Raises:
            SettingError: An unknown kind of step or an unknown key.
        """
        known = {one.name for one in fields(Scenario)}
        if not {"name", "expect"} <= set(entry) <= known:
            raise SettingError(
                "drift_simulation.injections", f"keys among {listed(sorted(known))}", listed(entry), _HINT
            )
        return Scenario(**entry)


def injection_of(step: Mapping[str, Any]) -> Injection:
    """One change from ``{kind: …, setting: …}``.

    Raises:
        SettingError: An unknown kind or an unknown or missing setting.
    """
    kind = _KINDS.get(str(step.get("kind")))
    if kind is None:
        raise SettingError("drift_simulation.steps.kind", listed(_KINDS), repr(step.get("kind")), _HINT)
    given = {name: value for name, value in step.items() if name != "kind"}
    try:
        made: Injection = kind(**given)
    except TypeError as error:
        expected = f"the settings {listed(one.name for one in fields(kind))}"
        raise SettingError(f"drift_simulation.steps.{step['kind']}", expected, listed(given), _HINT) from error
    return made


def injected(profile: PurchaseProfile, steps: Sequence[Injection], seed: int) -> PurchaseProfile:
    """The profile after all steps; the same seed gives the same profile, and one without rows stays as it is."""
    if not profile.rows():
        return profile
    rng = np.random.default_rng(seed)
    for step in steps:
        profile = step.on_profile(profile, rng)
    return replace(profile).settled()


def injected_rows(rows: pd.DataFrame, steps: Sequence[Injection], seed: int) -> pd.DataFrame:
    """The rows after all steps; the frame given stays as it is."""
    rng = np.random.default_rng(seed)
    for step in steps:
        rows = step.on_rows(rows, rng)
    return rows


def _chosen(eligible: pd.Series, share: float, rng: Rng) -> pd.Series:
    """Exactly ``share`` of the eligible rows."""
    places = np.flatnonzero(eligible.to_numpy(bool))
    chosen = np.zeros(len(eligible), bool)
    chosen[rng.choice(places, round(share * len(places)), replace=False)] = True
    return pd.Series(chosen, eligible.index)
