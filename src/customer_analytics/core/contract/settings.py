"""The contract's settings: the rules for valid purchases that a user can configure."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np

from customer_analytics.core.contract.columns import ALWAYS_CRITICAL, COLUMNS, CRITICAL_BY_DEFAULT, ColumnSpec, Parser
from customer_analytics.core.errors import SettingError, listed
from customer_analytics.core.money.minor_units import EXACT_MINOR_UNITS


@cache
def iso_countries() -> frozenset[str]:
    """Return the 249 assigned ISO 3166-1 alpha-2 codes."""
    import pycountry  # noqa: PLC0415  reads a database

    return frozenset(country.alpha_2 for country in pycountry.countries)


_MOST_DECIMALS = 4
_OLDEST = 32_767
"""Upper limit of ``age_max``: the largest int16, because ``customer_age`` has this type."""

_THOUSANDS_MARKS = frozenset({"", ".", ",", " ", "'", "_", "\u00a0", "\u202f", "\u2019"})


@dataclass(frozen=True, slots=True)
class Contract:
    """The contract's settings (``params:contract``); ``docs/data_contract.md`` explains them.

    Args:
        critical_columns: Columns where a null is a fault.
        age_min: Lowest valid age in years.
        age_max: Highest valid age in years.
        amount_decimals: Decimal places of the currency's minor unit; 2 for cents.
        amount_max: Highest valid amount in major units; amounts of more than 2**50 minor units are never valid.
        decimal_mark: The decimal mark of amounts.
        thousands_mark: The mark between groups of three digits of an amount; empty for none.
        null_tokens: Texts that mean null in every column, in addition to the empty text.
        date_formats: ``strptime`` formats, without a time zone, for dates that are not ISO 8601.
        country_aliases: Other spelling of a country → its ISO code; upper and lower case make no difference.

    Raises:
        SettingError: A setting is invalid; the message names the setting.
    """

    critical_columns: Sequence[str] = CRITICAL_BY_DEFAULT
    age_min: int = 10
    age_max: int = 120
    amount_decimals: int = 2
    amount_max: float = 1e12
    decimal_mark: str = "."
    thousands_mark: str = ""
    null_tokens: Sequence[str] = ()
    date_formats: Sequence[str] = ()
    country_aliases: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, (is_valid, expected) in self._checks().items():
            if not is_valid:
                raise SettingError(f"contract.{name}", expected, repr(getattr(self, name)), "see docs/data_contract.md")

    def bounds(self, spec: ColumnSpec) -> tuple[Any, Any]:
        """Return a pair: the lowest and the highest valid value of a column; ``None`` for a missing bound.

        The bounds of timestamps are ``datetime64[us]``, the bounds of numbers are int or float.
        """
        return self._bound(spec, spec.low), self._bound(spec, spec.high)

    def _bound(self, spec: ColumnSpec, bound: float | str | None) -> Any:  # noqa: ANN401  a number or datetime64
        value: Any = getattr(self, bound) if isinstance(bound, str) else bound
        return np.datetime64(value, "us") if spec.parser is Parser.TIMESTAMP and value is not None else value

    def _checks(self) -> dict[str, tuple[bool, str]]:
        """Map each setting's name to a pair: whether its value is valid, and a description of the allowed values."""
        return {
            "critical_columns": (
                _is_texts(self.critical_columns) and ALWAYS_CRITICAL <= set(self.critical_columns) <= set(COLUMNS),
                f"{listed(sorted(ALWAYS_CRITICAL))} and any others of {listed(COLUMNS)}",
            ),
            "age_min": (_is_count(self.age_min), "a whole number of years"),
            "age_max": (
                _is_count(self.age_max) and _is_count(self.age_min) and self.age_min <= self.age_max <= _OLDEST,
                f"a whole number of years from age_min to {_OLDEST}",
            ),
            "amount_decimals": (
                _is_count(self.amount_decimals) and self.amount_decimals <= _MOST_DECIMALS,
                f"0 to {_MOST_DECIMALS}",
            ),
            "amount_max": (
                _is_number(self.amount_max) and 0 < self.amount_max <= EXACT_MINOR_UNITS,
                f"an amount above 0, at most {EXACT_MINOR_UNITS}",
            ),
            "decimal_mark": (self.decimal_mark in {".", ","}, "'.' or ','"),
            "thousands_mark": (
                self.thousands_mark in _THOUSANDS_MARKS and self.thousands_mark != self.decimal_mark,
                "a mark other than the decimal mark, or nothing",
            ),
            "null_tokens": (
                _is_texts(self.null_tokens),
                "a list of texts (quote words such as 'NA' and 'null' in YAML)",
            ),
            "date_formats": (
                _is_texts(self.date_formats) and all("%" in text and "%z" not in text for text in self.date_formats),
                "a list of strptime formats without a zone, such as '%d.%m.%Y'",
            ),
            "country_aliases": (
                isinstance(self.country_aliases, Mapping)
                and (not self.country_aliases or set(self.country_aliases.values()) <= iso_countries()),
                "a map from a spelling to an ISO 3166-1 alpha-2 code (quote 'NO' in YAML)",
            ),
        }


def _is_count(setting: object) -> bool:
    return isinstance(setting, int) and not isinstance(setting, bool) and setting >= 0


def _is_number(setting: object) -> bool:
    return isinstance(setting, int | float) and not isinstance(setting, bool) and math.isfinite(setting)


def _is_texts(setting: object) -> bool:
    if isinstance(setting, str) or not isinstance(setting, Sequence):
        return False
    return all(isinstance(text, str) for text in setting)
