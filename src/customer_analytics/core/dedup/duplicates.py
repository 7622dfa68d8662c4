"""Find duplicates exactly and in bounded memory, in two passes over the rows.

The first pass partitions the hashes of all ids and finds the candidates: rows whose hash occurs in another row. The
second pass compares the ids and values of the candidates: equal hashes of different ids make no duplicates.
"""

from functools import partial

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from customer_analytics.core.arrow.frames import categorical, contiguous, text_array
from customer_analytics.core.arrow.take import take_columns
from customer_analytics.core.chunks.hashing import partition_of_hashes, text_hashes
from customer_analytics.core.chunks.protocol import Chunks
from customer_analytics.core.contract.columns import COLUMNS, Column
from customer_analytics.core.contract.schemas import CLEAN, DUPLICATE, FAULTS, SOURCE_FILE, SOURCE_ROW
from customer_analytics.core.dedup._kernels import is_candidate
from customer_analytics.core.dedup.row_bitmap import RowBitmap, RowBitmaps

KINDS = ["conflicting", "exact"]
"""The categories of the column ``kind`` of ``duplicate_purchases``: code 0 is conflicting, code 1 is exact."""

FIRST_COPY_COLUMNS = (*CLEAN.names, FAULTS, SOURCE_FILE, SOURCE_ROW)
"""The columns that :func:`first_copies` reads."""

_HASH, _ROW = "hash", "row"

_CANDIDATE_PARTITION_BITS = 6
"""Number of hash bits that select the partition of a candidate: 4 million candidates make 64 partitions of 60,000."""

_SORTED_ROW_BITS = 20
"""Duplicates are partitioned by row number and then sorted; a partition has 2**20 consecutive row numbers."""


def find_duplicates(typed: Chunks) -> Chunks:
    """Find every valid row whose ``purchase_id`` occurs in an earlier valid row.

    Args:
        typed: Chunks of :data:`~customer_analytics.core.contract.schemas.TYPED`, indexed by row number.

    Returns:
        Chunks of :data:`~customer_analytics.core.contract.schemas.DUPLICATE` in the order of ``typed``; no chunk if no
        row is a duplicate. ``kept_source_file`` and ``kept_source_row`` locate the first valid row with the same id.
        ``kind`` is ``exact`` if all contract columns equal those of the first copy (nulls, too), else ``conflicting``.
    """
    valid_rows = typed.select([Column.PURCHASE_ID, FAULTS]).map(
        lambda frame: _hash_rows(frame)[frame[FAULTS].to_numpy() == 0]
    )
    candidates = _candidates_by_hash(typed.select([*COLUMNS, SOURCE_FILE, SOURCE_ROW]), valid_rows)
    duplicates = candidates.map(_duplicates_in).shuffle(_partition_of_row)
    return duplicates.map(lambda frame: frame.sort_values(_ROW)[DUPLICATE.names])


def count_duplicate_ids(clean: Chunks) -> int:
    """Count the rows whose ``purchase_id`` occurs in an earlier row; 0 means that all ids are unique.

    Args:
        clean: Chunks with ``purchase_id`` (text, no nulls), indexed by row number.
    """
    ids = clean.select([Column.PURCHASE_ID])
    hashed_rows = ids.map(_hash_rows)
    hashes = hashed_rows.select([_HASH]).shuffle(_partition_of_hash)
    if not hashes.fold(lambda frame: int(is_candidate(frame[_HASH].to_numpy()).sum()), 0):
        return 0
    return _candidates_by_hash(ids, hashed_rows).fold(lambda frame: len(_first_copy_positions(frame)[1]), 0)


def first_copies(typed: pd.DataFrame, duplicate_rows: RowBitmaps) -> pd.DataFrame:
    """Select the valid rows of a chunk that are not duplicates.

    Args:
        typed: The columns :data:`FIRST_COPY_COLUMNS` of :data:`~customer_analytics.core.contract.schemas.TYPED`.
        duplicate_rows: Source file and source row of every duplicate in the table.

    Returns:
        The columns of :data:`~customer_analytics.core.contract.schemas.CLEAN`, in the order of ``typed``, with a new
        index from 0.
    """
    clean_rows = np.flatnonzero((typed[FAULTS].to_numpy() == 0) & ~duplicate_rows.contains_rows(typed))
    columns = take_columns(typed, clean_rows, CLEAN.names)
    columns[Column.CUSTOMER_ID] = columns[Column.CUSTOMER_ID].to_numpy(np.int64)
    return pd.DataFrame(columns, copy=False)


def _candidates_by_hash(table: Chunks, hashed_rows: Chunks) -> Chunks:
    """Return the candidates (rows whose hash occurs in another row) of ``table``, regrouped by hash.

    ``hashed_rows`` has the columns ``hash`` and ``row`` (row number) for all rows that are compared.
    """
    candidate_rows = hashed_rows.shuffle(_partition_of_hash).fold(_candidates_in, RowBitmap())
    candidates = table.map(partial(_select_candidates, candidate_rows=candidate_rows))
    return candidates.shuffle(partial(_partition_of_hash, bits=_CANDIDATE_PARTITION_BITS))


def _hash_rows(frame: pd.DataFrame) -> pd.DataFrame:
    ids = text_array(frame[Column.PURCHASE_ID])
    return pd.DataFrame({_HASH: text_hashes(ids), _ROW: frame.index.to_numpy()}, copy=False)


def _candidates_in(hashed_rows: pd.DataFrame) -> RowBitmap:
    return RowBitmap.of(hashed_rows[_ROW].to_numpy()[is_candidate(hashed_rows[_HASH].to_numpy())])


def _select_candidates(table: pd.DataFrame, candidate_rows: RowBitmap) -> pd.DataFrame:
    """Select the rows of a chunk that are in ``candidate_rows``; add the columns ``hash`` and ``row`` (row number)."""
    start = int(table.index[0]) if len(table) else 0
    positions = candidate_rows.within(start, start + len(table)) - start
    columns = take_columns(table, positions, table.columns)
    hashes = text_hashes(text_array(columns[Column.PURCHASE_ID]))
    return pd.DataFrame({**columns, _HASH: hashes, _ROW: table.index.to_numpy()[positions]}, copy=False)


def _partition_of_hash(frame: pd.DataFrame, bits: int = 8) -> np.ndarray:
    return partition_of_hashes(frame[_HASH].to_numpy(), bits)


def _partition_of_row(frame: pd.DataFrame) -> np.ndarray:
    return (frame[_ROW].to_numpy() >> _SORTED_ROW_BITS).astype(np.uint16)


def _first_copy_positions(candidates: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return two int64 arrays with one entry per duplicate: the position of its first copy, and its own position."""
    id_codes = text_array(candidates[Column.PURCHASE_ID]).dictionary_encode().indices.to_numpy()
    is_first = np.diff(np.maximum.accumulate(id_codes), prepend=-1) > 0  # Arrow gives codes in order of appearance
    duplicates = np.flatnonzero(~is_first)
    return np.flatnonzero(is_first)[id_codes[duplicates]], duplicates


def _duplicates_in(candidates: pd.DataFrame) -> pd.DataFrame:
    """Return the duplicates among ``candidates``, with the columns of ``DUPLICATE`` and the row number in ``row``."""
    first_positions, positions = _first_copy_positions(candidates)
    equal_columns = [_is_equal(candidates[column], first_positions, positions) for column in COLUMNS]
    is_exact = np.logical_and.reduce(equal_columns)
    first_sources = take_columns(candidates, first_positions, (SOURCE_FILE, SOURCE_ROW))
    added_columns = {f"kept_{name}": column for name, column in first_sources.items()}
    added_columns["kind"] = categorical(is_exact.astype(np.int8), KINDS)
    own_names = [name for name in (*DUPLICATE.names, _ROW) if name not in added_columns]
    return pd.DataFrame(take_columns(candidates, positions, own_names) | added_columns, copy=False)


def _is_equal(column: pd.Series, left_positions: np.ndarray, right_positions: np.ndarray) -> np.ndarray:
    """Return for each pair of positions whether a column has equal values there (bool); two nulls are equal."""
    values = contiguous(pa.array(column, from_pandas=True))
    left, right = values.take(pa.array(left_positions)), values.take(pa.array(right_positions))
    both_null = pc.and_(left.is_null(), right.is_null())
    return pc.or_(pc.equal(left, right).fill_null(fill_value=False), both_null).to_numpy(zero_copy_only=False)
