"""The contract's settings: what a user can configure about valid purchases."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cache

from customer_analytics.core.contract.columns import ALWAYS_CRITICAL, COLUMNS, CRITICAL_BY_DEFAULT, ColumnSpec
from customer_analytics.core.errors import SettingError, listed
from customer_analytics.core.money.minor_units import EXACT_MINOR_UNITS


@cache
def iso_countries() -> frozenset[str]:
    """The 249 assigned ISO 3166-1 alpha-2 codes."""
    import pycountry  # noqa: PLC0415  reads a database: only when asked

    return frozenset(country.alpha_2 for country in pycountry.countries)


_MOST_DECIMALS = 4
_OLDEST = 32_767
"""What the clean table's int16 holds."""


@dataclass(frozen=True, slots=True)
class Contract:
    """The contract's settings (``params:contract``); the defaults are ``docs/data_contract.md``.

    Args:
        critical_columns: Columns where a null is a fault.
        age_min: Lowest valid age in years.
        age_max: Highest valid age in years.
        amount_decimals: Digits of the currency's minor unit; 2 for cents.
        amount_max: Highest valid amount in major units.
        decimal_mark: The amount's decimal mark.
        thousands_mark: A mark between groups of three digits of an amount; empty for none.
        null_tokens: Texts, besides the empty one, that mean null in any column.
        date_formats: ``strptime`` formats accepted besides the ISO ones.
        country_aliases: Other spellings of a country, in any case, and the ISO code that each means.

    Raises:
        SettingError: An unknown column, an impossible bound, clashing marks or a code that ISO does not know.
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
        for name, problem in self._problems():
            raise SettingError(f"contract.{name}", *problem, "see docs/data_contract.md")

    def bounds(self, spec: ColumnSpec) -> tuple[float | None, float | None]:
        """Least and greatest valid value of a column; ``None`` where it has no such bound."""
        low, high = (getattr(self, bound) if isinstance(bound, str) else bound for bound in (spec.low, spec.high))
        return low, high

    def _problems(self) -> list[tuple[str, tuple[str, str]]]:
        """Each setting that cannot be meant, with what was expected and what was found."""
        settings = {one.name: getattr(self, one.name) for one in fields(self)}
        checks = {
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
                _is_number(self.amount_max)
                and 0 < self.amount_max * 10 ** _count_or_zero(self.amount_decimals) <= EXACT_MINOR_UNITS,
                f"an amount above 0, of at most {EXACT_MINOR_UNITS:,} minor units",
            ),
            "decimal_mark": (self.decimal_mark in {".", ","}, "'.' or ','"),
            "thousands_mark": (
                self.thousands_mark in {"", ".", ",", " ", "'", "_", "\u00a0", "\u202f", "\u2019"}
                and self.thousands_mark != self.decimal_mark,
                "a mark other than the decimal mark, or nothing",
            ),
            "null_tokens": (
                _is_texts(self.null_tokens),
                "a list of texts (quote words such as 'NA' and 'null' in YAML)",
            ),
            "date_formats": (
                _is_texts(self.date_formats) and all("%" in one and "%z" not in one for one in self.date_formats),
                "a list of strptime formats without a zone, such as '%d.%m.%Y'",
            ),
            "country_aliases": (
                isinstance(self.country_aliases, Mapping) and set(self.country_aliases.values()) <= iso_countries()
                if self.country_aliases
                else True,
                "a map from a spelling to an ISO 3166-1 alpha-2 code (quote 'NO' in YAML)",
            ),
        }
        return [(name, (expected, repr(settings[name]))) for name, (holds, expected) in checks.items() if not holds]


def _is_count(setting: object) -> bool:
    return isinstance(setting, int) and not isinstance(setting, bool) and setting >= 0


def _is_number(setting: object) -> bool:
    return isinstance(setting, int | float) and not isinstance(setting, bool) and math.isfinite(setting)


def _count_or_zero(setting: object) -> int:
    return setting if isinstance(setting, int) and _is_count(setting) else 0


def _is_texts(setting: object) -> bool:
    return (
        isinstance(setting, Sequence) and not isinstance(setting, str) and all(isinstance(one, str) for one in setting)
    )
