"""Arrow schemas of the tables that are processed in chunks: the order, types and nullability of their columns."""

from functools import partial

import pyarrow as pa

from customer_analytics.core.contract.columns import COLUMN_SPECS, FEW_TEXTS, Column, Nulls

RAW_TEXT = "raw_text"
SOURCE_FILE = "source_file"
SOURCE_ROW = "source_row"
FAULTS = "faults"
AMOUNT_ROUNDED = "amount_rounded"


_required = partial(pa.field, nullable=False)
_ORIGIN = [_required(SOURCE_FILE, FEW_TEXTS), _required(SOURCE_ROW, pa.int64())]

TYPED = pa.schema(
    [
        *(pa.field(spec.name, spec.arrow_type) for spec in COLUMN_SPECS),
        _required(FAULTS, pa.uint32()),
        _required(AMOUNT_ROUNDED, pa.bool_()),
        *_ORIGIN,
        pa.field(RAW_TEXT, pa.string()),
    ]
)
"""``typed_purchases``: one row per record. A value that cannot be parsed is null. In ``faults``, the bit of each reason
of the record is set. If the record is valid, ``faults`` is 0 and ``raw_text`` is null."""

CLEAN = pa.schema(
    [pa.field(spec.name, spec.arrow_type, nullable=spec.nulls is not Nulls.ALWAYS_CRITICAL) for spec in COLUMN_SPECS]
)
"""``clean_purchases``: the columns of the contract, without any other."""

QUARANTINED = pa.schema([*_ORIGIN, _required("reasons", FEW_TEXTS), _required(RAW_TEXT, pa.string())])
"""``quarantined_purchases``: one row per record with a fault: its reasons, joined by ``;``, and its text."""

DUPLICATE = pa.schema(
    [
        *_ORIGIN,
        _required("kept_source_file", FEW_TEXTS),
        _required("kept_source_row", pa.int64()),
        _required("kind", FEW_TEXTS),
        _required(Column.PURCHASE_ID, pa.string()),
        _required(Column.PURCHASE_AMOUNT, pa.float64()),
    ]
)
"""``duplicate_purchases``: a row per duplicate: its kind, ``exact`` or ``conflicting``, and where its first copy is."""

OUTLIER = pa.schema(
    [
        *CLEAN,
        _required("amount_zscore", pa.float64()),
        pa.field("amount_outlier", FEW_TEXTS),
        pa.field("age_outlier", FEW_TEXTS),
    ]
)
"""``outlier_purchases``: the clean rows whose amount or age is an outlier, with the names of the rules that mark it."""

TABLES = {"typed": TYPED, "clean": CLEAN, "quarantined": QUARANTINED, "duplicate": DUPLICATE, "outlier": OUTLIER}
"""The schema for each name that the option ``table`` of a catalog entry can have."""
