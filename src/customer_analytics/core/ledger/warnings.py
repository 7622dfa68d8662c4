"""Warnings about the configuration: the ledger suggests a wrong setting or an incomplete delivery."""

from collections.abc import Mapping
from typing import Any

from customer_analytics.core.contract.columns import ALWAYS_CRITICAL, COLUMN_SPECS, Column, ColumnSpec, Fault, reason

_NULL_SETTINGS = "csv.columns and contract.null_tokens"


def _range_settings(spec: ColumnSpec) -> str:
    """Return the names of the settings that limit the values of a column, joined by "and"; empty if no setting does."""
    return " and ".join(f"contract.{bound}" for bound in (spec.low, spec.high) if isinstance(bound, str))


_SETTINGS: Mapping[str, str] = {
    Fault.STRUCTURE: "csv.delimiter and csv.quote",
    **{reason(Fault.NULL, spec.name): f"contract.critical_columns, {_NULL_SETTINGS}" for spec in COLUMN_SPECS},
    **{reason(Fault.NULL, column): _NULL_SETTINGS for column in ALWAYS_CRITICAL},
    **{reason(Fault.RANGE, spec.name): _range_settings(spec) for spec in COLUMN_SPECS if _range_settings(spec)},
    reason(Fault.BAD_TYPE, Column.PURCHASE_AMOUNT): "contract.decimal_mark and contract.thousands_mark",
    reason(Fault.MALFORMED, Column.PURCHASE_DATE): "contract.date_formats",
    reason(Fault.UNKNOWN, Column.COUNTRY_CODE): "contract.country_aliases",
}
"""Reason → names of the settings in ``globals.yml`` that affect it; ``csv.columns`` affects all other reasons."""


def configuration_warnings(ledger: Mapping[str, Any]) -> list[str]:
    """Return warnings if the ledger suggests a wrong setting or an incomplete delivery.

    Args:
        ledger: The result of :func:`~customer_analytics.core.ledger.ledger.build_ledger`.

    Returns:
        One warning per reason that more than half of the rows have. For a delivery without rows, one warning in total.
    """
    rows = ledger["rows_in"]
    if not rows:
        return ["The delivery has no rows: is it complete?"]
    common_reasons = {name: count for name, count in ledger["by_reason"].items() if 2 * count > rows}
    return [
        f"{count:,} of {rows:,} rows are quarantined for {name}: "
        f"see {_SETTINGS.get(name, 'csv.columns')} in globals.yml."
        for name, count in common_reasons.items()
    ]
