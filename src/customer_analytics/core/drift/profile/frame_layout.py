"""Columns and constants of a profile's frame; :mod:`frame_writer` writes such a frame, :mod:`frame_reader` reads it."""

import numpy as np

from customer_analytics.core.aggregation.key_sums import I64
from customer_analytics.core.contract.columns import Column
from customer_analytics.core.drift.profile.packed_counts import NULL, CountTable
from customer_analytics.core.drift.profile.purchase_profile import LARGE_OCTAVE, encode_octaves

FRAME_COLUMNS = ("window", "segment", "column", "detail", "value", "number", "count", "minor_units")

ALL = "all"
"""Text in the column ``segment`` for rows about the whole delivery."""

VALUE, BUCKET, WHOLE, ABOUT = "value", "bucket", "whole", "about"
"""Texts in the column ``detail``: exact count, bucket, exact count over all windows, fact about the profile."""

SCHEMA_VERSION_ROW, PERIOD_ROW = "schema_version", "period"
DECIMALS_ROW, QUARANTINED_ROW = "amount_decimals", "quarantined"
"""Texts in the column ``column`` for rows that are about the profile itself, not about a column of purchases."""

COLUMN_AND_DETAIL = {
    CountTable.COUNTRY: (Column.COUNTRY_CODE, VALUE),
    CountTable.AGE: (Column.CUSTOMER_AGE, VALUE),
    CountTable.CATEGORY: (Column.PRODUCT_CATEGORY, VALUE),
    CountTable.PAYMENT: (Column.PAYMENT_TYPE, VALUE),
    CountTable.AGE_DECADE: (Column.CUSTOMER_AGE, BUCKET),
    CountTable.AMOUNT_OCTAVE: (Column.PURCHASE_AMOUNT, BUCKET),
}
"""Texts in the columns ``column`` and ``detail`` for the rows of each contingency table."""

_YEARS_PER_CODE = {CountTable.AGE: 1, CountTable.AGE_DECADE: 10}


def decode_numbers(table: CountTable, codes: I64) -> I64:
    """Convert value codes to years of age or minor units; a bucket becomes its lower end, and null becomes -1."""
    if table is CountTable.AMOUNT_OCTAVE:
        numbers = np.where(codes == 1, 0, 1 << np.clip(codes - 2, 0, LARGE_OCTAVE))
    else:
        numbers = (codes - 1) * _YEARS_PER_CODE[table]
    return np.where(codes == NULL, -1, numbers)


def encode_numbers(table: CountTable, numbers: I64) -> I64:
    """Convert years of age or minor units to value codes: the inverse of :func:`decode_numbers`."""
    codes = encode_octaves(numbers) if table is CountTable.AMOUNT_OCTAVE else numbers // _YEARS_PER_CODE[table] + 1
    return np.where(numbers < 0, NULL, codes)
