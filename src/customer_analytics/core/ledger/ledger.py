"""Build the ledger: rows and money by fate (clean, quarantined or duplicate). They must balance with the input."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from customer_analytics.core.chunks.fold import merge_mappings
from customer_analytics.core.contract.columns import BITS, Column
from customer_analytics.core.contract.schemas import AMOUNT_ROUNDED, FAULTS, SOURCE_FILE
from customer_analytics.core.errors import LedgerError
from customer_analytics.core.money.money_sum import MoneySum

SCHEMA_VERSION = 1

COUNTED_COLUMNS = (Column.PURCHASE_AMOUNT, FAULTS, AMOUNT_ROUNDED, SOURCE_FILE)
"""The columns that :meth:`RecordCounts.of` reads."""


@dataclass(frozen=True, slots=True)
class RecordCounts:
    """Row count and money of the valid and of the quarantined rows; ``+`` merges the counts of two chunks.

    Args:
        valid: Row count and money of the rows without a fault.
        quarantined: Row count and money of the rows with at least one fault.
        by_reason: Reason → row count and money of the rows with this reason, also of rows with several reasons.
        rounded: Number of rows whose amount was rounded to the minor unit.
        file_rows: Source file → number of its rows.
    """

    valid: MoneySum = field(default_factory=MoneySum)
    quarantined: MoneySum = field(default_factory=MoneySum)
    by_reason: Mapping[str, MoneySum] = field(default_factory=dict)
    rounded: int = 0
    file_rows: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, typed: pd.DataFrame, decimals: int) -> "RecordCounts":
        """Count the rows of a chunk and sum their money.

        Args:
            typed: A chunk of ``typed_purchases``, with the columns :data:`COUNTED_COLUMNS`.
            decimals: Decimal places of the minor unit.
        """
        amounts, faults = typed[Column.PURCHASE_AMOUNT].to_numpy(), typed[FAULTS].to_numpy()
        faulty_rows = np.flatnonzero(faults)
        faulty_amounts = amounts[faulty_rows]
        quarantined = MoneySum.of(faulty_amounts, decimals)
        reasons = zip(BITS, MoneySum.by_flag(faulty_amounts, faults[faulty_rows], len(BITS), decimals), strict=True)
        file_rows = typed[SOURCE_FILE].value_counts(sort=False)
        return cls(
            MoneySum.of(amounts, decimals) - quarantined,
            quarantined,
            {name: money for name, money in reasons if money.rows},
            int(typed[AMOUNT_ROUNDED].to_numpy().sum()),
            {str(file): int(rows) for file, rows in file_rows.items() if rows},
        )

    def __add__(self, other: "RecordCounts") -> "RecordCounts":
        return RecordCounts(
            self.valid + other.valid,
            self.quarantined + other.quarantined,
            merge_mappings(self.by_reason, other.by_reason, MoneySum()),
            self.rounded + other.rounded,
            merge_mappings(self.file_rows, other.file_rows, 0),
        )


@dataclass(frozen=True, slots=True)
class DuplicateCounts:
    """Row count and money of the exact and of the conflicting duplicates; ``+`` merges the counts of two chunks."""

    exact: MoneySum = field(default_factory=MoneySum)
    conflicting: MoneySum = field(default_factory=MoneySum)

    @classmethod
    def of(cls, duplicates: pd.DataFrame, decimals: int) -> "DuplicateCounts":
        """Count the exact and the conflicting duplicates of a chunk, and sum the money of each kind.

        Args:
            duplicates: A chunk of ``duplicate_purchases``, with the columns ``purchase_amount`` and ``kind``.
            decimals: Decimal places of the minor unit.
        """
        amounts = duplicates[Column.PURCHASE_AMOUNT].to_numpy()
        is_exact = (duplicates["kind"] == "exact").to_numpy(bool)
        return cls(MoneySum.of(amounts[is_exact], decimals), MoneySum.of(amounts[~is_exact], decimals))

    def __add__(self, other: "DuplicateCounts") -> "DuplicateCounts":
        return DuplicateCounts(self.exact + other.exact, self.conflicting + other.conflicting)


@dataclass(frozen=True, slots=True)
class FateCounts:
    """Row counts and money of ``typed_purchases`` and of the table of each fate; :meth:`check` compares them.

    Args:
        record_counts: Counts of ``typed_purchases``.
        clean: Row count and money of ``clean_purchases``.
        quarantined_rows: Number of rows of ``quarantined_purchases``.
        duplicates: Counts of ``duplicate_purchases``.
        duplicate_ids: Number of rows of ``clean_purchases`` whose ``purchase_id`` occurs in an earlier row; must be 0.
    """

    record_counts: RecordCounts
    clean: MoneySum
    quarantined_rows: int
    duplicates: DuplicateCounts
    duplicate_ids: int

    def check(self) -> None:
        """Check that rows and money balance and that the ids of clean rows are unique.

        Raises:
            LedgerError: Two numbers that must be equal differ; the message names both.
        """
        valid = self.record_counts.valid
        clean_or_duplicate = self.clean + self.duplicates.exact + self.duplicates.conflicting
        balances = {
            "quarantined rows": (self.record_counts.quarantined.rows, self.quarantined_rows),
            "valid rows": (valid.rows, clean_or_duplicate.rows),
            "money of valid rows, in minor units": (valid.minor_units, clean_or_duplicate.minor_units),
            "rows of clean_purchases whose purchase_id an earlier row has": (0, self.duplicate_ids),
        }
        for name, (expected, counted) in balances.items():
            if expected != counted:
                hint = "do not use this run; report it as a bug"
                raise LedgerError(f"ledger: {name}", str(expected), str(counted), hint)


def build_ledger(fate_counts: FateCounts, input_files: Sequence[Mapping[str, Any]], decimals: int) -> dict[str, Any]:
    """Check that rows and money of a run balance, and return its ledger.

    Args:
        fate_counts: Row count and money of every fate.
        input_files: For each input file a mapping with the keys ``file``, ``bytes`` and ``sha256``.
        decimals: Decimal places of the minor unit.

    Returns:
        The content of ``08_reporting/ledger.json``; ``docs/data_contract.md`` describes every key. Money is in whole
        minor units. ``amounts_unreadable`` is the number of quarantined rows without an amount; such rows add no money.

    Raises:
        LedgerError: Rows or money do not balance, or two clean rows have the same id.
    """
    fate_counts.check()
    record_counts, duplicates = fate_counts.record_counts, fate_counts.duplicates
    money_by_fate = {
        "rows_in": record_counts.valid + record_counts.quarantined,
        "clean": fate_counts.clean,
        "quarantined": record_counts.quarantined,
        "duplicates": duplicates.exact + duplicates.conflicting,
        "duplicates_exact": duplicates.exact,
        "duplicates_conflicting": duplicates.conflicting,
    }
    money_by_reason = {name: record_counts.by_reason[name] for name in BITS if name in record_counts.by_reason}
    return {
        "schema_version": SCHEMA_VERSION,
        **{name: money.rows for name, money in money_by_fate.items()},
        "by_reason": {name: money.rows for name, money in money_by_reason.items()},
        "money_minor_units": {
            "decimals": decimals,
            **{name: money.minor_units for name, money in money_by_fate.items()},
            "by_reason": {name: money.minor_units for name, money in money_by_reason.items()},
        },
        "amounts_rounded": record_counts.rounded,
        "amounts_unreadable": record_counts.quarantined.unreadable,
        "clean_ids_unique": fate_counts.duplicate_ids == 0,
        "input_files": [{**file, "rows": record_counts.file_rows.get(file["file"], 0)} for file in input_files],
    }
