"""Describe the ledger as text for the console."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from customer_analytics.core.errors import listed
from customer_analytics.core.ledger.warnings import configuration_warnings

_FATES = {
    "rows_in": "rows read",
    "clean": "clean",
    "quarantined": "quarantined",
    "duplicates_exact": "exact duplicates",
    "duplicates_conflicting": "conflicting duplicates",
}


def describe_ledger(ledger: Mapping[str, Any]) -> str:
    """Return the ledger as lines of text: the files; rows and money by fate; rows by reason; the warnings.

    Args:
        ledger: The content of ``ledger.json``.
    """
    money = ledger["money_minor_units"]
    files = [file["file"] for file in ledger["input_files"]]
    lines = [f"From {listed(files, most=3)}:", f"{'rows':>15}  {'':<30} {'money':>22}"]
    for key, fate in _FATES.items():
        amount = Decimal(money[key]).scaleb(-money["decimals"])
        lines.append(f"{ledger[key]:>15,}  {fate:<30} {amount:>22,f}")
    lines += [
        "",
        "Rows and money balance, and every purchase_id in clean_purchases is unique.",
        f"{ledger['amounts_unreadable']:,} quarantined rows have no valid amount; they count as no money.",
    ]
    if ledger["by_reason"]:
        lines.append("Reasons (a row can have several):")
        most_rows_first = sorted(ledger["by_reason"].items(), key=lambda item: -item[1])
        lines += [f"{rows:>15,}  {reason}" for reason, rows in most_rows_first]
    return "\n".join([*lines, *(f"Warning: {warning}" for warning in configuration_warnings(ledger))])
