"""``memory_report`` and its summary: what was measured, as a table and in words."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd

from customer_analytics.core.memory.accuracy import CERTIFIED_DEVIATION, CERTIFIED_MEAN, compare_types
from customer_analytics.core.memory.chunk_memory import MemoryProfile
from customer_analytics.core.memory.chunk_size_trials import Trial, recommend
from customer_analytics.core.memory.downcast_plan import DowncastVerdict, StorageOption, TableMemory
from customer_analytics.core.memory.settings import MemorySettings

SCHEMA_VERSION = 1


def tabulate_holdings(profile: MemoryProfile) -> pd.DataFrame:
    """``memory_report``: a row per table, column and way to hold it.

    Returns:
        ``table``, ``column``, ``dtype``, ``verdict`` (``plain``, ``adopted``, ``possible``, ``refused``), ``reason``
        (text); ``rows``, ``changed``: values that do not come back (int64), ``deep_bytes`` (int64);
        ``bytes_per_row`` (float64, null for no rows).
    """
    rows = [
        {
            "table": table.name,
            **{name: str(getattr(one, name)) for name in ("column", "dtype", "verdict")},
            "rows": table.held.rows,
            "changed": one.changed,
            "deep_bytes": one.deep_bytes,
            "bytes_per_row": one.deep_bytes / table.held.rows if table.held.rows else np.nan,
            "reason": one.reason,
        }
        for table in profile.tables
        for one in table.holdings
    ]
    return pd.DataFrame(rows)


def summarise_memory(
    profile: MemoryProfile, speeds: pd.DataFrame, trials: Sequence[Trial], settings: MemorySettings
) -> dict[str, Any]:
    """``memory_report_summary``.

    Args:
        profile: The chunks measured.
        speeds: ``calculation_speeds``.
        trials: Those of ``CHUNK_ROWS``.
        settings: Whence the budget.

    Returns:
        A map that JSON can hold: ``tables`` by name, ``float32``, ``calculations``, ``chunk_rows``, ``in_words``.
    """
    known = speeds.astype(object).where(speeds.notna(), None)
    return {
        "schema_version": SCHEMA_VERSION,
        "tables": {table.name: _sizes(table) for table in profile.tables},
        "float32": _float32(profile),
        "calculations": known.to_dict("records"),
        "chunk_rows": _chunk_rows(trials, settings),
        "in_words": [
            *(_table_in_words(table) for table in profile.tables),
            *_refusals_in_words(profile),
            *_speeds_in_words(speeds),
            _recommended_in_words(trials, settings),
        ],
    }


def _sizes(table: TableMemory) -> dict[str, Any]:
    plain, held = table.plain, table.held
    return {
        "rows": held.rows,
        "plain_deep_bytes": plain.total,
        "plain_distinct_bytes": plain.distinct_total,
        "held_deep_bytes": held.total,
        "beside_deep_bytes": table.beside_bytes,
        "smallest_deep_bytes": table.smallest_total,
        "saved_share": saved(plain.total, held.total),
        "saved_share_of_distinct": saved(plain.distinct_total, held.distinct_total),
        "saved_share_with_beside": saved(plain.total, held.total + table.beside_bytes),
        "plain_getsizeof_bytes": plain.getsizeof_bytes,
        "held_getsizeof_bytes": held.getsizeof_bytes,
        "plain_info": plain.info.splitlines(),
        "held_info": held.info.splitlines(),
        "misread_values": sum(one.changed for one in table.holdings if one.verdict is DowncastVerdict.PLAIN),
    }


def saved(plain_bytes: int, held_bytes: int) -> float | None:
    """The share of memory saved; ``None`` where there was none."""
    return 1 - held_bytes / plain_bytes if plain_bytes else None


def _float32(profile: MemoryProfile) -> dict[str, Any]:
    return {
        "num_acc4": {
            "certified_mean": CERTIFIED_MEAN,
            "certified_deviation": CERTIFIED_DEVIATION,
            "types": [asdict(one) for one in compare_types()],
        },
        "amounts": profile.money.amounts,
        "amounts_changed": profile.money.changed,
        "sum_off_major_units": profile.money.sum_off if np.isfinite(profile.money.sum_off) else None,
    }


def _chunk_rows(trials: Sequence[Trial], settings: MemorySettings) -> dict[str, Any]:
    recommended = recommend(trials, settings)
    return {
        "memory_budget_mb": settings.memory_budget_mb,
        "recommended": recommended.chunk_rows,
        "reason": recommended.reason,
        "trials": [{**asdict(one), "outcome": str(one.outcome), "telling": one.telling} for one in trials],
    }


def _table_in_words(table: TableMemory) -> str:
    sizes = _sizes(table)
    if not table.held.rows:
        return f"{table.name}: no rows, so nothing to save."
    return (
        f"{table.name}: a chunk of {table.held.rows:,} rows is {_size(table.plain.total)} in plain pandas and "
        f"{_size(table.held.total)} here: {_change(sizes['saved_share'])} "
        f"({_change(sizes['saved_share_of_distinct'])} when plain pandas' shared texts count once)."
    )


def _refusals_in_words(profile: MemoryProfile) -> list[str]:
    amounts = [one for one in profile.tables[1].holdings if _is_float32(one)]
    single, *_, exact = compare_types()
    return [
        *(f"{one.column} as float32: refused, {one.reason}." for one in amounts),
        (
            f"NumAcc4's deviation of {CERTIFIED_DEVIATION} is {single.deviation} in float32 "
            f"({single.deviation_digits:.0f} digits right) and {exact.deviation} in whole minor units "
            f"({exact.deviation_digits:.0f})."
        ),
    ]


def _is_float32(one: StorageOption) -> bool:
    return one.dtype == "float32" and one.verdict is DowncastVerdict.QUARANTINED


def _speeds_in_words(speeds: pd.DataFrame) -> list[str]:
    told = []
    for name, ways in speeds.groupby("calculation", sort=False):
        if ways["rows"].iloc[0]:
            compared = ", ".join(
                f"{way} {rate:,.0f}" for way, rate in zip(ways["way"], ways["rows_per_second"], strict=True)
            )
            agree = "equal answers" if ways["equal"].all() else "answers that differ"
            told.append(f"{name}, rows/s: {compared}; {agree}.")
    return told


def _recommended_in_words(trials: Sequence[Trial], settings: MemorySettings) -> str:
    recommended = recommend(trials, settings)
    size = "none of those tried" if recommended.chunk_rows is None else f"{recommended.chunk_rows:,}"
    return f"CHUNK_ROWS for {settings.memory_budget_mb:,.0f} MB: {size} ({recommended.reason})."


def _change(share: float) -> str:
    return f"{share:.1%} saved" if share >= 0 else f"{-share:.1%} more"


def _size(size: int) -> str:
    return f"{size / 10**6:,.1f} MB" if size >= 10**5 else f"{size:,} bytes"
