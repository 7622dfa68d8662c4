"""What a chunk costs in memory, what may be saved without loss, and which size of chunk suits a budget."""

from typing import Any, Protocol

import pandas as pd

from customer_analytics.core.chunks.protocol import Chunks
from customer_analytics.core.contract.settings import Contract
from customer_analytics.core.memory import calculations
from customer_analytics.core.memory import chunk_memory as profile
from customer_analytics.core.memory import chunk_size_trials as trials
from customer_analytics.core.memory import memory_report as report
from customer_analytics.core.memory.settings import MemorySettings
from customer_analytics.core.report.charts import memory as charts


class TrialBench(Protocol):
    """A place where chunk sizes are tried."""

    def try_sizes(self, raw: Chunks, contract: Contract, settings: MemorySettings) -> tuple[trials.Trial, ...]:
        """One run of the main job for each size, on the first records of the delivery."""
        ...


def measure_columns(raw_purchases: Chunks, typed_purchases: Chunks, contract: Contract) -> profile.MemoryProfile:
    """A chunk of each table: its columns in plain pandas, as held here, and in every other type worth a look."""
    return profile.profile_memory(raw_purchases, typed_purchases, contract.amount_decimals)


def time_calculations(typed_purchases: Chunks, memory_profiling: MemorySettings, contract: Contract) -> pd.DataFrame:
    """``calculation_speeds``: z-scores and group sums as a loop, in pandas and in NumPy."""
    rows = calculations.comparable_rows(profile.first_typed(typed_purchases), contract.amount_decimals)
    return calculations.time_calculations(rows, memory_profiling.repeats)


def try_chunk_rows(
    raw_purchases: Chunks, chunk_trial_bench: TrialBench, memory_profiling: MemorySettings, contract: Contract
) -> tuple[trials.Trial, ...]:
    """The main job in fresh processes, one for each size of chunk."""
    return chunk_trial_bench.try_sizes(raw_purchases, contract, memory_profiling)


def report_memory(
    memory_profile: profile.MemoryProfile,
    calculation_speeds: pd.DataFrame,
    chunk_trials: tuple[trials.Trial, ...],
    memory_profiling: MemorySettings,
) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, Any]]:
    """``memory_report``, ``chunk_rows_trials`` and ``memory_report_summary``."""
    summary = report.summarise_memory(memory_profile, calculation_speeds, chunk_trials, memory_profiling)
    return report.tabulate_holdings(memory_profile), trials.tabulate_trials(chunk_trials), summary


def draw_memory(
    memory_profile: profile.MemoryProfile,
    calculation_speeds: pd.DataFrame,
    chunk_trials: tuple[trials.Trial, ...],
    memory_profiling: MemorySettings,
) -> tuple[Any, Any, Any]:
    """Memory by column, speed of the calculations, memory and time by size of chunk: as Plotly figures."""
    return (
        charts.draw_columns(memory_profile),
        charts.draw_speeds(calculation_speeds),
        charts.draw_trials(chunk_trials, memory_profiling),
    )
