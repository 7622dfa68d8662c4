"""Lookup tables that turn random bits into customers, amounts and moments."""

import math
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from statistics import NormalDist

import numpy as np

from customer_analytics.core.synthesis.random_bits import I64, U64, Codes, bits_of, share_table
from customer_analytics.core.synthesis.settings import SynthesisSettings
from customer_analytics.core.synthesis.value_lists import AGES, Category, ValueLists

_QUANTILE_BITS = 12
_WITHIN_BITS = 16
_FARTHEST = 5.0
_HOUR_SECONDS = 3600
_WEEKDAYS = (92, 88, 90, 95, 118, 134, 103)
_MONTHS = (88, 82, 92, 95, 100, 97, 93, 90, 98, 104, 128, 146)
_HOURS = (9, 5, 3, 2, 2, 4, 9, 18, 32, 42, 50, 56, 60, 55, 50, 49, 52, 60, 70, 78, 74, 58, 36, 19)
_LATE_FIFTHS = 4
_ABROAD_ODDS_BITS = 5
_JITTER_BITS = 10
_BUSIEST = 0.01
"""No customer buys more than about 1 / ``_BUSIEST`` times as often as the average."""


@dataclass(frozen=True, slots=True)
class Tables:
    """Everything about a delivery that does not depend on the row.

    Args:
        customers: Customer ids run from 1 to this number.
        early_payments: Number of payment types known from the start; they come first.
        category: 16 random bits → place of the category.
        cents: One row for each category: the quantiles of its amount, in cents.
        early_payment: 16 random bits → payment type, in the first four fifths.
        late_payment: The same in the last fifth.
        late_from: The first row of the last fifth.
        home: 16 random bits → place of the country.
        age: 16 random bits → age in years.
        hour_starts: First row of each hour of the period, and the number of rows.
        scramble: A number coprime to ``customers``.
    """

    customers: int
    early_payments: int
    category: Codes
    cents: I64
    early_payment: Codes
    late_payment: Codes
    late_from: int
    home: Codes
    age: I64
    hour_starts: I64
    scramble: int

    @classmethod
    def of(cls, settings: SynthesisSettings, words: ValueLists) -> "Tables":
        """The tables of a delivery."""
        customers = settings.customers()
        return cls(
            customers=customers,
            early_payments=sum(one.weight > 0 for one in words.payments),
            category=share_table([one.weight for one in words.categories]),
            cents=np.array([_quantiles(one) for one in words.categories]),
            early_payment=share_table([one.weight for one in words.payments]),
            late_payment=share_table([one.late_weight for one in words.payments]),
            late_from=settings.rows * _LATE_FIFTHS // 5,
            home=share_table(words.country_weights),
            age=share_table(words.age_weights).astype(np.int64) + AGES.start,
            hour_starts=_hour_starts(settings),
            scramble=next(
                n for n in range(min(customers * 5 // 8, 1 << 28) + 1, 2 * customers + 2) if math.gcd(n, customers) == 1
            ),
        )

    def customer(self, drawn: U64) -> I64:
        """A customer id: the busiest tenth buys a third of everything, and ids say nothing about it."""
        share = (drawn >> np.uint64(11)).astype(np.float64) * 2.0**-53
        rank = (share * (share + _BUSIEST) / (1 + _BUSIEST) * self.customers).astype(np.int64)
        return rank * self.scramble % self.customers + 1

    def country(self, person: U64, abroad: U64) -> I64:
        """The customer's home, or for one purchase in 32 any country."""
        away = bits_of(abroad, 16, _ABROAD_ODDS_BITS) == 0
        return np.where(away, self.home[bits_of(abroad, 0, 16)], self.home[bits_of(person, 0, 16)]).astype(np.int64)

    def payment(self, drawn: U64, rows: I64) -> I64:
        """A payment type: some come up only in the last fifth of the delivery."""
        bits = bits_of(drawn, 0, 16)
        return np.where(rows >= self.late_from, self.late_payment[bits], self.early_payment[bits]).astype(np.int64)

    def amount(self, category: I64, basket: U64) -> I64:
        """Cents between two neighbouring quantiles of the category; bits 16 to 43 of ``basket`` are read."""
        quantile, within = bits_of(basket, 16, _QUANTILE_BITS), bits_of(basket, 28, _WITHIN_BITS)
        flat, place = self.cents.ravel(), category * self.cents.shape[1] + quantile
        low: I64 = flat[place]
        more: I64 = ((flat[place + 1] - low) * within) >> _WITHIN_BITS
        return low + more

    def moment(self, rows: I64, drawn: U64) -> tuple[I64, I64]:
        """Day of the period and second of that day: rows follow one another in time, at uneven distances."""
        hour = np.searchsorted(self.hour_starts, rows, side="right") - 1
        start = self.hour_starts[hour]
        passed = ((rows - start) << _JITTER_BITS) + bits_of(drawn, 30, _JITTER_BITS)
        second = passed * _HOUR_SECONDS // ((self.hour_starts[hour + 1] - start) << _JITTER_BITS)
        return hour // 24, hour % 24 * _HOUR_SECONDS + second


def days_of(settings: SynthesisSettings) -> list[date]:
    """Every day of the period."""
    first, last = settings.period()
    return [first + timedelta(days) for days in range((last - first).days + 1)]


def _quantiles(category: Category) -> list[int]:
    """Cents at each of 4096 steps of the distribution function, and at its far end; the lowest is 0."""
    normal, steps = NormalDist(), 1 << _QUANTILE_BITS
    deviates = [normal.inv_cdf(step / steps) for step in range(1, steps)] + [_FARTHEST]
    return [0] + [round(100 * category.median * math.exp(category.spread * one)) for one in deviates]


def _hour_starts(settings: SynthesisSettings) -> I64:
    weights = [_WEEKDAYS[day.weekday()] * _MONTHS[day.month - 1] * hour for day in days_of(settings) for hour in _HOURS]
    total = sum(weights)
    return np.array([settings.rows * passed // total for passed in accumulate(weights, initial=0)], np.int64)
