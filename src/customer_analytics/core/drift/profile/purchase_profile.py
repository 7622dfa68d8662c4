"""The state of a delivery that drift is read from: exact counts of values per window, as a partial."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.core.aggregation.key_sums import NO_SUMS, KeySums
from customer_analytics.core.chunks.protocol import Chunks
from customer_analytics.core.contract.columns import Column
from customer_analytics.core.drift.profile import packed_counts as cells
from customer_analytics.core.drift.profile.amounts import BOUND, NO_AMOUNTS, NULL_CENTS, AmountCounts, minor_units
from customer_analytics.core.drift.profile.packed_counts import NO_CATEGORIES, CountTable, TextCategories
from customer_analytics.core.drift.profile.windows import Period, window_codes
from customer_analytics.core.errors import CustomerAnalyticsError, SettingError, listed

I64 = npt.NDArray[np.int64]

SCHEMA_VERSION = 1
MAX_AGE_CODE = (1 << cells.VALUE_BITS) - 2


PROFILED_COLUMNS = (
    Column.PRODUCT_CATEGORY,
    Column.PURCHASE_AMOUNT,
    Column.PURCHASE_DATE,
    Column.COUNTRY_CODE,
    Column.CUSTOMER_AGE,
    Column.PAYMENT_TYPE,
)
"""The columns that :meth:`PurchaseProfile.of` reads."""


class ProfileError(CustomerAnalyticsError):
    """Profiles that cannot be read, added or compared."""


@dataclass(frozen=True, slots=True)
class ProfileShape:
    """How a profile is cut.

    Args:
        period: Length of a window: ``day``, ``week`` or ``month``.
        amount_decimals: Digits of the currency's minor unit.
    """

    period: Period = Period.WEEK
    amount_decimals: int = 2

    def __post_init__(self) -> None:
        if self.period not in set(Period):
            raise SettingError("profile.period", listed(Period), repr(self.period), "see parameters_drift.yml")
        object.__setattr__(self, "period", Period(self.period))


@dataclass(frozen=True, slots=True)
class ProfileSettings:
    """How deliveries are profiled (``params:profile``).

    Args:
        period: Length of a window: ``day``, ``week`` or ``month``.
    """

    period: Period

    def __post_init__(self) -> None:
        self.shape(0)

    def shape(self, amount_decimals: int) -> ProfileShape:
        """The shape of the profile of amounts with so many decimals."""
        return ProfileShape(self.period, amount_decimals)


@dataclass(frozen=True, slots=True, eq=False)
class PurchaseProfile:
    """Counts of every value of a delivery per window; ``PurchaseProfile()`` is the identity.

    Whole delivery: exact amounts, ages and countries per window. Per country (the segments): exact categories and
    payment types, ages by decade and amounts by power of two, each cell with its exact money; finer would cost a
    state that grows with countries x windows x amounts.

    Args:
        shape: Window length and minor unit; ``None`` only for the identity.
        words: The distinct texts.
        amounts: Amounts per window.
        tally: Rows and money of all other cells.
        quarantined: Rows refused, per reason, if attached.
    """

    shape: ProfileShape | None = None
    words: TextCategories = NO_CATEGORIES
    amounts: AmountCounts = NO_AMOUNTS
    tally: KeySums = NO_SUMS
    quarantined: tuple[tuple[str, int], ...] = ()

    @classmethod
    def of(cls, chunk: pd.DataFrame, shape: ProfileShape) -> Self:
        """The profile of clean purchases.

        Args:
            chunk: ``purchase_date`` (datetime64), ``purchase_amount`` (float64, major units), ``customer_age`` (any
                number dtype), ``country_code``, ``product_category``, ``payment_type`` (category or text); each may
                be null. Other columns are not looked at.
            shape: How to cut it.

        Returns:
            The profile; without counts for no rows.
        """
        if not len(chunk):
            return cls(shape)
        windows = window_codes(chunk[Column.PURCHASE_DATE].to_numpy("datetime64[us]"), shape.period)
        amounts = chunk[Column.PURCHASE_AMOUNT].to_numpy(np.float64, na_value=np.nan)
        cents, large = minor_units(amounts, shape.amount_decimals)
        country, countries = cells.coded(chunk[Column.COUNTRY_CODE])
        category, categories = cells.coded(chunk[Column.PRODUCT_CATEGORY])
        payment, payments = cells.coded(chunk[Column.PAYMENT_TYPE])
        age = _age_codes(chunk[Column.CUSTOMER_AGE].to_numpy(np.float64, na_value=np.nan))
        columns = {
            CountTable.COUNTRY: country,
            CountTable.AGE: age,
            CountTable.CATEGORY: category,
            CountTable.PAYMENT: payment,
            CountTable.AGE_DECADE: (age + 9) // 10,  # 0 is null, 1 is 0 to 9 years
            CountTable.AMOUNT_OCTAVE: octave_of(cents),
        }
        money = np.where((cents == NULL_CENTS) | (cents < 0), 0, cents)
        tally = cells.counted(windows, country + cells.NO_SEGMENT, columns, money)
        words = TextCategories(countries, categories, payments)
        return cls(shape, words, AmountCounts.of(windows, cents, large), tally)

    def __add__(self, other: Self) -> Self:
        if self.shape is not None and other.shape is not None and self.shape != other.shape:
            expected = f"profiles of one shape, here {in_words(self.shape)}"
            raise ProfileError("purchase_profile", expected, in_words(other.shape), "profile both deliveries anew")
        words = self.words.union(other.words)
        tallies = (cells.in_words_of(one.tally, one.words, words) for one in (self, other))
        return type(self)(
            self.shape or other.shape,
            words,
            self.amounts + other.amounts,
            sum(tallies, KeySums()),
            _added(self.quarantined, other.quarantined),
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, PurchaseProfile):
            return NotImplemented
        return _parts(self) == _parts(other)

    def __hash__(self) -> int:
        return hash((self.shape, self.words))

    def settled(self) -> Self:
        """The same value with its runs merged: what to keep once all chunks are added."""
        run = self.tally.settled()
        return replace(self, amounts=self.amounts.settled(), tally=KeySums((run,) if len(run.keys) else ()))

    def with_quarantined(self, rows_by_reason: Mapping[str, int]) -> Self:
        """This profile with the ledger's refused rows per reason."""
        return replace(self, quarantined=tuple(sorted((name, rows) for name, rows in rows_by_reason.items() if rows)))

    def rows(self) -> int:
        """Clean rows."""
        return int(cells.unpacked(self.tally, CountTable.COUNTRY).rows.sum())

    def rows_per_window(self) -> dict[int, int]:
        """Clean rows per window code, ascending."""
        found = cells.unpacked(self.tally, CountTable.COUNTRY)
        windows, place = np.unique(found.window, return_inverse=True)
        rows = np.bincount(place, found.rows, len(windows)).astype(np.int64)
        return {int(window): int(count) for window, count in zip(windows, rows, strict=True)}

    @property
    def approximate(self) -> float | None:
        """The relative bound of an amount where amounts had to be bucketed; ``None`` while all is exact."""
        return BOUND if self.amounts.settled().detail else None

    def within(self, windows: frozenset[int]) -> Self:
        """The part of the profile in these windows, without quarantined rows."""
        run = self.tally.settled()
        chosen = np.array(sorted(windows), np.int64)
        inside = np.flatnonzero(np.isin(cells.window_of(run.keys), chosen))
        tally = KeySums.of_run(run.keys[inside], *(each[inside] for each in run.sums))
        return replace(self, amounts=self.amounts.within(windows), tally=tally, quarantined=())


def count_reasons(quarantined: Chunks) -> Counter[str]:
    """Rows refused per reason; a row with several counts for each.

    Args:
        quarantined: ``reasons`` (category, joined by ``;``).
    """
    return quarantined.select(["reasons"]).fold(_reasons, Counter())


def _reasons(chunk: pd.DataFrame) -> Counter[str]:
    counted: Counter[str] = Counter()
    for reasons, rows in chunk["reasons"].value_counts().items():
        counted.update(dict.fromkeys(str(reasons).split(";"), int(rows)) if rows else {})
    return counted


def _age_codes(ages: npt.NDArray[np.float64]) -> I64:
    """Ages as codes: 0 null, 1 for 0 years, 2 for 1, …; those past the ends are the last ones."""
    years = np.clip(ages, 0, MAX_AGE_CODE)
    years += 1
    years[np.isnan(ages)] = cells.NULL
    return years.astype(np.int64)


def octave_of(cents: I64) -> I64:
    """The power of two below each amount, as a code: 0 null, 1 for 0, 2 for 1, 3 for 2 to 3, …; large ones the last."""
    codes = cents.astype(np.float64).view(np.int64)
    codes >>= _EXPONENT_AT
    codes -= _EXPONENT_OF_HALF - 1
    np.maximum(codes, 1, out=codes)
    codes[cents < 0] = LARGE_OCTAVE
    codes[cents == NULL_CENTS] = cells.NULL
    return codes


_EXPONENT_AT, _EXPONENT_OF_HALF = 52, 1022
"""Where a float64 keeps its exponent, and what that is for 0.5: below it are only 0 and what is not positive."""

LARGE_OCTAVE = 38
"""All amounts of ``PLAIN_CENTS`` and more, and below 0."""


def _added(one: tuple[tuple[str, int], ...], two: tuple[tuple[str, int], ...]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted((Counter(dict(one)) + Counter(dict(two))).items()))


def _parts(profile: PurchaseProfile) -> tuple[object, ...]:
    return (profile.shape, profile.words, profile.amounts, profile.tally, profile.quarantined)


def in_words(shape: ProfileShape) -> str:
    """A shape in an error."""
    return f"windows of a {shape.period} and {shape.amount_decimals} decimals"
