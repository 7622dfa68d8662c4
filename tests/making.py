"""Chunks for the tests, made with the project's own datasets and nodes, and their rows as plain Python."""

import os
import tempfile
from pathlib import Path

import pandas as pd
from tests.oracle import COLUMNS, Row

from customer_analytics.core.chunks.local import LocalChunks
from customer_analytics.core.contract.columns import reasons_of
from customer_analytics.core.contract.settings import Contract
from customer_analytics.datasets import ChunkedCSVDataset
from customer_analytics.pipelines.ingestion.nodes import parse_purchases

DIALECT_KEYS = ("delimiter", "quote", "columns")
SOURCE_COLUMNS = ("source_file", "source_row", "raw_text", "faults", "amount_rounded")


def contract_of(rules):
    """Return the project's contract with the settings of an oracle's rules."""
    names = Contract.__dataclass_fields__
    return Contract(**{name: getattr(rules, name) for name in names})


def dialect_of(rules):
    """Return the catalog's ``dialect`` with the settings of an oracle's rules."""
    return {name: getattr(rules, name) for name in DIALECT_KEYS}


def raw_chunks(text, dialect=None, chunk_rows=None, threads=1, encoding="utf-8"):
    """Return ``raw_purchases`` of a file with this text; the file is deleted after all chunks are in memory."""
    descriptor, name = tempfile.mkstemp(suffix=".csv")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(text.encode(encoding))
        dataset = ChunkedCSVDataset(
            filepath=name,
            dialect={"encoding": encoding, **(dialect or {})},
            chunk_rows=chunk_rows,
            threads=threads,
        )
        return LocalChunks.of([_with_usual_name(frame) for frame in dataset.load()])
    finally:
        Path(name).unlink()


def typed_chunks(text, contract=None, **reading):
    """Return ``typed_purchases`` of a file with this text."""
    return parse_purchases(raw_chunks(text, **reading), contract or Contract())


def rows_of(typed):
    """Convert typed rows to the oracle's rows."""
    rows = []
    for chunk in typed:
        values = zip(*([plain(value) for value in chunk[column]] for column in COLUMNS), strict=True)
        sources = zip(*(chunk[column] for column in SOURCE_COLUMNS), strict=True)
        for row_values, (file, number, raw, faults, rounded) in zip(values, sources, strict=True):
            rows.append(Row(file, int(number), plain(raw), row_values, reasons_of(int(faults)), bool(rounded)))
    return rows


def judged(rows):
    """Return the oracle's rows without the text of valid records, which the typed table does not contain."""
    return [row if row.reasons else Row(row.file, row.number, None, row.typed_values, (), row.rounded) for row in rows]


def plain(value):
    """Convert a value to plain Python; every kind of null becomes ``None``."""
    if pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime()
    return value.item() if hasattr(value, "item") else value


def table_rows(frame):
    """Return the rows of a frame as tuples of plain Python values."""
    return [
        tuple(plain(value) for value in row) for row in zip(*(list(frame[column]) for column in frame), strict=True)
    ]


def gathered(chunks):
    """Return the rows of all chunks as tuples of plain Python values."""
    return [row for chunk in chunks for row in table_rows(chunk)]


def _with_usual_name(frame):
    categories = frame["source_file"].cat.rename_categories(
        ["purchases.csv"] * len(frame["source_file"].cat.categories)
    )
    return frame.assign(source_file=categories)
