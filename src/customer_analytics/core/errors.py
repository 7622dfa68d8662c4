"""Errors a user can act on: where, what was expected, what was found, and what to do."""

from collections.abc import Iterable
from typing import Any


class CustomerAnalyticsError(Exception):
    """Base of every error this project raises on purpose."""

    def __init__(self, where: str, expected: str, found: str, hint: str) -> None:
        super().__init__(f"{where}: expected {expected}; found {found}. Hint: {hint}")
        self._parts = (where, expected, found, hint)

    def __reduce__(self) -> tuple[Any, ...]:
        """Whole from one process to another, notes included."""
        return type(self), self._parts, self.__dict__


class InputError(CustomerAnalyticsError):
    """A delivery's file, or a table of an earlier run, that is missing or cannot be read; a bad row is never one."""


class SettingError(CustomerAnalyticsError):
    """A configuration key or value that cannot be meant."""


class LedgerError(CustomerAnalyticsError):
    """Rows or money that do not add up: the run must not be trusted."""


def listed(names: Iterable[object], most: int = 12) -> str:
    """The names in quotes, comma-separated; past ``most`` only counted."""
    quoted = [f"'{name}'" for name in names]
    if len(quoted) <= most:
        return ", ".join(quoted) or "nothing"
    return ", ".join(quoted[:most]) + f", … ({len(quoted)} in all)"
