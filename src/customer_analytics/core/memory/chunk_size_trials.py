"""Runs of the main job with chunks of different sizes, and the size that they recommend."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from customer_analytics.core.arrow.frames import text_array
from customer_analytics.core.contract.columns import COLUMNS
from customer_analytics.core.memory.settings import MemorySettings

RECORD = "record"
_FIGURES = ("elapsed_s", "cpu_s", "peak_bytes", "owned_bytes")
HEADER = ",".join(COLUMNS)
_MARKS = r'[",\r\n]'


class TrialOutcome(StrEnum):
    """How a trial ended."""

    DONE = "done"
    FAILED = "failed"
    TOO_SLOW = "too_slow"


@dataclass(frozen=True, slots=True)
class Trial:
    """One run of the main job in a fresh process.

    Args:
        chunk_rows: Most rows in a chunk.
        rows: Records it was given.
        chunks_held: Most chunks that it works on at once.
        whole: Whether these records were the whole delivery.
        outcome: How it ended.
        elapsed_s: Wall time of the run, without the start of its process; ``None`` unless it is done.
        cpu_s: CPU time of the run, on all cores; likewise.
        peak_bytes: Most resident memory of all its processes, mapped files included; ``None`` where unknown.
        owned_bytes: Most memory that they owned, mapped files left out; ``None`` where unknown.
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
    def telling(self) -> bool:
        """Whether as many chunks were in memory as will be when the whole delivery is run."""
        return self.outcome is TrialOutcome.DONE and (self.whole or self.rows >= self.chunk_rows * self.chunks_held)


@dataclass(frozen=True, slots=True)
class Recommendation:
    """``CHUNK_ROWS`` for a budget; ``None`` where no size that was tried keeps within it."""

    chunk_rows: int | None
    reason: str


def recommend(trials: Sequence[Trial], settings: MemorySettings) -> Recommendation:
    """The smallest chunk, among those whose trial kept within the budget, that is about as fast as the fastest."""
    telling = [one for one in trials if one.telling and one.peak_bytes is not None]
    if not telling:
        return Recommendation(None, "each trial failed, was ended, or had fewer chunks than a run holds at once")
    within = [one for one in telling if (one.peak_bytes or 0) <= settings.budget_bytes]
    if not within:
        least = min(telling, key=lambda one: one.peak_bytes or 0)
        return Recommendation(
            None,
            f"no size tried keeps within {settings.memory_budget_mb:,.0f} MB; "
            f"{least.chunk_rows:,} rows need {_mb(least.peak_bytes)}. Raise the budget or lower THREADS",
        )
    fastest = min(one.elapsed_s or 0.0 for one in within)
    good = [one for one in within if (one.elapsed_s or 0.0) <= fastest * (1 + settings.time_tolerance)]
    best = min(good, key=lambda one: one.chunk_rows)
    said = f"{best.elapsed_s:.1f} s and {_mb(best.peak_bytes)}; the fastest that keeps within took {fastest:.1f} s"
    return Recommendation(best.chunk_rows, f"{said}; {_seen(best)}")


def tabulate_trials(trials: Sequence[Trial]) -> pd.DataFrame:
    """``chunk_rows_trials``: the fields of :class:`Trial` and ``telling``.

    Returns:
        ``chunk_rows``, ``rows``, ``chunks_held`` (int64), ``whole``, ``telling`` (bool), ``outcome`` (text),
        ``elapsed_s``, ``cpu_s``, ``peak_bytes``, ``owned_bytes`` (float64, null where unknown).
    """
    rows = [{**asdict(one), "outcome": str(one.outcome), "telling": one.telling} for one in trials]
    return pd.DataFrame(rows).astype(dict.fromkeys(_FIGURES, "float64"))


def as_records(raw: pd.DataFrame) -> pd.DataFrame:
    """Raw purchases as CSV records of the contract's columns.

    Args:
        raw: The contract's columns as text or categories of text; null is an empty field.

    Returns:
        ``record`` (text): eight fields with commas between them, quoted where they must be (RFC 4180).
    """
    fields = [_field(text_array(raw[column])) for column in COLUMNS]
    joined = pc.binary_join_element_wise(*fields, ",")
    return pd.DataFrame({RECORD: pd.arrays.ArrowExtensionArray(joined)})


def _field(text: pa.StringArray) -> pa.Array:
    known = pc.fill_null(text, "")
    escaped = pc.replace_substring(known, '"', '""')
    quoted = pc.binary_join_element_wise('"', escaped, '"', "")
    return pc.if_else(pc.match_substring_regex(known, _MARKS), quoted, known)


def _seen(trial: Trial) -> str:
    if trial.whole:
        return "measured on the whole delivery"
    return f"measured on the first {trial.rows:,} rows: leave room for what grows with a longer delivery"


def _mb(size: int | None) -> str:
    return f"{(size or 0) / 10**6:,.0f} MB"
