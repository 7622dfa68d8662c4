"""The ledger: every row and every minor unit of money that came in, and where it went."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from customer_analytics.core.arrow.frames import codes_of
from customer_analytics.core.contract.columns import BITS, Column
from customer_analytics.core.contract.schemas import AMOUNT_ROUNDED, FAULTS, SOURCE_FILE
from customer_analytics.core.errors import LedgerError
from customer_analytics.core.money.money_sum import MoneySum

SCHEMA_VERSION = 1

COUNTED_COLUMNS = (Column.PURCHASE_AMOUNT, FAULTS, AMOUNT_ROUNDED, SOURCE_FILE)
"""The columns that :meth:`RecordCounts.of` reads."""


@dataclass(frozen=True, slots=True)
class RecordCounts:
    """What came in, counted on the typed table.

    Args:
        valid: The rows without a fault.
        refused: The rows with one or more.
        by_reason: Reason → the rows that have it; a row with several is in each.
        rounded: Rows whose amount had more digits than the minor unit.
        file_rows: File → its records.
    """

    valid: MoneySum = field(default_factory=MoneySum)
    refused: MoneySum = field(default_factory=MoneySum)
    by_reason: Mapping[str, MoneySum] = field(default_factory=dict)
    rounded: int = 0
    file_rows: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, typed: pd.DataFrame, decimals: int) -> "RecordCounts":
        """The record_counts of a chunk.

        Args:
            typed: The columns :data:`COUNTED_COLUMNS` of :data:`~customer_analytics.core.contract.schemas.TYPED`.
            decimals: Digits of the minor unit.
        """
        amounts, faults = typed[Column.PURCHASE_AMOUNT].to_numpy(), typed[FAULTS].to_numpy()
        faulty_rows = np.flatnonzero(faults)
        faulty_amounts = amounts[faulty_rows]
        refused = MoneySum.of(faulty_amounts, decimals)
        reasons = zip(BITS, MoneySum.by_flag(faulty_amounts, faults[faulty_rows], len(BITS), decimals), strict=True)
        codes, files = codes_of(typed[SOURCE_FILE])
        records = np.bincount(codes, minlength=len(files)).tolist()
        return cls(
            MoneySum.of(amounts, decimals) - refused,
            refused,
            {name: money for name, money in reasons if money.rows},
            int(typed[AMOUNT_ROUNDED].to_numpy().sum()),
            {str(name): rows for name, rows in zip(files, records, strict=True) if rows},
        )

    def __add__(self, other: "RecordCounts") -> "RecordCounts":
        return RecordCounts(
            self.valid + other.valid,
            self.refused + other.refused,
            _merged(self.by_reason, other.by_reason, MoneySum()),
            self.rounded + other.rounded,
            _merged(self.file_rows, other.file_rows, 0),
        )


@dataclass(frozen=True, slots=True)
class DuplicateCounts:
    """Later copies, counted on the table of repeats."""

    exact: MoneySum = field(default_factory=MoneySum)
    conflicting: MoneySum = field(default_factory=MoneySum)

    @classmethod
    def of(cls, repeated: pd.DataFrame, decimals: int) -> "DuplicateCounts":
        """The copies of a chunk.

        Args:
            repeated: ``purchase_amount`` and ``kind`` of :data:`~customer_analytics.core.contract.schemas.DUPLICATE`.
            decimals: Digits of the minor unit.
        """
        amounts, exact = (
            repeated[Column.PURCHASE_AMOUNT].to_numpy(),
            (repeated["kind"] == "exact").to_numpy(bool),
        )
        return cls(MoneySum.of(amounts[exact], decimals), MoneySum.of(amounts[~exact], decimals))

    def __add__(self, other: "DuplicateCounts") -> "DuplicateCounts":
        return DuplicateCounts(self.exact + other.exact, self.conflicting + other.conflicting)


@dataclass(frozen=True, slots=True)
class FateCounts:
    """Where the rows went, each part counted on the table it is in."""

    record_counts: RecordCounts
    clean: MoneySum
    quarantined_rows: int
    copies: DuplicateCounts
    repeated_ids: int

    def check(self) -> None:
        """Make sure that rows and money balance and that clean ids are unique.

        Raises:
            LedgerError: They do not; the message names the sides.
        """
        copies = self.copies.exact + self.copies.conflicting
        kept = self.clean + copies
        balances = {
            "rows refused": (self.record_counts.refused.rows, self.quarantined_rows),
            "valid rows": (self.record_counts.valid.rows, kept.rows),
            "money of valid rows, in minor units": (self.record_counts.valid.minor, kept.minor),
            "rows of clean_purchases whose purchase_id stands there before": (0, self.repeated_ids),
        }
        for name, (came, went) in balances.items():
            if came != went:
                raise LedgerError(f"ledger: {name}", str(came), str(went), "do not use this run; report it as a bug")


def build_ledger(fate_counts: FateCounts, input_files: Sequence[Mapping[str, Any]], decimals: int) -> dict[str, Any]:
    """The public ledger of a balanced run.

    Args:
        fate_counts: Where the rows went.
        input_files: One mapping per file: ``file``, ``bytes`` and ``sha256``.
        decimals: Digits of the minor unit.

    Returns:
        What ``08_reporting/ledger.json`` holds; ``docs/data_contract.md`` describes every key. Money is in whole minor
        units, and leaves out amounts that cannot be read (``amounts_unreadable`` counts them).

    Raises:
        LedgerError: Rows or money do not balance.
    """
    fate_counts.check()
    record_counts, copies = fate_counts.record_counts, fate_counts.copies
    repeated = copies.exact + copies.conflicting
    parts = {
        "rows_in": record_counts.valid + record_counts.refused,
        "clean": fate_counts.clean,
        "quarantined": record_counts.refused,
        "duplicates": repeated,
        "duplicates_exact": copies.exact,
        "duplicates_conflicting": copies.conflicting,
    }
    reasons = {name: record_counts.by_reason[name] for name in BITS if name in record_counts.by_reason}
    return {
        "schema_version": SCHEMA_VERSION,
        **{name: money.rows for name, money in parts.items()},
        "by_reason": {name: money.rows for name, money in reasons.items()},
        "money_minor_units": {
            "decimals": decimals,
            **{name: money.minor for name, money in parts.items()},
            "by_reason": {name: money.minor for name, money in reasons.items()},
        },
        "amounts_rounded": record_counts.rounded,
        "amounts_unreadable": record_counts.refused.unreadable,
        "clean_ids_unique": fate_counts.repeated_ids == 0,
        "input_files": [{**file, "rows": record_counts.file_rows.get(file["file"], 0)} for file in input_files],
    }


def _merged(one: Mapping[str, Any], other: Mapping[str, Any], zero: object) -> Mapping[str, Any]:
    names = [*one, *(name for name in other if name not in one)]
    return {name: one.get(name, zero) + other.get(name, zero) for name in names}
