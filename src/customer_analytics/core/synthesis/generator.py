"""Deliveries: any block of one, as text or as counts."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd
import pyarrow as pa

from customer_analytics.core.arrow.frames import to_frame
from customer_analytics.core.chunks.local import Task
from customer_analytics.core.synthesis.csv_records import HEADER, Scribe
from customer_analytics.core.synthesis.lookup_tables import Tables, days_of
from customer_analytics.core.synthesis.row_plan import Kind, Plan, plan_rows
from customer_analytics.core.synthesis.settings import SynthesisSettings
from customer_analytics.core.synthesis.truth import Labels, TruthCounts
from customer_analytics.core.synthesis.value_lists import ValueLists


@dataclass(frozen=True, slots=True)
class Delivery:
    """A purchases CSV that can be written and counted block by block, in any order and anywhere.

    As a ``Source`` of chunks its chunks are ranges of row numbers; a delivery of no rows has one empty range.

    Args:
        settings: Size, period and dirt.
        tables: Lookup tables for decisions.
        labels: Names for the counts.
    """

    settings: SynthesisSettings
    vocabulary: ValueLists
    tables: Tables
    labels: Labels

    @classmethod
    def of(cls, settings: SynthesisSettings) -> Self:
        """Prepare a delivery."""
        words = ValueLists.of(settings)
        months = tuple(f"{day:%Y-%m}" for day in days_of(settings))
        return cls(
            settings,
            words,
            Tables.of(settings, words),
            Labels([one.name for one in words.categories], months),
        )

    def blocks(self) -> Iterator[range]:
        """The row numbers of each block, in order."""
        rows, step = self.settings.rows, self.settings.block_rows
        return (range(start, min(start + step, rows)) for start in range(0, max(rows, 1), step))

    def total(self) -> int:
        """Rows of the delivery."""
        return self.settings.rows

    def tasks(self, columns: Sequence[str] | None) -> AbstractContextManager[Iterator[Task]]:
        """The blocks as tasks; ranges have no columns to choose."""
        del columns
        return nullcontext(Task(lambda block=block: block, len(block)) for block in self.blocks())  # type: ignore[misc]

    def plan(self, ordinals: Sequence[int] | np.ndarray) -> Plan:
        """What was decided about some rows."""
        return plan_rows(self.settings, self.tables, np.asarray(ordinals, np.int64))

    def tally(self, block: range) -> TruthCounts:
        """The counts of a block; copies of refused rows stay unsettled."""
        plan = self.plan(np.arange(block.start, block.stop))
        copies = np.flatnonzero(plan.kind != Kind.FRESH)
        root_refused = np.zeros(len(block), bool)
        root_refused[copies] = self.plan(plan.root[copies]).refused()
        return TruthCounts.of(plan, root_refused, self.labels)

    def settle(self, tally: TruthCounts) -> dict[str, Any]:
        """The truth of the whole delivery.

        Args:
            tally: The sum of the counts of all blocks.

        Returns:
            What ``synthesis_truth`` holds (``TruthCounts.as_truth``).
        """
        copies = TruthCounts.of_settled(self.plan(np.array(tally.unsettled.to_array(), np.int64)), self.labels)
        return tally.settled(copies).as_truth()


def written(delivery: Delivery, scribe: Scribe, block: range) -> pd.DataFrame:
    """A block as CSV records: one text column ``record``, the header before row 0, no line ends."""
    records = scribe.records(delivery.plan(block))
    if block.start == 0:
        records = pa.concat_arrays([pa.array([HEADER]), records])
    return to_frame(pa.table({"record": records}), block.start + (block.start > 0))
