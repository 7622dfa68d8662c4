"""Columns and constants of the saved profile, shared by :mod:`frame_writer` and :mod:`frame_reader`."""

import numpy as np

from customer_analytics.core.aggregation.key_sums import I64
from customer_analytics.core.contract.columns import Column
from customer_analytics.core.drift.profile.packed_counts import NULL, CountTable
from customer_analytics.core.drift.profile.purchase_profile import LARGE_OCTAVE, encode_octaves

FRAME_COLUMNS = ("window", "segment", "column", "detail", "value", "number", "count", "minor_units")

ALL = "all"
"""Value of ``segment`` in rows about the whole delivery."""

VALUE, BUCKET, WHOLE, ABOUT = "value", "bucket", "whole", "about"
"""Values of ``detail``."""

SCHEMA_VERSION_ROW, PERIOD_ROW = "schema_version", "period"
DECIMALS_ROW, QUARANTINED_ROW = "amount_decimals", "quarantined"
"""Values of ``column`` in rows about the profile itself."""

COLUMN_AND_DETAIL = {
    CountTable.COUNTRY: (Column.COUNTRY_CODE, VALUE),
    CountTable.AGE: (Column.CUSTOMER_AGE, VALUE),
    CountTable.CATEGORY: (Column.PRODUCT_CATEGORY, VALUE),
    CountTable.PAYMENT: (Column.PAYMENT_TYPE, VALUE),
    CountTable.AGE_DECADE: (Column.CUSTOMER_AGE, BUCKET),
    CountTable.AMOUNT_OCTAVE: (Column.PURCHASE_AMOUNT, BUCKET),
}
"""Values of ``column`` and ``detail`` in the rows of each table."""

_YEARS_PER_CODE = {CountTable.AGE: 1, CountTable.AGE_DECADE: 10}


def decode_numbers(table: CountTable, codes: I64) -> I64:
    """Return the years or minor units of each value code, for a bucket its lower end; -1 for null."""
    if table is CountTable.AMOUNT_OCTAVE:
        numbers = np.where(codes == 1, 0, 1 << np.clip(codes - 2, 0, LARGE_OCTAVE))
    else:
        numbers = (codes - 1) * _YEARS_PER_CODE[table]
    return np.where(codes == NULL, -1, numbers)


def encode_numbers(table: CountTable, numbers: I64) -> I64:
    """Return the value codes of numbers from :func:`decode_numbers`."""
    codes = encode_octaves(numbers) if table is CountTable.AMOUNT_OCTAVE else numbers // _YEARS_PER_CODE[table] + 1
    return np.where(numbers < 0, NULL, codes)
