"""Frames and files for the tests, made through the project's public parts."""

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


def contract_of(rules):
    """The project's contract under an oracle's rules."""
    names = Contract.__dataclass_fields__
    return Contract(**{name: getattr(rules, name) for name in names})


def dialect_of(rules):
    """The catalog's ``dialect`` under an oracle's rules."""
    return {name: getattr(rules, name) for name in DIALECT_KEYS}


def raw_chunks(text, dialect=None, chunk_rows=None, threads=1, encoding="utf-8"):
    """``raw_purchases`` of a file with this text; the file is gone once the chunks were read into memory."""
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
        return LocalChunks.of([_renamed(frame) for frame in dataset.load()])
    finally:
        Path(name).unlink()


def typed_chunks(text, contract=None, **reading):
    """``typed_purchases`` of a file with this text."""
    return parse_purchases(raw_chunks(text, **reading), contract or Contract())


def rows_of(typed):
    """Typed rows as the oracle writes them down."""
    found = []
    for chunk in typed:
        columns = [[plain(value) for value in chunk[column]] for column in COLUMNS]
        places = (chunk["source_file"], chunk["source_row"], chunk["raw_text"], chunk["faults"])
        for place, values in enumerate(zip(*columns, strict=True)):
            file, number, raw, faults = (column.iloc[place] for column in places)
            reasons = reasons_of(int(faults))
            rounded = bool(chunk["amount_rounded"].iloc[place])
            found.append(Row(file, int(number), plain(raw), values, reasons, rounded))
    return found


def judged(rows):
    """The oracle's rows, without the text of records that have no fault, as the typed table leaves it out."""
    return [row if row.reasons else Row(row.file, row.number, None, row.cells, (), row.rounded) for row in rows]


def plain(value):
    """A cell as plain Python; ``None`` for every kind of null."""
    if pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime()
    return value.item() if hasattr(value, "item") else value


def table_rows(frame):
    """Any frame as a list of tuples of plain Python."""
    return [
        tuple(plain(value) for value in row) for row in zip(*(list(frame[column]) for column in frame), strict=True)
    ]


def gathered(chunks):
    """All chunks as one list of tuples."""
    return [row for chunk in chunks for row in table_rows(chunk)]


def _renamed(frame):
    categories = frame["source_file"].cat.rename_categories(
        ["purchases.csv"] * len(frame["source_file"].cat.categories)
    )
    return frame.assign(source_file=categories)
