"""Typed purchases go to exactly one of three tables, and a ledger proves it."""

from functools import partial
from typing import Any

from customer_analytics.core.chunks.protocol import Chunks
from customer_analytics.core.contract.columns import Column
from customer_analytics.core.contract.schemas import SOURCE_FILE, SOURCE_ROW
from customer_analytics.core.contract.settings import Contract
from customer_analytics.core.dedup import duplicates as repeats
from customer_analytics.core.dedup.row_bitmap import RowBitmaps
from customer_analytics.core.ledger import ledger, quarantine
from customer_analytics.core.money.money_sum import MoneySum


def quarantine_purchases(typed_purchases: Chunks) -> Chunks:
    """The records with a fault, and their reasons."""
    return typed_purchases.select(quarantine.READ).map(quarantine.quarantined_rows)


def find_duplicates(typed_purchases: Chunks) -> Chunks:
    """The later copies of valid purchases."""
    return repeats.find_duplicates(typed_purchases)


def keep_first_copies(typed_purchases: Chunks, duplicate_purchases: Chunks) -> Chunks:
    """The valid purchases, one row per id."""
    later = duplicate_purchases.select([SOURCE_FILE, SOURCE_ROW]).fold(RowBitmaps.of, RowBitmaps())
    return typed_purchases.select(repeats.FIRST_COPY_COLUMNS).map(partial(repeats.first_copies, repeats=later))


def count_records(typed_purchases: Chunks, contract: Contract) -> ledger.RecordCounts:
    """What came in, by fault and by file."""
    counted = typed_purchases.select(ledger.COUNTED_COLUMNS)
    return counted.fold(partial(ledger.RecordCounts.of, decimals=contract.amount_decimals), ledger.RecordCounts())


def count_fates(
    record_counts: ledger.RecordCounts,
    clean_purchases: Chunks,
    quarantined_purchases: Chunks,
    duplicate_purchases: Chunks,
    contract: Contract,
) -> ledger.FateCounts:
    """Where it went, counted on the tables as they were written."""
    decimals = contract.amount_decimals
    amounts = clean_purchases.select([Column.PURCHASE_AMOUNT])
    copies = duplicate_purchases.select([Column.PURCHASE_AMOUNT, "kind"])
    return ledger.FateCounts(
        record_counts,
        amounts.fold(lambda frame: MoneySum.of(frame[Column.PURCHASE_AMOUNT].to_numpy(), decimals), MoneySum()),
        quarantined_purchases.select([SOURCE_ROW]).fold(len, 0),
        copies.fold(partial(ledger.DuplicateCounts.of, decimals=decimals), ledger.DuplicateCounts()),
        repeats.count_duplicate_ids(clean_purchases),
    )


def balance_ledger(
    fate_counts: ledger.FateCounts, input_files: list[dict[str, Any]], contract: Contract
) -> dict[str, Any]:
    """The ledger of a run whose rows and money balance; any other run ends here."""
    return ledger.build_ledger(fate_counts, input_files, contract.amount_decimals)
