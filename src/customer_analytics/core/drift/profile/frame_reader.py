"""Reads a profile from the frame that :mod:`frame_writer` made of it."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.core.aggregation.key_sums import I64, KeySums
from customer_analytics.core.contract.columns import Column
from customer_analytics.core.drift.profile import frame_layout as layout
from customer_analytics.core.drift.profile import packed_counts
from customer_analytics.core.drift.profile.amounts import CENT_BITS, NULL_CENTS, AmountCounts
from customer_analytics.core.drift.profile.packed_counts import TEXT_TABLES, CellCounts, CountTable, TextCategories
from customer_analytics.core.drift.profile.purchase_profile import (
    SCHEMA_VERSION,
    ProfileError,
    ProfileShape,
    PurchaseProfile,
)
from customer_analytics.core.drift.profile.windows import Period, encode_windows
from customer_analytics.core.errors import listed

_HINT = "profile that delivery again with this version, or name another baseline"


def from_frame(frame: pd.DataFrame, name: str = "purchase_profile") -> PurchaseProfile:
    """Read a profile from its frame; the result equals the profile that was written.

    Args:
        frame: A frame from :func:`~.frame_writer.to_frame`; its rows may be in any order.
        name: Name of the frame for error messages.

    Raises:
        ProfileError: A column is missing, or the schema version in the frame is missing or not ``SCHEMA_VERSION``.
    """
    missing = [column for column in layout.FRAME_COLUMNS if column not in frame.columns]
    if missing:
        raise ProfileError(name, f"columns {listed(layout.FRAME_COLUMNS)}", f"none named {listed(missing)}", _HINT)
    shape = _read_shape(frame, name)
    categories = TextCategories(*(_read_texts(frame, str(column)) for column in TEXT_TABLES.values()))
    cell_sums = sum((_read_cells(frame, table, categories, shape) for table in CountTable), KeySums())
    profile = PurchaseProfile(shape, categories, _read_amounts(frame, shape), cell_sums)
    quarantined = _select(frame, layout.QUARANTINED_ROW, layout.ABOUT)
    reasons = zip(quarantined["value"].astype(str), quarantined["count"].tolist(), strict=True)
    return profile.with_quarantined(dict(reasons)).settled()


def _select(frame: pd.DataFrame, column: str, detail: str) -> pd.DataFrame:
    return frame[((frame["column"] == column) & (frame["detail"] == detail)).to_numpy(bool)]


def _read_shape(frame: pd.DataFrame, name: str) -> ProfileShape:
    version_rows = _select(frame, layout.SCHEMA_VERSION_ROW, layout.ABOUT)
    versions = [int(number) for number in version_rows["number"].dropna()]
    if versions != [SCHEMA_VERSION]:
        found_version = str(versions[0]) if versions else "no schema_version"
        raise ProfileError(name, f"schema_version {SCHEMA_VERSION}", found_version, _HINT)
    period = str(_select(frame, layout.PERIOD_ROW, layout.ABOUT)["value"].iloc[0])
    decimals = int(_select(frame, layout.DECIMALS_ROW, layout.ABOUT)["number"].iloc[0])
    return ProfileShape(Period(period), decimals)


def _read_texts(frame: pd.DataFrame, column: str) -> tuple[str, ...]:
    texts = _select(frame, column, layout.VALUE)["value"].dropna().unique()
    return tuple(sorted(map(str, texts)))


def _read_cells(frame: pd.DataFrame, table: CountTable, categories: TextCategories, shape: ProfileShape) -> KeySums:
    rows = _select(frame, *map(str, layout.COLUMN_AND_DETAIL[table]))
    if table is CountTable.AMOUNT_OCTAVE:  # the buckets of the whole delivery belong to AmountCounts
        rows = rows[(rows["segment"] != layout.ALL).to_numpy(bool)]
    countries = {country: code for code, country in enumerate(categories.country, packed_counts.FIRST_SEGMENT)}
    segments = {layout.ALL: packed_counts.ALL_SEGMENTS} | countries
    if table in TEXT_TABLES:
        code_by_text = {text: code for code, text in enumerate(categories.of(table), 1)}
        values = _encode_texts(rows["value"], code_by_text, packed_counts.NULL)
    else:
        values = layout.encode_numbers(table, rows["number"].to_numpy(np.int64, na_value=-1))
    cells = CellCounts(
        encode_windows(rows["window"].to_numpy("datetime64[us]"), shape.period),
        _encode_texts(rows["segment"], segments, packed_counts.NO_SEGMENT),
        values,
        rows["count"].to_numpy(np.int64),
        rows["minor_units"].to_numpy(np.int64),
    )
    return packed_counts.pack_counts(cells, table)


def _encode_texts(texts: pd.Series, code_by_text: Mapping[str, int], null_code: int) -> I64:
    indices, names = pd.factorize(texts)
    return np.array([*(code_by_text[str(name)] for name in names), null_code], np.int64)[indices]


def _read_amounts(frame: pd.DataFrame, shape: ProfileShape) -> AmountCounts:
    # Most rows are about amounts. Values are selected column by column, because selecting rows copies all columns.
    is_amount = (frame["column"] == Column.PURCHASE_AMOUNT).to_numpy(bool)
    is_amount &= (frame["segment"] == layout.ALL).to_numpy(bool)
    is_large = frame["value"].notna().to_numpy()
    tables = []
    for detail in (layout.VALUE, layout.WHOLE, layout.BUCKET):
        sums = ("count", "minor_units") if detail == layout.BUCKET else ("count",)
        positions = np.flatnonzero(is_amount & (frame["detail"] == detail).to_numpy(bool) & ~is_large)
        keys = frame["number"].array.take(positions).to_numpy(np.int64, na_value=NULL_CENTS)
        if detail != layout.WHOLE:
            keys |= _read_windows(frame, positions, shape) << CENT_BITS
        tables.append(KeySums.of_run(keys, *(frame[column].to_numpy(np.int64)[positions] for column in sums)))
    positions = np.flatnonzero(is_amount & is_large)
    large_cents = [int(str(text)) for text in frame["value"].array.take(positions)]
    keys_of_large = zip(_read_windows(frame, positions, shape).tolist(), large_cents, strict=True)
    large = zip(keys_of_large, frame["count"].to_numpy(np.int64)[positions].tolist(), strict=True)
    exact, whole, buckets = tables
    return AmountCounts(exact, whole, buckets, tuple(sorted(large)))


def _read_windows(frame: pd.DataFrame, positions: npt.NDArray[np.intp], shape: ProfileShape) -> I64:
    return encode_windows(frame["window"].to_numpy("datetime64[us]")[positions], shape.period)
