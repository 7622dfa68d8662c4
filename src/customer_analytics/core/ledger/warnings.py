"""What a ledger that balances may still tell against: a setting that cannot have been meant for the delivery."""

from collections.abc import Mapping
from typing import Any

from customer_analytics.core.contract.columns import ALWAYS_CRITICAL, COLUMNS, Column, Fault, reason

_NULLS = "csv.columns and contract.null_tokens"
_SETTINGS: Mapping[str, str] = {
    Fault.STRUCTURE: "csv.delimiter and csv.quote",
    **{
        reason(Fault.NULL, column): _NULLS if column in ALWAYS_CRITICAL else f"contract.critical_columns, {_NULLS}"
        for column in COLUMNS
    },
    reason(Fault.BAD_TYPE, Column.PURCHASE_AMOUNT): "contract.decimal_mark and contract.thousands_mark",
    reason(Fault.MALFORMED, Column.PURCHASE_DATE): "contract.date_formats",
    reason(Fault.UNKNOWN, Column.COUNTRY_CODE): "contract.country_aliases",
    reason(Fault.RANGE, Column.CUSTOMER_AGE): "contract.age_min and contract.age_max",
}
"""Reason → the settings in ``globals.yml`` that decide about it, where that is not only which column is which."""


def configuration_warnings(ledger: Mapping[str, Any]) -> list[str]:
    """What in a public ledger speaks of a wrong setting or delivery rather than of bad rows, in words.

    Args:
        ledger: As :func:`~customer_analytics.core.ledger.ledger.build_ledger` gives it.

    Returns:
        A line for each reason that more than half of the rows have, or one for a delivery without rows; else nothing.
    """
    rows = ledger["rows_in"]
    if not rows:
        return ["No row came in: was the delivery complete?"]
    return [
        f"{count:,} of {rows:,} rows are refused for {name}: see {_SETTINGS.get(name, 'csv.columns')} in globals.yml."
        for name, count in ledger["by_reason"].items()
        if 2 * count > rows
    ]
