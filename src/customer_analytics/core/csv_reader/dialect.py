"""The settings of a CSV file: delimiter, quote, encoding and names of the columns."""

import codecs
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from customer_analytics.core.contract.columns import COLUMNS
from customer_analytics.core.errors import SettingError, listed

_MOST_RECORD_BYTES = 1 << 30
"""Upper bound of ``max_record_bytes``, because offsets in a block of records are 32-bit integers."""

_WHERE = "csv in globals.yml"


@dataclass(frozen=True, slots=True)
class Dialect:
    """The settings of a CSV file (``csv`` in ``globals.yml``).

    Args:
        delimiter: One ASCII character between fields.
        quote: One ASCII character around fields that contain a delimiter, a quote or a line end; empty for no quotes.
        encoding: Any text encoding of Python.
        columns: Map from a column of the contract to its name in the file; by default, both names are the same.
        max_record_bytes: Largest size of a record. A larger record is an error: its quote probably never closes.

    Raises:
        SettingError: A value is invalid; the message names the key.
    """

    delimiter: str = ","
    quote: str = '"'
    encoding: str = "utf-8"
    columns: Mapping[str, str] = field(default_factory=dict)
    max_record_bytes: int = 16 << 20

    def __post_init__(self) -> None:
        checks = {
            "delimiter": (_is_mark(self.delimiter), "one ASCII character, no line end"),
            "quote": (
                self.quote == "" or (_is_mark(self.quote) and self.quote != self.delimiter),
                "one ASCII character other than the delimiter, or ''",
            ),
            "encoding": (_is_encoding(self.encoding), "a text encoding of Python, such as utf-8 or latin-1"),
            "columns": (
                isinstance(self.columns, Mapping)
                and set(self.columns) <= set(COLUMNS)
                and all(isinstance(name, str) for name in self.columns.values()),
                f"names in the file for any of {listed(COLUMNS)}",
            ),
            "max_record_bytes": (
                isinstance(self.max_record_bytes, int) and 0 < self.max_record_bytes <= _MOST_RECORD_BYTES,
                f"a number of bytes up to {_MOST_RECORD_BYTES}",
            ),
        }
        for name, (is_valid, expected) in checks.items():
            if not is_valid:
                found = repr(getattr(self, name))
                raise SettingError(f"{_WHERE}: {name}", expected, found, "see docs/data_contract.md")

    @property
    def marks(self) -> tuple[int, int]:
        """The bytes of delimiter and quote as integers; the byte of the quote is -1 if there is none."""
        return ord(self.delimiter), ord(self.quote) if self.quote else -1

    @classmethod
    def from_settings(cls, *settings: Mapping[str, object]) -> "Dialect":
        """Build a dialect from mappings of keys to values, as read from YAML; later mappings override earlier ones.

        Raises:
            SettingError: A key is unknown or a value is invalid.
        """
        known: tuple[str, ...] = tuple(cls.__dataclass_fields__)
        merged: dict[str, Any] = {}
        for mapping in settings:
            if not isinstance(mapping, Mapping):
                raise SettingError(_WHERE, f"a map of {listed(known)}", repr(mapping), "correct its form")
            merged |= mapping
        for name in merged:
            if name not in known:
                raise SettingError(_WHERE, f"the keys {listed(known)}", repr(name), "correct the key or remove it")
        return cls(**merged)


def _is_mark(mark: object) -> bool:
    return isinstance(mark, str) and len(mark) == 1 and mark.isascii() and mark not in "\r\n\0"


def _is_encoding(name: object) -> bool:
    try:
        return isinstance(name, str) and codecs.lookup(name)._is_text_encoding  # noqa: SLF001  Python has no public check
    except LookupError:
        return False
