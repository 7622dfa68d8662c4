"""Copies of a purchase, found exactly and in flat memory, however far apart they stand.

Rows that share a 64-bit key of their ``purchase_id`` meet in one bucket; few rows share one, so only those are read
whole, and compared by their real ids and values. A key never decides alone.
"""

from functools import partial

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from customer_analytics.core.arrow.frames import categorical, contiguous, text_array
from customer_analytics.core.arrow.take import take_columns
from customer_analytics.core.chunks.hashing import partition_of_hashes, shared, text_hashes
from customer_analytics.core.chunks.protocol import Chunks
from customer_analytics.core.contract.columns import COLUMNS, Column
from customer_analytics.core.contract.schemas import CLEAN, DUPLICATE, FAULTS, SOURCE_FILE, SOURCE_ROW
from customer_analytics.core.dedup.row_bitmap import RowBitmap, RowBitmaps

KINDS = ["conflicting", "exact"]
"""What a later copy can be, in the order of ``duplicate_purchases``' categories."""

_KEY, _ROW = "key", "row"
_SUSPECT_BITS = 6
"""Suspects are few: 64 buckets hold 60,000 of the 4 M among 100 M rows each."""
_SORTED_ROWS = 20
"""Rows are put back in order by buckets of 2**20 consecutive row numbers."""


def find_duplicates(typed: Chunks) -> Chunks:
    """Every later copy of a valid purchase.

    Args:
        typed: Chunks of :data:`~customer_analytics.core.contract.schemas.TYPED`, indexed by row number.

    Returns:
        Chunks of :data:`~customer_analytics.core.contract.schemas.DUPLICATE` in the order of ``typed``: for each valid row whose
        ``purchase_id`` a valid row had before, where it stands, where the first copy stands, and ``exact`` if all
        eight values are equal, else ``conflicting``. No chunk when no id repeats.
    """
    suspects = _sharing_a_key(typed.select([Column.PURCHASE_ID, FAULTS]).map(_valid_keys))
    whole = typed.select([*COLUMNS, SOURCE_FILE, SOURCE_ROW])
    copies = whole.map(partial(_suspected, suspects=suspects)).shuffle(_bucket_of_suspect).map(_later_copies)
    return copies.shuffle(_bucket_of_row).map(_in_row_order)


def count_duplicate_ids(clean: Chunks) -> int:
    """How many rows of a table carry an id that a row before them carries: 0 proves that ids are unique.

    Args:
        clean: Chunks with ``purchase_id`` (text, no nulls), indexed by row number.
    """
    if not clean.select([Column.PURCHASE_ID]).map(_keys_alone).shuffle(_bucket_of_key).fold(_count_shared, 0):
        return 0
    suspects = _sharing_a_key(clean.select([Column.PURCHASE_ID]).map(_keys))
    ids = clean.select([Column.PURCHASE_ID]).map(partial(_suspected, suspects=suspects))
    return ids.shuffle(_bucket_of_suspect).fold(_count_later, 0)


FIRST_COPY_COLUMNS = (*CLEAN.names, FAULTS, SOURCE_FILE, SOURCE_ROW)
"""The columns that :func:`first_copies` reads."""


def first_copies(typed: pd.DataFrame, repeats: RowBitmaps) -> pd.DataFrame:
    """The valid rows of a chunk that are no later copy.

    Args:
        typed: The columns :data:`FIRST_COPY_COLUMNS` of a chunk of :data:`~customer_analytics.core.contract.schemas.TYPED`.
        repeats: The places of all later copies.

    Returns:
        The columns of :data:`~customer_analytics.core.contract.schemas.CLEAN`, in the order of ``typed``, numbered anew.
    """
    kept = np.flatnonzero((typed[FAULTS].to_numpy() == 0) & ~repeats.among(typed))
    columns = take_columns(typed, kept, CLEAN.names)
    columns[Column.CUSTOMER_ID] = columns[Column.CUSTOMER_ID].to_numpy(np.int64)
    return pd.DataFrame(columns, copy=False)


def _sharing_a_key(keyed: Chunks) -> RowBitmap:
    """The row numbers of all rows whose key another row has too."""
    return keyed.shuffle(_bucket_of_key).fold(_rows_of_shared_keys, RowBitmap())


def _keys(frame: pd.DataFrame) -> pd.DataFrame:
    return _keys_alone(frame).assign(**{_ROW: frame.index.to_numpy()})


def _keys_alone(frame: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame({_KEY: text_hashes(text_array(frame[Column.PURCHASE_ID]))}, copy=False)


def _count_shared(bucket: pd.DataFrame) -> int:
    return int(shared(bucket[_KEY].to_numpy()).sum())


def _valid_keys(typed: pd.DataFrame) -> pd.DataFrame:
    valid = typed[FAULTS].to_numpy() == 0
    columns = {_KEY: text_hashes(text_array(typed[Column.PURCHASE_ID])), _ROW: typed.index.to_numpy()}
    return pd.DataFrame({name: column[valid] for name, column in columns.items()}, copy=False)


def _rows_of_shared_keys(bucket: pd.DataFrame) -> RowBitmap:
    return RowBitmap.of(bucket[_ROW].to_numpy()[shared(bucket[_KEY].to_numpy())])


def _rows_among(frame: pd.DataFrame, suspects: RowBitmap) -> np.ndarray:
    """Places in the chunk of the suspected rows; int64."""
    if not len(frame):
        return np.zeros(0, np.int64)
    first = int(frame.index[0])
    return suspects.within(first, first + len(frame)) - first


def _suspected(table: pd.DataFrame, suspects: RowBitmap) -> pd.DataFrame:
    among = _rows_among(table, suspects)
    columns = take_columns(table, among, table.columns)
    ids = contiguous(pa.array(columns[Column.PURCHASE_ID]))
    return pd.DataFrame({**columns, _KEY: text_hashes(ids), _ROW: table.index.to_numpy()[among]}, copy=False)


def _bucket_of_key(frame: pd.DataFrame) -> np.ndarray:
    return partition_of_hashes(frame[_KEY].to_numpy())


def _bucket_of_suspect(frame: pd.DataFrame) -> np.ndarray:
    return partition_of_hashes(frame[_KEY].to_numpy(), _SUSPECT_BITS)


def _bucket_of_row(frame: pd.DataFrame) -> np.ndarray:
    return (frame[_ROW].to_numpy() >> _SORTED_ROWS).astype(np.uint16)


def _first_and_later(bucket: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """For each row whose id stands before it in the bucket: the place of the first such row, and its own."""
    ids = _codes(bucket[Column.PURCHASE_ID])
    first = np.zeros(int(ids.max(initial=-1)) + 1, np.int64)
    first[ids[::-1]] = np.arange(len(ids))[::-1]
    later = np.flatnonzero(first[ids] != np.arange(len(ids)))
    return first[ids[later]], later


def _count_later(bucket: pd.DataFrame) -> int:
    return len(_first_and_later(bucket)[1])


def _later_copies(bucket: pd.DataFrame) -> pd.DataFrame:
    first, later = _first_and_later(bucket)
    equal = np.logical_and.reduce([_equal(bucket[column], first, later) for column in COLUMNS])
    kept = take_columns(bucket, first, (SOURCE_FILE, SOURCE_ROW))
    marks = {f"kept_{name}": column for name, column in kept.items()} | {
        "kind": categorical(equal.astype(np.int8), KINDS)
    }
    copies = take_columns(bucket, later, [name for name in (*DUPLICATE.names, _ROW) if name not in marks])
    return pd.DataFrame(copies | marks, copy=False)


def _in_row_order(bucket: pd.DataFrame) -> pd.DataFrame:
    return bucket.sort_values(_ROW)[DUPLICATE.names]


def _codes(column: pd.Series) -> np.ndarray:
    """A number for each distinct value of a column without nulls."""
    return contiguous(pa.array(column)).dictionary_encode().indices.to_numpy()


def _equal(column: pd.Series, rows: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Whether rows have the value of others, or both have none; bool."""
    values = contiguous(pa.array(column, from_pandas=True))
    one, other = values.take(pa.array(rows)), values.take(pa.array(others))
    equal = pc.equal(one, other)
    if values.null_count:
        equal = pc.if_else(equal.is_valid(), equal, pc.and_(one.is_null(), other.is_null()))
    return equal.to_numpy(zero_copy_only=False)
