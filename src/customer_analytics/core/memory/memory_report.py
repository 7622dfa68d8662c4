"""Build the table and the summary that memory profiling saves."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd

from customer_analytics.core.memory.accuracy import CERTIFIED_DEVIATION, CERTIFIED_MEAN, Float32Loss, compare_types
from customer_analytics.core.memory.chunk_memory import MemoryProfile
from customer_analytics.core.memory.chunk_size_trials import Trial, recommend
from customer_analytics.core.memory.downcast_plan import DowncastVerdict, StorageOption, TableMemory
from customer_analytics.core.memory.settings import MemorySettings

SCHEMA_VERSION = 1


def tabulate_options(profile: MemoryProfile) -> pd.DataFrame:
    """Build the table ``memory_report``: a row per table, column and data type.

    Returns:
        Text: ``table``, ``column``, ``dtype``, ``verdict`` (``plain``, ``adopted``, ``possible`` or ``rejected``) and
        ``reason``. int64: ``rows``, ``changed`` (number of values that the type changes) and ``deep_bytes``. float64:
        ``bytes_per_row`` (null if there are no rows).
    """
    records = [
        {
            "table": table.name,
            "column": option.column,
            "dtype": option.dtype,
            "verdict": str(option.verdict),
            "rows": table.adopted.rows,
            "changed": option.changed,
            "deep_bytes": option.deep_bytes,
            "bytes_per_row": option.deep_bytes / table.adopted.rows if table.adopted.rows else np.nan,
            "reason": option.reason,
        }
        for table in profile.tables
        for option in table.options
    ]
    return pd.DataFrame(records)


def summarise_memory(
    profile: MemoryProfile, speeds: pd.DataFrame, trials: Sequence[Trial], settings: MemorySettings
) -> dict[str, Any]:
    """Build ``memory_report_summary``: all results of memory profiling as one dict.

    Args:
        profile: Memory of the first chunk of each table.
        speeds: The table ``calculation_speeds``.
        trials: The trial runs with different chunk sizes.
        settings: Settings of memory profiling, such as the memory budget.

    Returns:
        A dict for JSON: ``tables`` (by name), ``float32``, ``calculations``, ``chunk_rows``, ``in_words`` (sentences).
    """
    speeds_with_none = speeds.astype(object).where(speeds.notna(), None)
    return {
        "schema_version": SCHEMA_VERSION,
        "tables": {table.name: _summarise_table(table) for table in profile.tables},
        "float32": _summarise_float32(profile.float32_loss),
        "calculations": speeds_with_none.to_dict("records"),
        "chunk_rows": _summarise_trials(trials, settings),
        "in_words": [
            *(_describe_table(table) for table in profile.tables),
            *_describe_float32(profile),
            *_describe_speeds(speeds),
            _describe_recommendation(trials, settings),
        ],
    }


def saved_share(plain_bytes: int, adopted_bytes: int) -> float | None:
    """Return the share of ``plain_bytes`` that the adopted types save; ``None`` if ``plain_bytes`` is 0."""
    return 1 - adopted_bytes / plain_bytes if plain_bytes else None


def _summarise_table(table: TableMemory) -> dict[str, Any]:
    plain, adopted = table.plain, table.adopted
    plain_options = [option for option in table.options if option.verdict is DowncastVerdict.PLAIN]
    return {
        "rows": adopted.rows,
        "plain_deep_bytes": plain.total_bytes,
        "plain_distinct_bytes": plain.distinct_total_bytes,
        "adopted_deep_bytes": adopted.total_bytes,
        "other_columns_deep_bytes": table.other_columns_bytes,
        "smallest_deep_bytes": table.smallest_total_bytes,
        "saved_share": saved_share(plain.total_bytes, adopted.total_bytes),
        "saved_share_of_distinct": saved_share(plain.distinct_total_bytes, adopted.distinct_total_bytes),
        "saved_share_with_other_columns": saved_share(
            plain.total_bytes, adopted.total_bytes + table.other_columns_bytes
        ),
        "plain_getsizeof_bytes": plain.getsizeof_bytes,
        "adopted_getsizeof_bytes": adopted.getsizeof_bytes,
        "plain_info": plain.info.splitlines(),
        "adopted_info": adopted.info.splitlines(),
        "misread_values": sum(option.changed for option in plain_options),
    }


def _summarise_float32(loss: Float32Loss) -> dict[str, Any]:
    return {
        "num_acc4": {
            "certified_mean": CERTIFIED_MEAN,
            "certified_deviation": CERTIFIED_DEVIATION,
            "types": [asdict(accuracy) for accuracy in compare_types()],
        },
        "amounts": loss.amounts,
        "amounts_changed": loss.changed,
        "sum_error_major_units": loss.sum_error,
    }


def _summarise_trials(trials: Sequence[Trial], settings: MemorySettings) -> dict[str, Any]:
    recommendation = recommend(trials, settings)
    return {
        "memory_budget_mb": settings.memory_budget_mb,
        "recommended": recommendation.chunk_rows,
        "explanation": recommendation.explanation,
        "trials": [trial.as_record() for trial in trials],
    }


def _describe_table(table: TableMemory) -> str:
    plain, adopted = table.plain, table.adopted
    if not adopted.rows:
        return f"{table.name}: there are no rows to measure."
    change = _format_change(plain.total_bytes, adopted.total_bytes)
    distinct_change = _format_change(plain.distinct_total_bytes, adopted.distinct_total_bytes)
    return (
        f"{table.name}: a chunk of {adopted.rows:,} rows needs {_format_size(plain.total_bytes)} in plain pandas and "
        f"{_format_size(adopted.total_bytes)} in this project: {change} "
        f"({distinct_change} if each shared text of plain pandas counts once)."
    )


def _describe_float32(profile: MemoryProfile) -> list[str]:
    float32, *_, minor_units = compare_types()
    rejections = [option for option in profile.tables[1].options if _is_rejected_float32(option)]
    return [
        *(f"{option.column} as float32 is rejected: {option.reason}." for option in rejections),
        (
            f"The standard deviation of NumAcc4, {CERTIFIED_DEVIATION}, is {float32.deviation} in float32 "
            f"({float32.deviation_digits:.0f} correct digits) and {minor_units.deviation} in integers of minor units "
            f"({minor_units.deviation_digits:.0f} correct digits)."
        ),
    ]


def _is_rejected_float32(option: StorageOption) -> bool:
    return option.dtype == "float32" and option.verdict is DowncastVerdict.REJECTED


def _describe_speeds(speeds: pd.DataFrame) -> list[str]:
    messages = []
    for name, timings in speeds[speeds["rows"] > 0].groupby("calculation", sort=False):
        rates = ", ".join(
            f"{implementation} {rate:,.0f}"
            for implementation, rate in zip(timings["implementation"], timings["rows_per_second"], strict=True)
        )
        equality = "equal results" if timings["equal"].all() else "different results"
        messages.append(f"{name}, rows per second: {rates}; {equality}.")
    return messages


def _describe_recommendation(trials: Sequence[Trial], settings: MemorySettings) -> str:
    recommendation = recommend(trials, settings)
    size = "no recommendation" if recommendation.chunk_rows is None else f"{recommendation.chunk_rows:,}"
    return f"CHUNK_ROWS for {settings.memory_budget_mb:,.0f} MB: {size} ({recommendation.explanation})."


def _format_change(plain_bytes: int, adopted_bytes: int) -> str:
    share = saved_share(plain_bytes, adopted_bytes) or 0.0
    return f"{share:.1%} saved" if share >= 0 else f"{-share:.1%} more"


def _format_size(size: int) -> str:
    return f"{size / 10**6:,.1f} MB" if size >= 10**5 else f"{size:,} bytes"
