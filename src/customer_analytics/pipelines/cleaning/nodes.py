"""Typed purchases go to exactly one of three tables, and a ledger proves it."""

from functools import partial
from typing import Any

from customer_analytics.core.chunks.local import Chunks
from customer_analytics.core.contract.schemas import SOURCE_FILE, SOURCE_ROW
from customer_analytics.core.contract.settings import Column, Contract
from customer_analytics.core.dedup import duplicates as repeats
from customer_analytics.core.dedup.row_bitmap import Places
from customer_analytics.core.ledger import ledger, quarantine
from customer_analytics.core.money.money_sum import Money


def quarantine_purchases(typed_purchases: Chunks) -> Chunks:
    """The records with a fault, and their reasons."""
    return typed_purchases.select(quarantine.READ).map(quarantine.refused_rows)


def find_repeats(typed_purchases: Chunks) -> Chunks:
    """The later copies of valid purchases."""
    return repeats.find_repeats(typed_purchases)


def keep_first_copies(typed_purchases: Chunks, repeated_purchases: Chunks) -> Chunks:
    """The valid purchases, one row per id."""
    later = repeated_purchases.select([SOURCE_FILE, SOURCE_ROW]).fold(Places.of, Places())
    return typed_purchases.select(repeats.FIRST_COPIES_READ).map(partial(repeats.first_copies, repeats=later))


def count_intake(typed_purchases: Chunks, contract: Contract) -> ledger.Intake:
    """What came in, by fault and by file."""
    counted = typed_purchases.select(ledger.TYPED_COUNTED)
    return counted.fold(partial(ledger.Intake.of, decimals=contract.amount_decimals), ledger.Intake())


def count_outcome(
    intake: ledger.Intake,
    clean_purchases: Chunks,
    quarantined_purchases: Chunks,
    repeated_purchases: Chunks,
    contract: Contract,
) -> ledger.Outcome:
    """Where it went, counted on the tables as they were written."""
    decimals = contract.amount_decimals
    amounts = clean_purchases.select([Column.PURCHASE_AMOUNT])
    copies = repeated_purchases.select([Column.PURCHASE_AMOUNT, "kind"])
    return ledger.Outcome(
        intake,
        amounts.fold(lambda frame: Money.of(frame[Column.PURCHASE_AMOUNT].to_numpy(), decimals), Money()),
        quarantined_purchases.select([SOURCE_ROW]).fold(len, 0),
        copies.fold(partial(ledger.Copies.of, decimals=decimals), ledger.Copies()),
        repeats.count_repeated_ids(clean_purchases),
    )


def balance_ledger(outcome: ledger.Outcome, input_files: list[dict[str, Any]], contract: Contract) -> dict[str, Any]:
    """The ledger of a run whose rows and money balance; any other run ends here."""
    return ledger.write_ledger(outcome, input_files, contract.amount_decimals)
