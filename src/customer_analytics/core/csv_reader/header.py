"""The header of a CSV file: it says which field of a record belongs to which column of the contract."""

import csv
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

from customer_analytics.core.contract.columns import COLUMNS
from customer_analytics.core.csv_reader.dialect import Dialect
from customer_analytics.core.errors import InputError, listed


class Header(NamedTuple):
    """The positions of the contract's columns in the records of a file.

    Args:
        width: Number of fields of the header; a record with another number of fields is ragged.
        positions: Map from a column of the contract to the position of its field in a record, from 0.
    """

    width: int
    positions: Mapping[str, int]


def read_header(record: str, dialect: Dialect, file: str) -> Header:
    """Find the contract's columns in a file's header (``record``); case and outer white space of names do not matter.

    Raises:
        InputError: A column is missing or occurs twice, or ``dialect`` gives two columns of the contract the same name.
    """
    quoting = {"quotechar": dialect.quote} if dialect.quote else {"quoting": csv.QUOTE_NONE}
    names = next(csv.reader([record], delimiter=dialect.delimiter, **quoting), [])
    folded_names = [_fold(name) for name in names]
    file_names = {column: dialect.columns.get(column, column) for column in COLUMNS}
    wanted = {column: _fold(name) for column, name in file_names.items()}
    counts = Counter(folded_names)
    if missing := [file_names[column] for column in COLUMNS if not counts[wanted[column]]]:
        raise InputError(file, *_missing_columns(missing, dialect, names))
    for column, name in wanted.items():
        if counts[name] > 1:
            found = f"{counts[name]} in {_describe_header(names)}"
            raise InputError(file, f"one column '{file_names[column]}'", found, "rename or remove the others")
    for column, next_column in combinations(COLUMNS, 2):
        if wanted[column] == wanted[next_column]:
            found = f"'{file_names[column]}' for both '{column}' and '{next_column}'"
            raise InputError(file, "a column of its own for each", found, "correct csv.columns in globals.yml")
    return Header(len(names), {column: folded_names.index(name) for column, name in wanted.items()})


def _missing_columns(missing: Sequence[str], dialect: Dialect, names: Sequence[str]) -> tuple[str, str, str]:
    """Return three texts for an InputError about ``missing`` columns: what was expected, what was found, and a hint."""
    hint = "map other names under csv.columns in globals.yml, e.g. customer_id: 'its name in the file'"
    if len(names) == 1:
        hint = f"set csv.delimiter in globals.yml (now {dialect.delimiter!r})"
    expected = f"a column '{missing[0]}'" if len(missing) == 1 else f"columns {listed(missing, len(missing))}"
    return expected, _describe_header(names), hint


def _describe_header(names: Sequence[str]) -> str:
    return f"the header {listed(name.strip() for name in names)} ({len(names)} columns)"


def _fold(name: str) -> str:
    return name.strip(" \t\r\n\v\f\ufeff").casefold()
