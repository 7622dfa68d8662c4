"""Errors that a user can correct; the form of all messages is ``where: expected …; found …. Hint: …``."""

from collections.abc import Iterable
from typing import Any


class CustomerAnalyticsError(Exception):
    """Base of all errors of this project."""

    def __init__(self, where: str, expected: str, found: str, hint: str) -> None:
        super().__init__(f"{where}: expected {expected}; found {found}. Hint: {hint}")
        self._arguments = (where, expected, found, hint)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the error with its notes."""
        return type(self), self._arguments, self.__dict__


class InputError(CustomerAnalyticsError):
    """An input file or a table of an earlier run is missing or cannot be read. A bad row never raises it."""


class SettingError(CustomerAnalyticsError):
    """A key or value of the configuration is invalid."""


class LedgerError(CustomerAnalyticsError):
    """Rows or money of a run do not balance: its tables must not be used."""


def listed(names: Iterable[object], most: int = 12) -> str:
    """Return the names in quotes, separated by commas; of more than ``most``, only the first ones and the number."""
    quoted = [f"'{name}'" for name in names]
    if len(quoted) <= most:
        return ", ".join(quoted) or "nothing"
    return ", ".join(quoted[:most]) + f", … ({len(quoted)} in all)"
