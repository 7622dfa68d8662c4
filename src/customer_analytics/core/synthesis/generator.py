"""Generate a synthetic delivery in blocks of rows: write the rows as CSV records, and count them by fate."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Any, Self

import numpy as np
import pandas as pd
import pyarrow as pa

from customer_analytics.core.arrow.frames import to_frame
from customer_analytics.core.chunks.local import Task
from customer_analytics.core.synthesis.csv_records import HEADER, RecordWriter
from customer_analytics.core.synthesis.lookup_tables import LookupTables, list_days
from customer_analytics.core.synthesis.row_plan import RowKind, RowPlan, plan_rows
from customer_analytics.core.synthesis.settings import SynthesisSettings
from customer_analytics.core.synthesis.truth import Labels, TruthCounts
from customer_analytics.core.synthesis.value_lists import ValueLists


@dataclass(frozen=True, slots=True)
class Delivery:
    """A synthetic CSV of purchases; its blocks (ranges of rows) can be generated in any order.

    It implements the protocol ``Source``; its chunks are ranges of row numbers. Without rows, it has one empty range.
    """

    settings: SynthesisSettings
    value_lists: ValueLists
    tables: LookupTables
    labels: Labels

    @classmethod
    def of(cls, settings: SynthesisSettings) -> Self:
        """Make a delivery: compute the values and tables that all its rows share."""
        value_lists = ValueLists.of(settings)
        months = tuple(f"{day:%Y-%m}" for day in list_days(settings))
        labels = Labels([category.name for category in value_lists.categories], months)
        return cls(settings, value_lists, LookupTables.of(settings, value_lists), labels)

    def blocks(self) -> Iterator[range]:
        """Yield the blocks in order, each as a range of row numbers."""
        rows, step = self.settings.rows, self.settings.block_rows
        return (range(start, min(start + step, rows)) for start in range(0, max(rows, 1), step))

    def total(self) -> int:
        """Return the number of rows of the delivery."""
        return self.settings.rows

    def tasks(self, columns: Sequence[str] | None) -> AbstractContextManager[Iterator[Task]]:
        """Return one task per block; a task returns its block, a range of row numbers. ``columns`` has no effect."""
        del columns
        return nullcontext(Task(lambda block=block: block, len(block)) for block in self.blocks())  # type: ignore[misc]

    def plan(self, row_numbers: Sequence[int] | np.ndarray) -> RowPlan:
        """Decide for each of the given rows its values, its faults and whether it is a duplicate."""
        return plan_rows(self.settings, self.tables, np.asarray(row_numbers, np.int64))

    def count_block(self, block: range) -> TruthCounts:
        """Count the rows of a block (a range of row numbers) by fate.

        A valid row with a quarantined origin counts as ``undecided``: an earlier block can contain its first copy.
        """
        plan = self.plan(np.arange(block.start, block.stop))
        duplicates = np.flatnonzero(plan.kind != RowKind.NEW)
        is_origin_quarantined = np.zeros(len(block), bool)
        is_origin_quarantined[duplicates] = self.plan(plan.origin[duplicates]).is_quarantined()
        return TruthCounts.of(plan, is_origin_quarantined, self.labels)

    def count_truth(self) -> dict[str, Any]:
        """Count all rows of the delivery by fate, block by block.

        Returns:
            The content of ``synthesis_truth`` (``TruthCounts.as_truth``).
        """
        counts = reduce(add, map(self.count_block, self.blocks()), TruthCounts())
        undecided_plan = self.plan(np.array(counts.undecided.to_array(), np.int64))
        return counts.decide(TruthCounts.of_undecided(undecided_plan, self.labels)).as_truth()


def write_block(delivery: Delivery, writer: RecordWriter, block: range) -> pd.DataFrame:
    """Write a block of rows as CSV records.

    Returns:
        A frame with the text column ``record``: one record per row, no line ends. Only the first block has the header.
    """
    records = writer.write(delivery.plan(block))
    if block.start == 0:
        records = pa.concat_arrays([pa.array([HEADER]), records])
    return to_frame(pa.table({"record": records}), block.start + (block.start > 0))
