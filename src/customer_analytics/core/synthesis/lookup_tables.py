"""Lookup tables that convert random bits to customers, amounts and timestamps."""

import math
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from statistics import NormalDist

import numpy as np

from customer_analytics.core.synthesis.random_bits import I64, U64, Codes, make_share_table, take_bits
from customer_analytics.core.synthesis.settings import SynthesisSettings
from customer_analytics.core.synthesis.value_lists import AGES, Category, ValueLists

_QUANTILE_BITS = 12
_INTERPOLATION_BITS = 16
_LARGEST_DEVIATE = 5.0
_HOUR_SECONDS = 3600
_WEEKDAY_WEIGHTS = (92, 88, 90, 95, 118, 134, 103)
_MONTH_WEIGHTS = (88, 82, 92, 95, 100, 97, 93, 90, 98, 104, 128, 146)
_HOUR_WEIGHTS = (9, 5, 3, 2, 2, 4, 9, 18, 32, 42, 50, 56, 60, 55, 50, 49, 52, 60, 70, 78, 74, 58, 36, 19)
_EARLY_FIFTHS = 4
_ABROAD_BITS = 5
_JITTER_BITS = 10
_SKEW = 0.01
"""Skew of purchases per customer: the most active customer makes at most about ``1 / _SKEW`` times the mean."""


@dataclass(frozen=True, slots=True)
class LookupTables:
    """The lookup tables that all rows of a delivery share; "16 random bits → …" means a table of 2**16 entries.

    Args:
        customer_count: Number of customers; their ids are 1 to this number.
        early_payment_count: Number of payment types in the first four fifths of the rows; they have the lowest indices.
        category: 16 random bits → index of a category.
        cents: For each category, the quantiles 0/4096 to 4096/4096 of its amounts in cents; shape (categories, 4097).
        early_payment: 16 random bits → index of a payment type, for the first four fifths of the rows.
        late_payment: 16 random bits → index of a payment type, for the last fifth of the rows.
        late_from: Row number where the last fifth of the rows starts.
        home: 16 random bits → index of the customer's home country.
        age: 16 random bits → age in years.
        hour_starts: For each hour of the period the row number where it starts; the last entry is the row count.
        id_step: A factor coprime to ``customer_count``; it spreads the most active customers over all ids.
    """

    customer_count: int
    early_payment_count: int
    category: Codes
    cents: I64
    early_payment: Codes
    late_payment: Codes
    late_from: int
    home: Codes
    age: I64
    hour_starts: I64
    id_step: int

    @classmethod
    def of(cls, settings: SynthesisSettings, value_lists: ValueLists) -> "LookupTables":
        """Compute the tables of a delivery."""
        categories, payments = value_lists.categories, value_lists.payments
        customer_count = settings.count_customers()
        return cls(
            customer_count=customer_count,
            early_payment_count=sum(payment.weight > 0 for payment in payments),
            category=make_share_table([category.weight for category in categories]),
            cents=np.array([_compute_quantiles(category) for category in categories]),
            early_payment=make_share_table([payment.weight for payment in payments]),
            late_payment=make_share_table([payment.late_weight for payment in payments]),
            late_from=settings.rows * _EARLY_FIFTHS // 5,
            home=make_share_table(value_lists.country_weights),
            age=make_share_table(value_lists.age_weights).astype(np.int64) + AGES.start,
            hour_starts=_compute_hour_starts(settings),
            id_step=_find_coprime(customer_count),
        )

    def choose_customer(self, bits: U64) -> I64:
        """Choose a customer id for each row; a tenth of the customers makes about a third of the purchases."""
        fraction = (bits >> np.uint64(11)).astype(np.float64) * 2.0**-53
        rank = (fraction * (fraction + _SKEW) / (1 + _SKEW) * self.customer_count).astype(np.int64)
        return rank * self.id_step % self.customer_count + 1

    def choose_country(self, person_bits: U64, abroad_bits: U64) -> I64:
        """Choose a country index per row: the customer's home country, or in about 1 of 32 rows a random one."""
        is_abroad = take_bits(abroad_bits, 16, _ABROAD_BITS) == 0
        anywhere, home = self.home[take_bits(abroad_bits, 0, 16)], self.home[take_bits(person_bits, 0, 16)]
        return np.where(is_abroad, anywhere, home).astype(np.int64)

    def choose_payment(self, bits: U64, row_numbers: I64) -> I64:
        """Choose the index of a payment type for each row; some types occur only in the last fifth of the rows."""
        entries = take_bits(bits, 0, 16)
        is_late = row_numbers >= self.late_from
        return np.where(is_late, self.late_payment[entries], self.early_payment[entries]).astype(np.int64)

    def choose_cents(self, categories: I64, basket_bits: U64) -> I64:
        """Choose an amount in cents per row: bits 16 to 43 of ``basket_bits`` choose a quantile of its category."""
        quantile = take_bits(basket_bits, 16, _QUANTILE_BITS)
        fraction = take_bits(basket_bits, 28, _INTERPOLATION_BITS)
        quantiles, indices = self.cents.ravel(), categories * self.cents.shape[1] + quantile
        lower: I64 = quantiles[indices]
        above_lower: I64 = ((quantiles[indices + 1] - lower) * fraction) >> _INTERPOLATION_BITS
        return lower + above_lower

    def choose_timestamp(self, row_numbers: I64, bits: U64) -> tuple[I64, I64]:
        """Choose a timestamp for each row: the higher its row number, the later (or equal) its timestamp.

        The rows of an hour are spread evenly over it; bits 30 to 39 of ``bits`` add a random delay to each row.

        Returns:
            Two arrays: the days since the first day of the period; the seconds since midnight.
        """
        hour = np.searchsorted(self.hour_starts, row_numbers, side="right") - 1
        start = self.hour_starts[hour]
        passed = ((row_numbers - start) << _JITTER_BITS) + take_bits(bits, 30, _JITTER_BITS)
        second = passed * _HOUR_SECONDS // ((self.hour_starts[hour + 1] - start) << _JITTER_BITS)
        return hour // 24, hour % 24 * _HOUR_SECONDS + second


def list_days(settings: SynthesisSettings) -> list[date]:
    """Return every day of the period, from the first to the last."""
    first, last = settings.period()
    return [first + timedelta(days) for days in range((last - first).days + 1)]


def _compute_quantiles(category: Category) -> list[int]:
    """Return the quantiles 0/4096, 1/4096, … 4096/4096 of a category's amounts, in cents; all are finite."""
    normal, steps = NormalDist(), 1 << _QUANTILE_BITS
    deviates = [normal.inv_cdf(step / steps) for step in range(1, steps)] + [_LARGEST_DEVIATE]
    return [0] + [round(100 * category.median * math.exp(category.spread * deviate)) for deviate in deviates]


def _compute_hour_starts(settings: SynthesisSettings) -> I64:
    """Return an array with the first row number of each hour of the period; its last element is the row count."""
    day_weights = [_WEEKDAY_WEIGHTS[day.weekday()] * _MONTH_WEIGHTS[day.month - 1] for day in list_days(settings)]
    weights = [day_weight * hour_weight for day_weight in day_weights for hour_weight in _HOUR_WEIGHTS]
    total = sum(weights)
    return np.array([settings.rows * weight // total for weight in accumulate(weights, initial=0)], np.int64)


def _find_coprime(count: int) -> int:
    """Return the first number above ``min(count * 5 // 8, 2**28)`` that is coprime to ``count``."""
    candidates = range(min(count * 5 // 8, 1 << 28) + 1, 2 * count + 2)
    return next(number for number in candidates if math.gcd(number, count) == 1)
