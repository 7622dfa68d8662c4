"""Nodes that divide the typed purchases into clean, quarantined and duplicate purchases, and balance the ledger."""

from functools import partial
from typing import Any

from customer_analytics.core.chunks.protocol import Chunks
from customer_analytics.core.contract.columns import Column
from customer_analytics.core.contract.schemas import SOURCE_FILE, SOURCE_ROW
from customer_analytics.core.contract.settings import Contract
from customer_analytics.core.dedup import duplicates
from customer_analytics.core.dedup.row_bitmap import RowBitmaps
from customer_analytics.core.ledger import ledger, quarantine
from customer_analytics.core.money.money_sum import MoneySum


def quarantine_purchases(typed_purchases: Chunks) -> Chunks:
    """Select the purchases that have a fault, and list the reasons of each purchase."""
    return typed_purchases.select(quarantine.QUARANTINE_COLUMNS).map(quarantine.quarantined_rows)


def find_duplicates(typed_purchases: Chunks) -> Chunks:
    """Select the duplicates: valid purchases with the ``purchase_id`` of an earlier valid purchase."""
    return duplicates.find_duplicates(typed_purchases)


def keep_first_copies(typed_purchases: Chunks, duplicate_purchases: Chunks) -> Chunks:
    """Select the clean purchases: the first valid purchase with each ``purchase_id``."""
    duplicate_rows = duplicate_purchases.select([SOURCE_FILE, SOURCE_ROW]).fold(RowBitmaps.of, RowBitmaps())
    first_copies = partial(duplicates.first_copies, duplicate_rows=duplicate_rows)
    return typed_purchases.select(duplicates.FIRST_COPY_COLUMNS).map(first_copies)


def count_records(typed_purchases: Chunks, contract: Contract) -> ledger.RecordCounts:
    """Count rows and sum amounts: of valid rows, of quarantined rows, and per reason; count the rows per input file."""
    measure = partial(ledger.RecordCounts.of, decimals=contract.amount_decimals)
    return typed_purchases.select(ledger.COUNTED_COLUMNS).fold(measure, ledger.RecordCounts())


def count_fates(
    record_counts: ledger.RecordCounts,
    clean_purchases: Chunks,
    quarantined_purchases: Chunks,
    duplicate_purchases: Chunks,
    contract: Contract,
) -> ledger.FateCounts:
    """Count rows by fate, sum the clean and duplicate amounts, and count clean rows with the id of an earlier one."""
    decimals = contract.amount_decimals
    clean_amounts = clean_purchases.select([Column.PURCHASE_AMOUNT])
    duplicate_kinds = duplicate_purchases.select([Column.PURCHASE_AMOUNT, "kind"])
    return ledger.FateCounts(
        record_counts,
        clean_amounts.fold(lambda frame: MoneySum.of(frame[Column.PURCHASE_AMOUNT].to_numpy(), decimals), MoneySum()),
        quarantined_purchases.select([SOURCE_ROW]).fold(len, 0),
        duplicate_kinds.fold(partial(ledger.DuplicateCounts.of, decimals=decimals), ledger.DuplicateCounts()),
        duplicates.count_duplicate_ids(clean_purchases),
    )


def balance_ledger(
    fate_counts: ledger.FateCounts, input_files: list[dict[str, Any]], contract: Contract
) -> dict[str, Any]:
    """Build the ledger of the run; raise LedgerError if rows or money do not balance."""
    return ledger.build_ledger(fate_counts, input_files, contract.amount_decimals)
