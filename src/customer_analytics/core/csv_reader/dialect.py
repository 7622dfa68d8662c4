"""How a foreign CSV is cut into fields, and which of its columns is which of the contract's."""

import codecs
import csv
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any, NamedTuple

from customer_analytics.core.contract.columns import COLUMNS
from customer_analytics.core.errors import InputError, SettingError, listed

_MOST_RECORD_BYTES = 1 << 30
"""Places in a block are 32-bit integers."""

_WHERE = "csv in globals.yml"


@dataclass(frozen=True, slots=True)
class Dialect:
    """The CSV's form (``csv`` in ``globals.yml``).

    Args:
        delimiter: One ASCII character between fields.
        quote: One ASCII character around fields that hold a delimiter, a quote or a line end; empty for none.
        encoding: Any text encoding that Python knows.
        columns: Contract column → the file's own name for it; columns left out keep their name.
        max_record_bytes: A longer record is taken for a quote that never closes, which is an error.

    Raises:
        SettingError: A value that cannot be meant, named with its key.
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
            "encoding": (
                _is_encoding(self.encoding),
                "an encoding that Python knows, such as utf-8 or latin-1",
            ),
            "columns": (
                isinstance(self.columns, Mapping)
                and set(self.columns) <= set(COLUMNS)
                and all(isinstance(one, str) for one in self.columns.values()),
                f"names of the file for any of {listed(COLUMNS)}",
            ),
            "max_record_bytes": (
                isinstance(self.max_record_bytes, int) and 0 < self.max_record_bytes <= _MOST_RECORD_BYTES,
                f"a number of bytes up to {_MOST_RECORD_BYTES}",
            ),
        }
        for name, (holds, expected) in checks.items():
            if not holds:
                raise SettingError(
                    f"{_WHERE}: {name}", expected, repr(getattr(self, name)), "see docs/data_contract.md"
                )

    @classmethod
    def from_settings(cls, *settings: Mapping[str, object]) -> "Dialect":
        """A dialect from YAML; later mappings win.

        Raises:
            SettingError: An unknown key or an impossible value.
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


class Header(NamedTuple):
    """Where the contract's columns stand in a file.

    Args:
        width: Fields of the header, and so of every whole record.
        places: Contract column → its field's place, from 0.
    """

    width: int
    places: Mapping[str, int]


def read_header(record: str, dialect: Dialect, file: str) -> Header:
    """Find the contract's columns in a file's first record; names match after stripping and case-folding.

    Raises:
        InputError: A column that is missing, stands there twice or is to be two of the contract's.
    """
    quoting = {"quotechar": dialect.quote} if dialect.quote else {"quoting": csv.QUOTE_NONE}
    names = next(csv.reader([record], delimiter=dialect.delimiter, **quoting), [])
    folded = [_fold(name) for name in names]
    wanted = {column: _fold(dialect.columns.get(column, column)) for column in COLUMNS}
    counts = Counter(folded)
    if missing := [column for column, name in wanted.items() if not counts[name]]:
        raise InputError(file, *_missing(missing, dialect, names))
    for column, name in wanted.items():
        if counts[name] > 1:
            own = dialect.columns.get(column, column)
            found = f"{counts[name]} in {_listed_header(names)}"
            raise InputError(file, f"one column '{own}'", found, "rename or remove the copies")
    for column, other in combinations(COLUMNS, 2):
        if wanted[column] == wanted[other]:
            found = f"'{dialect.columns.get(column, column)}' for both '{column}' and '{other}'"
            raise InputError(file, "a column of its own for each", found, "correct csv.columns in globals.yml")
    return Header(len(names), {column: folded.index(name) for column, name in wanted.items()})


def _missing(columns: Sequence[str], dialect: Dialect, names: Sequence[str]) -> tuple[str, str, str]:
    own = [dialect.columns.get(column, column) for column in columns]
    hint = f"map what is called otherwise under csv.columns in globals.yml, e.g. {columns[0]}: 'its name in the file'"
    if len(names) == 1:
        hint = f"set csv.delimiter in globals.yml (now {dialect.delimiter!r})"
    expected = f"a column '{own[0]}'" if len(own) == 1 else f"columns {listed(own, len(own))}"
    return expected, _listed_header(names), hint


def _listed_header(names: Sequence[str]) -> str:
    return f"the header {listed(name.strip() for name in names)} ({len(names)} columns)"


def _fold(name: str) -> str:
    return name.strip(" \t\r\n\v\f\ufeff").casefold()


def _is_mark(mark: object) -> bool:
    return isinstance(mark, str) and len(mark) == 1 and mark.isascii() and mark not in "\r\n\0"


def _is_encoding(name: object) -> bool:
    try:
        return isinstance(name, str) and codecs.lookup(name)._is_text_encoding  # noqa: SLF001  the only way to ask
    except LookupError:
        return False
