"""One chunk of each table, measured."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from customer_analytics.core.arrow.frames import to_frame
from customer_analytics.core.chunks.protocol import Chunks
from customer_analytics.core.contract.columns import COLUMNS, Column
from customer_analytics.core.contract.schemas import TYPED
from customer_analytics.core.csv_reader.reader import empty_raw
from customer_analytics.core.memory.accuracy import MoneyLoss
from customer_analytics.core.memory.downcast_plan import TableMemory, measure_table

RAW, TYPED_TABLE = "raw_purchases", "typed_purchases"


@dataclass(frozen=True, slots=True)
class MemoryProfile:
    """What a chunk of the raw and one of the typed table hold.

    Args:
        tables: The raw one, then the typed one.
        money: What float32 would do to the typed chunk's amounts.
    """

    tables: tuple[TableMemory, TableMemory]
    money: MoneyLoss


def profile_memory(raw: Chunks, typed: Chunks, decimals: int) -> MemoryProfile:
    """Measure the first chunk of each table; of the raw one, the contract's columns.

    Args:
        raw: ``raw_purchases``.
        typed: ``typed_purchases``.
        decimals: Digits of the minor unit.
    """
    judged = first_typed(typed)
    came = next(iter(raw), empty_raw())
    amounts = judged[Column.PURCHASE_AMOUNT].to_numpy(np.float64)
    return MemoryProfile(
        (
            measure_table(RAW, came, COLUMNS, decimals),
            measure_table(TYPED_TABLE, judged, tuple(judged.columns), decimals),
        ),
        MoneyLoss.of(amounts, decimals),
    )


def first_typed(typed: Chunks) -> pd.DataFrame:
    """The first chunk of ``typed_purchases``; no rows where it has none."""
    return next(iter(typed), to_frame(TYPED.empty_table()))
