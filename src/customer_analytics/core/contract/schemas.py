"""The streamed tables: their columns, types and nullability, in the order they are written."""

import pyarrow as pa

from customer_analytics.core.contract.settings import Column

_FEW = pa.dictionary(pa.int32(), pa.string())
_MOMENT = pa.timestamp("us")

RAW_TEXT = "raw_text"
SOURCE_FILE = "source_file"
SOURCE_ROW = "source_row"
ISSUES = "issues"
AMOUNT_ROUNDED = "amount_rounded"


def _required(name: str, kind: pa.DataType) -> pa.Field:
    return pa.field(name, kind, nullable=False)


_PLACE = [_required(SOURCE_FILE, _FEW), _required(SOURCE_ROW, pa.int64())]

TYPED = pa.schema(
    [
        pa.field(Column.CUSTOMER_ID, pa.int64()),
        pa.field(Column.PURCHASE_ID, pa.string()),
        pa.field(Column.PRODUCT_CATEGORY, _FEW),
        pa.field(Column.PURCHASE_AMOUNT, pa.float64()),
        pa.field(Column.PURCHASE_DATE, _MOMENT),
        pa.field(Column.COUNTRY_CODE, _FEW),
        pa.field(Column.CUSTOMER_AGE, pa.int16()),
        pa.field(Column.PAYMENT_TYPE, _FEW),
        _required(ISSUES, pa.uint32()),
        _required(AMOUNT_ROUNDED, pa.bool_()),
        *_PLACE,
        pa.field(RAW_TEXT, pa.string()),
    ]
)
"""``typed_purchases``: every record once; a value that cannot be read is null, ``raw_text`` only where issues are."""

CLEAN = pa.schema(
    [
        _required(Column.CUSTOMER_ID, pa.int64()),
        _required(Column.PURCHASE_ID, pa.string()),
        pa.field(Column.PRODUCT_CATEGORY, _FEW),
        _required(Column.PURCHASE_AMOUNT, pa.float64()),
        _required(Column.PURCHASE_DATE, _MOMENT),
        pa.field(Column.COUNTRY_CODE, _FEW),
        pa.field(Column.CUSTOMER_AGE, pa.int16()),
        pa.field(Column.PAYMENT_TYPE, _FEW),
    ]
)
"""``clean_purchases``: the contract's columns."""

QUARANTINED = pa.schema([*_PLACE, _required("reasons", _FEW), _required(RAW_TEXT, pa.string())])
"""``quarantined_purchases``: the rows refused, with their reasons joined by ``;`` and the record as it came."""

DUPLICATE = pa.schema(
    [
        *_PLACE,
        _required("kept_source_file", _FEW),
        _required("kept_source_row", pa.int64()),
        _required("kind", _FEW),
        _required(Column.PURCHASE_ID, pa.string()),
        _required(Column.PURCHASE_AMOUNT, pa.float64()),
    ]
)
"""``duplicate_purchases``: later copies, where the kept copy stands, and whether they are exact or conflicting."""

OUTLIER = pa.schema(
    [
        *CLEAN,
        _required("amount_zscore", pa.float64()),
        pa.field("amount_outlier", _FEW),
        pa.field("age_outlier", _FEW),
    ]
)
"""``outlier_purchases``: clean rows whose amount or age is an outlier, and by which rules."""

TABLES = {
    "typed": TYPED,
    "clean": CLEAN,
    "quarantined": QUARANTINED,
    "duplicate": DUPLICATE,
    "outlier": OUTLIER,
}
"""The streamed tables by the name that a catalog entry gives."""
