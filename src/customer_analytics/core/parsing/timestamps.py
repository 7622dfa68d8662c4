"""Parser of timestamps: ISO 8601, and other formats that the user configures for ``strptime``."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from customer_analytics.core.arrow.text import offsets_and_bytes, strip
from customer_analytics.core.parsing._kernels import NAT, Calendar, parse_iso_rows

_MONTHS = 12


class ParsedTimestamps(NamedTuple):
    """For each text: ``timestamps`` (datetime64[us], NaT if the text is no timestamp), and ``is_timestamp`` (bool)."""

    timestamps: np.ndarray
    is_timestamp: np.ndarray


def parse_timestamps(text: pa.StringArray, formats: Sequence[str] = ()) -> ParsedTimestamps:
    """Parse text as timestamps without a time zone; white space around a timestamp is ignored.

    ISO 8601 is ``YYYY-MM-DD``, optionally with a space or ``T`` and ``HH:MM[:SS[.f]]``. The fraction of a second is cut
    after six digits.

    Args:
        text: No nulls.
        formats: ``strptime`` formats for texts that are not ISO 8601; the first one that matches is used.
    """
    offsets, text_bytes = offsets_and_bytes(text)
    micros = np.full(len(text), NAT)
    parse_iso_rows(text_bytes, offsets, _calendar(), micros)
    parsed = ParsedTimestamps(micros.view("datetime64[us]"), micros != NAT)
    for pattern in formats:
        _parse_remaining(text, parsed, pattern)
    return parsed


def _parse_remaining(text: pa.StringArray, parsed: ParsedTimestamps, pattern: str) -> None:
    """Apply ``pattern`` to the rows that have no timestamp yet, and write the results to ``parsed``."""
    rows = np.flatnonzero(~parsed.is_timestamp)
    distinct = strip(text.take(pa.array(rows))).dictionary_encode()
    timestamps = np.array([_strptime(value, pattern) for value in distinct.dictionary.to_pylist()], "datetime64[us]")
    if len(timestamps):
        parsed.timestamps[rows] = timestamps[distinct.indices.to_numpy()]
        parsed.is_timestamp[rows] = ~np.isnat(parsed.timestamps[rows])


def _strptime(text: str, pattern: str) -> datetime | None:
    try:
        return datetime.strptime(text, pattern).replace(tzinfo=None)  # noqa: DTZ007  the contract has no zones
    except ValueError:
        return None


@cache
def _calendar() -> Calendar:
    """Return the first day and the number of days of each month, years 0 to 9999, proleptic Gregorian calendar."""
    months = np.arange(-1970 * _MONTHS, (10_000 - 1970) * _MONTHS + 1).astype("datetime64[M]")
    first_days = months.astype("datetime64[D]").astype(np.int64)
    return Calendar(first_days[:-1].copy(), np.diff(first_days))
