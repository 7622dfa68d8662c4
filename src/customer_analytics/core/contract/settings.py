"""The data contract: eight columns, what makes each valid, and the names of every fault.

Parsing, the pandera schema, the ledger's reasons and ``docs/data_contract.md`` all follow from this module.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from enum import StrEnum
from functools import cache
from types import MappingProxyType

from customer_analytics.core.errors import SettingError, listed


class Column(StrEnum):
    """The contract's columns, in the order of the clean table."""

    CUSTOMER_ID = "customer_id"
    PURCHASE_ID = "purchase_id"
    PRODUCT_CATEGORY = "product_category"
    PURCHASE_AMOUNT = "purchase_amount"
    PURCHASE_DATE = "purchase_date"
    COUNTRY_CODE = "country_code"
    CUSTOMER_AGE = "customer_age"
    PAYMENT_TYPE = "payment_type"


class Fault(StrEnum):
    """What can be wrong with a record or with one of its fields."""

    STRUCTURE = "structure"
    NULL = "null"
    BAD_TYPE = "bad_type"
    RANGE = "range"
    NEGATIVE = "negative"
    MALFORMED = "malformed"
    UNKNOWN = "unknown"


COLUMNS: tuple[str, ...] = tuple(Column)

ALWAYS_CRITICAL = frozenset({Column.CUSTOMER_ID, Column.PURCHASE_ID, Column.PURCHASE_AMOUNT, Column.PURCHASE_DATE})
"""Columns without which a purchase cannot be counted: a null there is always a fault."""

FAULTS: Mapping[str, tuple[Fault, ...]] = MappingProxyType(
    {
        Column.CUSTOMER_ID: (Fault.NULL, Fault.BAD_TYPE, Fault.RANGE),
        Column.PURCHASE_ID: (Fault.NULL,),
        Column.PRODUCT_CATEGORY: (Fault.NULL,),
        Column.PURCHASE_AMOUNT: (Fault.NULL, Fault.BAD_TYPE, Fault.NEGATIVE),
        Column.PURCHASE_DATE: (Fault.NULL, Fault.MALFORMED),
        Column.COUNTRY_CODE: (Fault.NULL, Fault.UNKNOWN),
        Column.CUSTOMER_AGE: (Fault.NULL, Fault.BAD_TYPE, Fault.RANGE),
        Column.PAYMENT_TYPE: (Fault.NULL,),
    }
)


def reason(fault: Fault, column: str) -> str:
    """The public name of a fault, e.g. ``negative:purchase_amount``."""
    return f"{fault}:{column}"


REASONS: tuple[str, ...] = (
    Fault.STRUCTURE.value,
    *(reason(fault, column) for column, faults in FAULTS.items() for fault in faults),
)
"""Every reason; its place is its bit in ``issues``."""

BITS: Mapping[str, int] = MappingProxyType({name: 1 << place for place, name in enumerate(REASONS)})
"""Reason → its bit in the ``issues`` mask (fits uint32)."""


def reasons_of(issues: int) -> tuple[str, ...]:
    """The reasons in a bit mask, in the contract's order; empty for 0."""
    return tuple(name for name, bit in BITS.items() if issues & bit)


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
        decimal_mark: The amount's decimal mark.
        thousands_mark: A mark between groups of three digits of an amount; empty for none.
        null_tokens: Texts, besides the empty one, that mean null in any column.
        date_formats: ``strptime`` formats accepted besides the ISO ones.
        country_aliases: Other spellings of a country, in any case, and the ISO code that each means.

    Raises:
        SettingError: An unknown column, an impossible bound, clashing marks or a code that ISO does not know.
    """

    critical_columns: Sequence[str] = COLUMNS[:6]
    age_min: int = 10
    age_max: int = 120
    amount_decimals: int = 2
    decimal_mark: str = "."
    thousands_mark: str = ""
    null_tokens: Sequence[str] = ()
    date_formats: Sequence[str] = ()
    country_aliases: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, problem in self._problems():
            raise SettingError(f"contract.{name}", *problem, "see docs/data_contract.md")

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


def _is_texts(setting: object) -> bool:
    return (
        isinstance(setting, Sequence) and not isinstance(setting, str) and all(isinstance(one, str) for one in setting)
    )
