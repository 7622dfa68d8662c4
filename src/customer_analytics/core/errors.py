"""The errors of this project. All messages have the form ``where: expected …; found …. Hint: …``."""

from collections.abc import Iterable
from typing import Any


class CustomerAnalyticsError(Exception):
    """Base of all errors of this project."""

    def __init__(self, where: str, expected: str, found: str, hint: str) -> None:
        super().__init__(f"{where}: expected {expected}; found {found}. Hint: {hint}")
        self._arguments = (where, expected, found, hint)

    def __reduce__(self) -> tuple[Any, ...]:
        """Return what pickle needs to rebuild the error with its notes."""
        return type(self), self._arguments, self.__dict__


class InputError(CustomerAnalyticsError):
    """An input file or a table of an earlier run is missing or cannot be read. Rows with faults do not raise it."""


class SettingError(CustomerAnalyticsError):
    """A key or value of the configuration is invalid."""


class LedgerError(CustomerAnalyticsError):
    """The ledger of a run does not balance in rows or money; the tables of this run must not be used."""


def listed(names: Iterable[object], most: int = 12) -> str:
    """Return up to ``most`` names, quoted, with commas, and the total if there are more; ``nothing`` if none."""
    quoted = [f"'{name}'" for name in names]
    if len(quoted) <= most:
        return ", ".join(quoted) or "nothing"
    return ", ".join(quoted[:most]) + f", … ({len(quoted)} in all)"
