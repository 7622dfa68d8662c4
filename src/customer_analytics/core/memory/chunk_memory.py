"""Measure the memory of one chunk of the raw table and one chunk of the typed table."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from customer_analytics.core.arrow.frames import to_frame
from customer_analytics.core.chunks.protocol import Chunks
from customer_analytics.core.contract.columns import COLUMNS, Column
from customer_analytics.core.contract.schemas import TYPED
from customer_analytics.core.csv_reader.reader import empty_raw
from customer_analytics.core.memory.accuracy import Float32Loss
from customer_analytics.core.memory.downcast_plan import TableMemory, measure_table

RAW, TYPED_TABLE = "raw_purchases", "typed_purchases"


@dataclass(frozen=True, slots=True)
class MemoryProfile:
    """The memory of the first chunk of each table, and the precision that the typed amounts would lose as float32."""

    tables: tuple[TableMemory, TableMemory]
    float32_loss: Float32Loss


def profile_memory(raw: Chunks, typed: Chunks, decimals: int) -> MemoryProfile:
    """Measure the memory of the first chunk of the raw table and of the typed table.

    Args:
        raw: ``raw_purchases``; only the columns of the contract are measured.
        typed: ``typed_purchases``; all columns are measured.
        decimals: Decimal places of an amount; 2 for cents.
    """
    typed_chunk = first_typed_chunk(typed)
    raw_chunk = next(iter(raw), empty_raw())
    amounts = typed_chunk[Column.PURCHASE_AMOUNT].to_numpy(np.float64)
    raw_memory = measure_table(RAW, raw_chunk, COLUMNS, decimals)
    typed_memory = measure_table(TYPED_TABLE, typed_chunk, tuple(typed_chunk.columns), decimals)
    return MemoryProfile((raw_memory, typed_memory), Float32Loss.of(amounts, decimals))


def first_typed_chunk(typed: Chunks) -> pd.DataFrame:
    """Return the first chunk of ``typed_purchases``; if there is none, a frame without rows."""
    return next(iter(typed), to_frame(TYPED.empty_table()))
