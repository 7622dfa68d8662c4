"""Sets of row numbers, stored as compressed bitmaps of at most about two bytes per row number."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from pyroaring import BitMap64

from customer_analytics.core.arrow.frames import codes_of
from customer_analytics.core.chunks.fold import merge_mappings
from customer_analytics.core.contract.schemas import SOURCE_FILE, SOURCE_ROW


@dataclass(frozen=True, slots=True)
class RowBitmap:
    """A set of row numbers; ``+`` returns the union of two sets."""

    numbers: BitMap64 = field(default_factory=BitMap64)

    @classmethod
    def of(cls, numbers: np.ndarray) -> "RowBitmap":
        """Return the set of the given row numbers. They are 0 or greater and can be in any order."""
        return cls(BitMap64(np.asarray(numbers, np.uint64)))

    def __add__(self, other: "RowBitmap") -> "RowBitmap":
        return RowBitmap(self.numbers | other.numbers)

    def within(self, start: int, stop: int) -> np.ndarray:
        """Return the row numbers from ``start`` to ``stop - 1`` that are in the set, ascending (int64)."""
        return np.array((self.numbers & BitMap64(range(start, stop))).to_array(), np.int64)


@dataclass(frozen=True, slots=True)
class RowBitmaps:
    """A set of pairs of source file and source row; ``+`` returns the union of two sets."""

    rows_by_file: Mapping[str, RowBitmap] = field(default_factory=dict)

    @classmethod
    def of(cls, frame: pd.DataFrame) -> "RowBitmaps":
        """Return the set of the pairs of source file and source row in a frame.

        Args:
            frame: ``source_file`` (category) and ``source_row`` (int64), no nulls.
        """
        groups = frame.groupby(SOURCE_FILE, observed=True)[SOURCE_ROW]
        return cls({str(file): RowBitmap.of(rows.to_numpy()) for file, rows in groups})

    def __add__(self, other: "RowBitmaps") -> "RowBitmaps":
        return RowBitmaps(merge_mappings(self.rows_by_file, other.rows_by_file, RowBitmap()))

    def contains_rows(self, frame: pd.DataFrame) -> np.ndarray:
        """Return for each row of a frame whether its source file and source row are in the set.

        Args:
            frame: ``source_file`` (category) and ``source_row`` (int64, ascending within each file).

        Returns:
            bool, shape ``(rows,)``.
        """
        is_in = np.zeros(len(frame), bool)
        (file_codes, files), source_rows = codes_of(frame[SOURCE_FILE]), frame[SOURCE_ROW].to_numpy()
        for code, file in enumerate(files):
            if file not in self.rows_by_file:
                continue
            of_file = file_codes == code
            file_rows = source_rows[of_file]
            if len(file_rows):
                members = self.rows_by_file[file].within(int(file_rows[0]), int(file_rows[-1]) + 1)
                is_in[of_file] = np.isin(file_rows, members)
        return is_in
