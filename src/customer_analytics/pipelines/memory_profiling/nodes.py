"""Nodes that measure the memory of a chunk and the speed of calculations, and recommend a chunk size."""

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
    """The interface of an object that runs trials of chunk sizes, as in ``datasets.profiling.chunk_trials``."""

    def try_sizes(self, raw: Chunks, contract: Contract, settings: MemorySettings) -> tuple[trials.Trial, ...]:
        """Run ingestion to aggregation on the first records once per chunk size; return one measured trial per size."""
        ...


def measure_columns(raw_purchases: Chunks, typed_purchases: Chunks, contract: Contract) -> profile.MemoryProfile:
    """Measure the first raw chunk and the first typed chunk: the memory that each column needs in several dtypes."""
    return profile.profile_memory(raw_purchases, typed_purchases, contract.amount_decimals)


def time_calculations(typed_purchases: Chunks, memory_profiling: MemorySettings, contract: Contract) -> pd.DataFrame:
    """Return ``calculation_speeds``: how long z-scores and group sums take in a Python loop, in pandas and in NumPy."""
    typed_chunk = profile.first_typed_chunk(typed_purchases)
    rows = calculations.select_comparable_rows(typed_chunk, contract.amount_decimals)
    return calculations.time_calculations(rows, memory_profiling.repeats)


def try_chunk_rows(
    raw_purchases: Chunks, chunk_trial_bench: TrialBench, memory_profiling: MemorySettings, contract: Contract
) -> tuple[trials.Trial, ...]:
    """Run ingestion to aggregation once per chunk size, each in a new process; return one measured trial per size."""
    return chunk_trial_bench.try_sizes(raw_purchases, contract, memory_profiling)


def report_memory(
    memory_profile: profile.MemoryProfile,
    calculation_speeds: pd.DataFrame,
    chunk_trials: tuple[trials.Trial, ...],
    memory_profiling: MemorySettings,
) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, Any]]:
    """Return two tables and a dict: ``memory_report``, ``chunk_rows_trials`` and ``memory_report_summary``."""
    summary = report.summarise_memory(memory_profile, calculation_speeds, chunk_trials, memory_profiling)
    return report.tabulate_options(memory_profile), trials.tabulate_trials(chunk_trials), summary


def draw_memory(
    memory_profile: profile.MemoryProfile,
    calculation_speeds: pd.DataFrame,
    chunk_trials: tuple[trials.Trial, ...],
    memory_profiling: MemorySettings,
) -> tuple[Any, Any, Any]:
    """Return three Plotly figures: memory by column, speed of calculations, and memory and time by chunk size."""
    return (
        charts.draw_columns(memory_profile),
        charts.draw_speeds(calculation_speeds),
        charts.draw_trials(chunk_trials, memory_profiling),
    )
