"""Settings of a synthetic delivery (``params:synthesis``)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from customer_analytics.core.contract.columns import REASONS
from customer_analytics.core.errors import SettingError, listed

MAX_ROWS = 9_999_999_999
"""Maximum of ``rows``: a ``purchase_id`` contains a row number of ten digits."""

MAX_BLOCK_ROWS = 1_000_000
_RATES = (
    "exact_duplicate_rate",
    "conflicting_duplicate_rate",
    "resubmission_rate",
    "padding_rate",
    "lower_case_rate",
    "extra_decimals_rate",
    "scientific_rate",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SynthesisSettings:
    """Settings of a synthetic delivery; ``parameters_synthesis.yml`` has the defaults.

    Args:
        rows: Number of records, without the header.
        seed: Seed of all random decisions; equal settings generate equal files.
        first_day: First day of the purchases, ``YYYY-MM-DD``.
        last_day: Last day of the purchases, ``YYYY-MM-DD``.
        purchases_per_customer: Average number of rows per customer id.
        fault_rates: Reason → share of the rows that have this reason. A reason that is not in the map does not occur.
            Nulls of age or payment type are also possible; the default contract allows them.
        exact_duplicate_rate: Share of the rows that are exact duplicates of an earlier row.
        conflicting_duplicate_rate: Share of the rows that repeat an earlier row with one value changed.
        resubmission_rate: Share of the rows that repeat an earlier quarantined row without its faults.
        padding_rate: Share of valid fields with white space or quotes around the value.
        lower_case_rate: Share of valid country codes that are not in upper case.
        extra_decimals_rate: Share of amounts with more than two decimals.
        scientific_rate: Share of amounts in scientific notation.
        block_rows: How many rows are generated at once; the content of the file does not depend on this setting.

    Raises:
        SettingError: A setting is invalid; the message names the key.
    """

    rows: int
    seed: int
    first_day: str
    last_day: str
    purchases_per_customer: int
    fault_rates: Mapping[str, float]
    exact_duplicate_rate: float
    conflicting_duplicate_rate: float
    resubmission_rate: float
    padding_rate: float
    lower_case_rate: float
    extra_decimals_rate: float
    scientific_rate: float
    block_rows: int

    def __post_init__(self) -> None:
        for name, (is_valid, expected) in (self._check_size() | self._check_rates()).items():
            if not is_valid:
                raise SettingError(
                    f"synthesis.{name}", expected, repr(getattr(self, name)), "see parameters_synthesis.yml"
                )

    def period(self) -> tuple[date, date]:
        """Return the first and the last day of the purchases."""
        return date.fromisoformat(self.first_day), date.fromisoformat(self.last_day)

    def count_customers(self) -> int:
        """Return the number of customers; their ids are 1 to this number."""
        return max(1, self.rows // self.purchases_per_customer)

    def _check_size(self) -> dict[str, tuple[bool, str]]:
        return {
            "rows": (_is_integer(self.rows, 0, MAX_ROWS), f"a whole number from 0 to {MAX_ROWS}"),
            "seed": (_is_integer(self.seed, 0, 2**63 - 1), "a whole number from 0 to 2**63 - 1"),
            "first_day": (_is_day(self.first_day), "a day such as '2024-01-01'"),
            "last_day": (
                _is_day(self.last_day) and not (_is_day(self.first_day) and self.last_day < self.first_day),
                "a day such as '2025-12-31', not before first_day",
            ),
            "purchases_per_customer": (_is_integer(self.purchases_per_customer, 1), "a whole number from 1"),
            "block_rows": (
                _is_integer(self.block_rows, 1, MAX_BLOCK_ROWS),
                f"a whole number from 1 to {MAX_BLOCK_ROWS}",
            ),
        }

    def _check_rates(self) -> dict[str, tuple[bool, str]]:
        checks = {name: (_is_share(getattr(self, name)), "a share from 0 to 1") for name in _RATES}
        if all(is_valid for is_valid, _ in checks.values()):
            duplicate_rate = self.exact_duplicate_rate + self.conflicting_duplicate_rate + self.resubmission_rate
            checks["exact_duplicate_rate"] = (
                duplicate_rate <= 1,
                "at most 1 as the sum with conflicting_duplicate_rate and resubmission_rate",
            )
            for name in ("scientific_rate", "lower_case_rate"):
                checks[name] = (getattr(self, name) + self.padding_rate <= 1, "at most 1 as the sum with padding_rate")
        return checks | {"fault_rates": (_are_fault_rates(self.fault_rates), _EXPECTED_FAULT_RATES)}


_EXPECTED_FAULT_RATES = f"a share from 0 to 1 for some of {listed(REASONS, len(REASONS))}, at most 1 in each column"


def _is_integer(setting: object, low: int, high: int = 2**63 - 1) -> bool:
    return isinstance(setting, int) and not isinstance(setting, bool) and low <= setting <= high


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
    rates_by_column: dict[str, float] = {}
    for reason, rate in setting.items():
        column = reason.rpartition(":")[2]
        rates_by_column[column] = rates_by_column.get(column, 0) + rate
    return all(total <= 1 for total in rates_by_column.values())
