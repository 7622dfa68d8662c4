"""Compare trial runs with different chunk sizes, and recommend a chunk size."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from customer_analytics.core.arrow.frames import text_array
from customer_analytics.core.contract.columns import COLUMNS
from customer_analytics.core.memory.settings import MemorySettings

RECORD = "record"
HEADER = ",".join(COLUMNS)
_MEASUREMENTS = ("elapsed_s", "cpu_s", "peak_bytes", "owned_bytes")
_NEEDS_QUOTES = r'[",\r\n]'


class TrialOutcome(StrEnum):
    """How a trial ended: it was completed, it failed, or it exceeded the time limit."""

    DONE = "done"
    FAILED = "failed"
    TOO_SLOW = "too_slow"


@dataclass(frozen=True, slots=True)
class Trial:
    """A trial: one run with a given chunk size, in a new process.

    Args:
        chunk_rows: Maximum number of rows in a chunk.
        rows: Number of records that the run processes.
        chunks_held: Maximum number of chunks in memory at the same time.
        whole: Whether the run processes the whole delivery.
        outcome: How the run ended.
        elapsed_s: Wall time of the run, without the start of its process; ``None`` unless the outcome is ``done``.
        cpu_s: CPU time of the run on all cores; ``None`` unless the outcome is ``done``.
        peak_bytes: Peak of the resident memory of the run's processes, mapped files included; ``None`` if unknown.
        owned_bytes: Peak of the memory of the run's processes without mapped files; ``None`` if unknown.
    """

    chunk_rows: int
    rows: int
    chunks_held: int
    whole: bool
    outcome: TrialOutcome
    elapsed_s: float | None = None
    cpu_s: float | None = None
    peak_bytes: int | None = None
    owned_bytes: int | None = None

    @property
    def is_representative(self) -> bool:
        """Return whether the trial was completed and held as many chunks in memory as a run of the whole delivery."""
        return self.outcome is TrialOutcome.DONE and (self.whole or self.rows >= self.chunk_rows * self.chunks_held)

    def as_record(self) -> dict[str, Any]:
        """Return a dict of all fields, and of ``is_representative`` under the key ``representative``."""
        return {**asdict(self), "outcome": str(self.outcome), "representative": self.is_representative}


@dataclass(frozen=True, slots=True)
class Recommendation:
    """A recommended ``CHUNK_ROWS`` (``None`` if no size can be recommended) and an explanation."""

    chunk_rows: int | None
    explanation: str


def recommend(trials: Sequence[Trial], settings: MemorySettings) -> Recommendation:
    """Recommend the smallest chunk size that fits the memory budget and is fast enough.

    "Fast enough" means at most ``1 + settings.time_tolerance`` times the shortest time of all sizes that fit.
    """
    usable_trials = [trial for trial in trials if trial.is_representative and trial.peak_bytes is not None]
    if not usable_trials:
        return Recommendation(
            None, "every trial failed, exceeded the time limit, or had fewer chunks in memory than a run has"
        )
    fitting_trials = [trial for trial in usable_trials if (trial.peak_bytes or 0) <= settings.budget_bytes]
    if not fitting_trials:
        leanest = min(usable_trials, key=lambda trial: trial.peak_bytes or 0)
        return Recommendation(
            None,
            f"no size fits into {settings.memory_budget_mb:,.0f} MB; "
            f"chunks of {leanest.chunk_rows:,} rows need {_format_mb(leanest.peak_bytes)}. "
            "Raise the budget or lower THREADS",
        )
    fastest_s = min(trial.elapsed_s or 0.0 for trial in fitting_trials)
    max_s = fastest_s * (1 + settings.time_tolerance)
    fast_trials = [trial for trial in fitting_trials if (trial.elapsed_s or 0.0) <= max_s]
    return _explain(min(fast_trials, key=lambda trial: trial.chunk_rows), fastest_s)


def tabulate_trials(trials: Sequence[Trial]) -> pd.DataFrame:
    """Build the table ``chunk_rows_trials``; :class:`Trial` explains its columns.

    Returns:
        A row per trial. int64: ``chunk_rows``, ``rows``, ``chunks_held``. bool: ``whole``, ``representative``. Text:
        ``outcome``. float64, null if unknown: ``elapsed_s``, ``cpu_s``, ``peak_bytes``, ``owned_bytes``.
    """
    records = [trial.as_record() for trial in trials]
    return pd.DataFrame(records).astype(dict.fromkeys(_MEASUREMENTS, "float64"))


def as_records(raw: pd.DataFrame) -> pd.DataFrame:
    """Write raw purchases as CSV records of the contract's columns.

    Args:
        raw: The contract's columns (text, plain or dictionary-encoded); null becomes an empty field.

    Returns:
        A frame with the text column ``record``; a field has quotes only where RFC 4180 requires them.
    """
    fields = [_write_fields(text_array(raw[column])) for column in COLUMNS]
    records = pc.binary_join_element_wise(*fields, ",")
    return pd.DataFrame({RECORD: pd.arrays.ArrowExtensionArray(records)})


def _write_fields(texts: pa.StringArray) -> pa.Array:
    filled = pc.fill_null(texts, "")
    escaped = pc.replace_substring(filled, '"', '""')
    quoted = pc.binary_join_element_wise('"', escaped, '"', "")
    return pc.if_else(pc.match_substring_regex(filled, _NEEDS_QUOTES), quoted, filled)


def _explain(trial: Trial, fastest_s: float) -> Recommendation:
    measured_on = (
        "measured on the whole delivery"
        if trial.whole
        else f"measured on the first {trial.rows:,} rows; a longer delivery needs somewhat more memory"
    )
    return Recommendation(
        trial.chunk_rows,
        f"{trial.elapsed_s:.1f} s and {_format_mb(trial.peak_bytes)}; "
        f"the fastest size within the budget took {fastest_s:.1f} s; {measured_on}",
    )


def _format_mb(size: int | None) -> str:
    return f"{(size or 0) / 10**6:,.0f} MB"
