"""Settings of memory profiling (``params:memory_profiling``)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from customer_analytics.core.errors import SettingError

_HINT = "see conf/base/parameters_memory_profiling.yml and docs/memory.md"


@dataclass(frozen=True, slots=True, kw_only=True)
class MemorySettings:
    """Settings of memory profiling; ``parameters_memory_profiling.yml`` has the defaults.

    Args:
        memory_budget_mb: Maximum memory that a run may use, in millions of bytes.
        chunk_rows: Values of ``CHUNK_ROWS`` to try.
        trial_rows: How many records a trial processes, from the start of the delivery.
        trial_limit_s: Maximum time of a trial in seconds; a longer trial is killed.
        time_tolerance: A smaller chunk size is preferred if its time exceeds the shortest time by at most this share.
        repeats: How often each calculation is timed; the shortest time counts.

    Raises:
        SettingError: A setting is invalid; the message names the key.
    """

    memory_budget_mb: float
    chunk_rows: Sequence[int]
    trial_rows: int
    trial_limit_s: float
    time_tolerance: float
    repeats: int

    def __post_init__(self) -> None:
        sizes = self.chunk_rows
        checks = {
            "memory_budget_mb": (_is_number(self.memory_budget_mb) and self.memory_budget_mb > 0, "a number above 0"),
            "chunk_rows": (
                isinstance(sizes, Sequence) and bool(sizes) and all(map(_is_count, sizes)),
                "a list of whole numbers from 1",
            ),
            "trial_rows": (_is_count(self.trial_rows), "a whole number from 1"),
            "trial_limit_s": (_is_number(self.trial_limit_s) and self.trial_limit_s > 0, "seconds above 0"),
            "time_tolerance": (_is_number(self.time_tolerance) and self.time_tolerance >= 0, "a share from 0"),
            "repeats": (_is_count(self.repeats), "a whole number from 1"),
        }
        for name, (is_valid, expected) in checks.items():
            if not is_valid:
                raise SettingError(f"memory_profiling.{name}", expected, repr(getattr(self, name)), _HINT)

    @property
    def budget_bytes(self) -> int:
        """Return the memory budget in bytes."""
        return int(self.memory_budget_mb * 10**6)


def _is_number(setting: object) -> bool:
    return isinstance(setting, int | float) and not isinstance(setting, bool) and math.isfinite(setting)


def _is_count(setting: object) -> bool:
    return isinstance(setting, int) and not isinstance(setting, bool) and setting >= 1
