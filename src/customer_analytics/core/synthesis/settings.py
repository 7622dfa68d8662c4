"""What a synthetic delivery looks like: its size, its period and how dirty it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from customer_analytics.core.contract.columns import REASONS
from customer_analytics.core.errors import SettingError, listed

MAX_ROWS = 9_999_999_999
"""Row numbers are written with ten digits."""

MAX_BLOCK_ROWS = 1_000_000
_RATES = (
    "exact_copy_rate",
    "conflicting_copy_rate",
    "resubmission_rate",
    "padding_rate",
    "lower_case_rate",
    "extra_decimals_rate",
    "scientific_rate",
)


def default_fault_rates() -> dict[str, float]:
    """A delivery in which about three rows in a hundred are refused."""
    return {
        "structure": 0.002,
        "null:customer_id": 0.002,
        "bad_type:customer_id": 0.002,
        "range:customer_id": 0.001,
        "null:purchase_id": 0.001,
        "null:product_category": 0.003,
        "null:purchase_amount": 0.002,
        "bad_type:purchase_amount": 0.004,
        "negative:purchase_amount": 0.003,
        "range:purchase_amount": 0.0005,
        "null:purchase_date": 0.001,
        "malformed:purchase_date": 0.003,
        "null:country_code": 0.002,
        "unknown:country_code": 0.003,
        "null:customer_age": 0.02,
        "bad_type:customer_age": 0.001,
        "range:customer_age": 0.002,
        "null:payment_type": 0.01,
    }


@dataclass(frozen=True, slots=True)
class SynthesisSettings:
    """The settings of a synthetic delivery (``params:synthesis``).

    Args:
        rows: Records below the header.
        seed: The same settings always give the same bytes; another seed gives another delivery.
        first_day: First day of the purchase log, ``YYYY-MM-DD``.
        last_day: Last day of the purchase log, ``YYYY-MM-DD``.
        purchases_per_customer: Rows for each customer id, on average.
        fault_rates: Reason of the contract → share of the rows with it; one left out never occurs.
            ``null:customer_age`` and ``null:payment_type`` are valid by default: they refuse no row.
        exact_copy_rate: Share of the rows that say again what an earlier row said.
        conflicting_copy_rate: Share of the rows that repeat an earlier ``purchase_id`` with another value.
        resubmission_rate: Share of the rows that repeat a refused row, put right.
        padding_rate: Share of white space or quotes around valid countries, categories and numbers.
        lower_case_rate: Share of valid country codes not written in upper case.
        extra_decimals_rate: Share of amounts with more than two decimals.
        scientific_rate: Share of amounts in scientific notation.
        block_rows: Rows made at once; the bytes do not depend on it.

    Raises:
        SettingError: A reason that the contract does not know or a value that cannot be meant.
    """

    rows: int = 1_000_000
    seed: int = 20240101
    first_day: str = "2024-01-01"
    last_day: str = "2025-12-31"
    purchases_per_customer: int = 10
    fault_rates: Mapping[str, float] = field(default_factory=default_fault_rates)
    exact_copy_rate: float = 0.015
    conflicting_copy_rate: float = 0.005
    resubmission_rate: float = 0.001
    padding_rate: float = 0.01
    lower_case_rate: float = 0.01
    extra_decimals_rate: float = 0.005
    scientific_rate: float = 0.002
    block_rows: int = 65_536

    def __post_init__(self) -> None:
        for name, (holds, expected) in (self._counts() | self._shares()).items():
            if not holds:
                raise SettingError(
                    f"synthesis.{name}", expected, repr(getattr(self, name)), "see parameters_synthesis.yml"
                )

    def period(self) -> tuple[date, date]:
        """First and last day."""
        return date.fromisoformat(self.first_day), date.fromisoformat(self.last_day)

    def customers(self) -> int:
        """Customer ids run from 1 to this number."""
        return max(1, self.rows // self.purchases_per_customer)

    def _counts(self) -> dict[str, tuple[bool, str]]:
        return {
            "rows": (_is_count(self.rows, 0, MAX_ROWS), f"a whole number from 0 to {MAX_ROWS}"),
            "seed": (_is_count(self.seed, 0, 2**63 - 1), "a whole number from 0 to 2**63 - 1"),
            "first_day": (_is_day(self.first_day), "a day such as '2024-01-01'"),
            "last_day": (
                _is_day(self.last_day) and not (_is_day(self.first_day) and self.last_day < self.first_day),
                "a day such as '2025-12-31', not before first_day",
            ),
            "purchases_per_customer": (_is_count(self.purchases_per_customer, 1), "a whole number from 1"),
            "block_rows": (
                _is_count(self.block_rows, 1, MAX_BLOCK_ROWS),
                f"a whole number from 1 to {MAX_BLOCK_ROWS}",
            ),
        }

    def _shares(self) -> dict[str, tuple[bool, str]]:
        shares = {name: (_is_share(getattr(self, name)), "a share from 0 to 1") for name in _RATES}
        if all(holds for holds, _ in shares.values()):
            copied = self.exact_copy_rate + self.conflicting_copy_rate + self.resubmission_rate
            shares["exact_copy_rate"] = (copied <= 1, "with the other two rates of copies at most 1")
            written = self.scientific_rate + self.padding_rate
            shares["scientific_rate"] = (written <= 1, "with padding_rate at most 1")
            written = self.lower_case_rate + self.padding_rate
            shares["lower_case_rate"] = (written <= 1, "with padding_rate at most 1")
        return shares | {"fault_rates": (_are_fault_rates(self.fault_rates), _EXPECTED_RATES)}


_EXPECTED_RATES = f"a share from 0 to 1 for some of {listed(REASONS, len(REASONS))}, at most 1 in each column"


def _is_count(setting: object, least: int, most: int = 2**63 - 1) -> bool:
    return isinstance(setting, int) and not isinstance(setting, bool) and least <= setting <= most


def _is_share(setting: object) -> bool:
    return isinstance(setting, int | float) and not isinstance(setting, bool) and 0 <= setting <= 1


def _is_day(setting: object) -> bool:
    try:
        return isinstance(setting, str) and date.fromisoformat(setting).isoformat() == setting
    except ValueError:
        return False


def _are_fault_rates(setting: object) -> bool:
    if not isinstance(setting, Mapping) or not set(setting) <= set(REASONS):
        return False
    if not all(map(_is_share, setting.values())):
        return False
    per_column: dict[str, float] = {}
    for name, rate in setting.items():
        column = name.rpartition(":")[2]
        per_column[column] = per_column.get(column, 0) + rate
    return all(total <= 1 for total in per_column.values())
