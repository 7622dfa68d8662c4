"""Counts how often each value of a delivery occurs per window: the profile of the delivery. Profiles can be merged."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.core.aggregation.key_sums import I64, NO_SUMS, KeySums
from customer_analytics.core.chunks.protocol import Chunks
from customer_analytics.core.contract.columns import Column
from customer_analytics.core.drift.profile import amounts as amount_counts
from customer_analytics.core.drift.profile import packed_counts
from customer_analytics.core.drift.profile.amounts import NULL_CENTS, AmountCounts
from customer_analytics.core.drift.profile.packed_counts import NO_CATEGORIES, CountTable, TextCategories
from customer_analytics.core.drift.profile.windows import Period, encode_windows
from customer_analytics.core.errors import CustomerAnalyticsError, SettingError, listed

SCHEMA_VERSION = 1
"""Version of the format in which a profile is saved; a profile of another version is rejected."""

_MAX_AGE = (1 << packed_counts.VALUE_BITS) - 2
"""Ages above this one are counted as this one. The code of an age is the age plus 1."""

LARGE_OCTAVE = 38
"""Code that :func:`encode_octaves` gives to amounts that are negative or at least ``LARGE_CENTS``."""

_EXPONENT_SHIFT, _EXPONENT_OF_HALF = 52, 1022
"""Position of the exponent in the bits of a float64, and the exponent of 0.5 as it is stored in them."""

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
    """A profile cannot be written, read, merged or compared."""


@dataclass(frozen=True, slots=True)
class ProfileShape:
    """The window length and the decimals of a profile (its shape). Only profiles of one shape are merged or compared.

    Args:
        period: Length of a window: ``day``, ``week`` or ``month``.
        amount_decimals: Decimal places of the currency's minor unit: 2 for cents.

    Raises:
        SettingError: ``period`` is not ``day``, ``week`` or ``month``.
    """

    period: Period = Period.WEEK
    amount_decimals: int = 2

    def __post_init__(self) -> None:
        if self.period not in set(Period):
            raise SettingError("profile.period", listed(Period), repr(self.period), "see parameters_drift.yml")
        object.__setattr__(self, "period", Period(self.period))


@dataclass(frozen=True, slots=True)
class ProfileSettings:
    """Settings of profiles (``params:profile``). ``period`` is the window length; SettingError if unknown."""

    period: Period

    def __post_init__(self) -> None:
        self.shape(0)  # raises SettingError for an unknown period

    def shape(self, amount_decimals: int) -> ProfileShape:
        """Return the shape of profiles with this period and with ``amount_decimals`` decimal places of amounts."""
        return ProfileShape(self.period, amount_decimals)


@dataclass(frozen=True, slots=True)
class PurchaseProfile:
    """How often each value occurs in each window of a delivery. The profiles of several chunks are merged with ``+``.

    For the whole delivery, rows are counted per amount, per age and per country. For each country, they are counted per
    category, per payment type, per decade of age and per power of two of the amount, because exact amounts per country
    would need too much memory. Sums of money are exact.

    Args:
        shape: Window length and decimals; ``None`` only in the empty profile ``PurchaseProfile()``.
        categories: The distinct texts of the text columns; the codes in ``cell_sums`` stand for these texts.
        amounts: The number of rows per window and amount.
        cell_sums: Number of rows and sum of minor units per column, window, segment and value (see ``packed_counts``).
        quarantined: Pairs ``(reason, number of quarantined rows)``, sorted; empty if unknown.
    """

    shape: ProfileShape | None = None
    categories: TextCategories = NO_CATEGORIES
    amounts: AmountCounts = amount_counts.NO_AMOUNTS
    cell_sums: KeySums = NO_SUMS
    quarantined: tuple[tuple[str, int], ...] = ()

    @classmethod
    def of(cls, chunk: pd.DataFrame, shape: ProfileShape) -> Self:
        """Return the profile of a chunk of clean purchases.

        Args:
            chunk: ``purchase_date`` (datetime64), ``purchase_amount`` (float64, major units), ``customer_age`` (any
                number dtype), ``country_code``, ``product_category`` and ``payment_type`` (category or text). Each
                column may contain nulls. Other columns are ignored.
            shape: Window length and decimals.
        """
        if not len(chunk):
            return cls(shape)
        windows = encode_windows(chunk[Column.PURCHASE_DATE].to_numpy("datetime64[us]"), shape.period)
        amounts = chunk[Column.PURCHASE_AMOUNT].to_numpy(np.float64, na_value=np.nan)
        cents, large_cents = amount_counts.to_minor_units(amounts, shape.amount_decimals)
        country_codes, countries = packed_counts.encode_texts(chunk[Column.COUNTRY_CODE])
        category_codes, categories = packed_counts.encode_texts(chunk[Column.PRODUCT_CATEGORY])
        payment_codes, payments = packed_counts.encode_texts(chunk[Column.PAYMENT_TYPE])
        age_codes = _encode_ages(chunk[Column.CUSTOMER_AGE].to_numpy(np.float64, na_value=np.nan))
        values_by_table = {
            CountTable.COUNTRY: country_codes,
            CountTable.AGE: age_codes,
            CountTable.CATEGORY: category_codes,
            CountTable.PAYMENT: payment_codes,
            CountTable.AGE_DECADE: (age_codes + 9) // 10,  # 0 is null, 1 is 0 to 9 years
            CountTable.AMOUNT_OCTAVE: encode_octaves(cents),
        }
        summed_cents = np.where((cents == NULL_CENTS) | (cents < 0), 0, cents)
        segments = country_codes + packed_counts.NO_SEGMENT
        cell_sums = packed_counts.count_cells(windows, segments, values_by_table, summed_cents)
        text_categories = TextCategories(countries, categories, payments)
        return cls(shape, text_categories, AmountCounts.of(windows, cents, large_cents), cell_sums)

    def __add__(self, other: Self) -> Self:
        if self.shape is not None and other.shape is not None and self.shape != other.shape:
            expected = f"profiles of one shape, here {describe_shape(self.shape)}"
            hint = "profile both deliveries with the same settings"
            raise ProfileError("purchase_profile", expected, describe_shape(other.shape), hint)
        categories = self.categories.union(other.categories)
        left, right = (
            packed_counts.recode_categories(profile.cell_sums, profile.categories, categories)
            for profile in (self, other)
        )
        quarantined = Counter(dict(self.quarantined)) + Counter(dict(other.quarantined))
        amounts, shape = self.amounts + other.amounts, self.shape or other.shape
        return type(self)(shape, categories, amounts, left + right, tuple(sorted(quarantined.items())))

    def settled(self) -> Self:
        """Return an equal profile in which the sorted arrays of all chunks are merged. Call it after the last chunk."""
        return replace(self, amounts=self.amounts.settled(), cell_sums=amount_counts.to_one_run(self.cell_sums))

    def with_quarantined(self, rows_by_reason: Mapping[str, int]) -> Self:
        """Return the profile with ``rows_by_reason`` as its quarantined rows; reasons with 0 rows are omitted."""
        quarantined = ((reason, rows) for reason, rows in rows_by_reason.items() if rows)
        return replace(self, quarantined=tuple(sorted(quarantined)))

    def rows(self) -> int:
        """Return the number of clean rows."""
        return sum(self.rows_per_window().values())

    def rows_per_window(self) -> dict[int, int]:
        """Return a dict from the code of each window to its number of clean rows; codes are in ascending order."""
        counts = packed_counts.unpack_counts(self.cell_sums, CountTable.COUNTRY)
        windows, window_index = np.unique(counts.window, return_inverse=True)
        rows = np.bincount(window_index, counts.rows, len(windows)).astype(np.int64)
        return dict(zip(windows.tolist(), rows.tolist(), strict=True))

    @property
    def scale(self) -> int:
        """Number of minor units in one major unit, such as 100 cents."""
        return 10 ** (self.shape or ProfileShape()).amount_decimals

    @property
    def approximate(self) -> float | None:
        """The maximum relative error of amounts that are counted in buckets; ``None`` if no buckets are used."""
        return amount_counts.RELATIVE_BUCKET_WIDTH if self.amounts.settled().detail else None

    def select_windows(self, windows: frozenset[int]) -> Self:
        """Return a profile of the purchases in the windows with the codes ``windows``; its ``quarantined`` is empty."""
        run = self.cell_sums.settled()
        cell_sums = amount_counts.select_keys(run, np.isin(packed_counts.unpack_windows(run.keys), list(windows)))
        return replace(self, amounts=self.amounts.select_windows(windows), cell_sums=cell_sums, quarantined=())


def count_reasons(quarantined: Chunks) -> Counter[str]:
    """Count quarantined rows per reason; a row with several reasons counts once for each of them.

    Args:
        quarantined: Chunks with the column ``reasons`` (category): the reasons of a row, joined by ``;``.
    """
    return quarantined.select(["reasons"]).fold(_count_chunk_reasons, Counter())


def _count_chunk_reasons(chunk: pd.DataFrame) -> Counter[str]:
    rows_by_reason: Counter[str] = Counter()
    for reasons, rows in chunk["reasons"].value_counts().items():
        rows_by_reason.update(dict.fromkeys(str(reasons).split(";"), int(rows)) if rows else {})
    return rows_by_reason


def _encode_ages(ages: npt.NDArray[np.float64]) -> I64:
    """Convert ages in years to codes: 0 for null, else the age, clipped to 0 to ``_MAX_AGE``, plus 1."""
    codes = np.clip(ages, 0, _MAX_AGE)
    codes += 1
    codes[np.isnan(ages)] = packed_counts.NULL
    return codes.astype(np.int64)


def encode_octaves(cents: I64) -> I64:
    """Return the code of each amount's octave, the interval from one power of two to the next.

    Null has code 0, an amount of 0 has code 1, 1 minor unit has code 2, 2 to 3 minor units have code 3, 4 to 7 have
    code 4, and so on. Amounts that are negative or at least ``LARGE_CENTS`` have the code ``LARGE_OCTAVE``.
    """
    codes = cents.astype(np.float64).view(np.int64)
    codes >>= _EXPONENT_SHIFT
    codes -= _EXPONENT_OF_HALF - 1
    np.maximum(codes, 1, out=codes)
    codes[cents < 0] = LARGE_OCTAVE
    codes[cents == NULL_CENTS] = packed_counts.NULL
    return codes


def describe_shape(shape: ProfileShape) -> str:
    """Return the window length and the decimals of a profile as text for an error message."""
    return f"windows of a {shape.period} and {shape.amount_decimals} decimals"
