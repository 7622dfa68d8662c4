"""Sets of row numbers, compressed: about two bytes for a rare row, less for a common one."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from pyroaring import BitMap64

from customer_analytics.core.arrow.frames import codes_of
from customer_analytics.core.compiled import compiled
from customer_analytics.core.contract.schemas import SOURCE_FILE, SOURCE_ROW


@dataclass(frozen=True, slots=True)
class RowBitmap:
    """Row numbers from 0; ``+`` is the union."""

    numbers: BitMap64 = field(default_factory=BitMap64)

    @classmethod
    def of(cls, numbers: np.ndarray) -> "RowBitmap":
        """The set of these integers, in any order, none below 0."""
        return cls(BitMap64(np.asarray(numbers, np.uint64)))

    def __add__(self, other: "RowBitmap") -> "RowBitmap":
        return RowBitmap(self.numbers | other.numbers)

    def __len__(self) -> int:
        return len(self.numbers)

    def within(self, start: int, stop: int) -> np.ndarray:
        """The numbers from ``start`` up to, not including, ``stop``; int64, ascending."""
        return np.array((self.numbers & BitMap64(range(start, stop))).to_array(), np.int64)


@dataclass(frozen=True, slots=True)
class RowBitmaps:
    """Where rows stand, as (file, row); ``+`` is the union."""

    rows: Mapping[str, RowBitmap] = field(default_factory=dict)

    @classmethod
    def of(cls, frame: pd.DataFrame) -> "RowBitmaps":
        """The places of a frame's rows.

        Args:
            frame: ``source_file`` (category) and ``source_row`` (int64), no nulls.
        """
        groups = frame.groupby(SOURCE_FILE, observed=True)[SOURCE_ROW]
        return cls({str(file): RowBitmap.of(rows.to_numpy()) for file, rows in groups})

    def __add__(self, other: "RowBitmaps") -> "RowBitmaps":
        files = [*self.rows, *(file for file in other.rows if file not in self.rows)]
        none = RowBitmap()
        return RowBitmaps({file: self.rows.get(file, none) + other.rows.get(file, none) for file in files})

    def among(self, frame: pd.DataFrame) -> np.ndarray:
        """Which rows of a frame stand at one of the places; bool.

        Args:
            frame: ``source_file`` (category) and ``source_row`` (int64), ascending by row within each file.
        """
        found = np.zeros(len(frame), bool)
        (codes, files), numbers = codes_of(frame[SOURCE_FILE]), frame[SOURCE_ROW].to_numpy()
        for code, file in enumerate(files):
            if file not in self.rows:
                continue
            mine = codes == code
            rows = numbers if mine.all() else numbers[mine]
            if len(rows):
                hits = self.rows[file].within(int(rows[0]), int(rows[-1]) + 1)
                found[mine] = _marked(rows, hits)
        return found


@compiled
def _marked(rows: np.ndarray, hits: np.ndarray) -> np.ndarray:
    """Which of ``rows`` are among ``hits``; both ascend."""
    found, at = np.zeros(len(rows), np.bool_), 0
    for place in range(len(rows)):
        while at < len(hits) and hits[at] < rows[place]:
            at += 1
        found[place] = at < len(hits) and hits[at] == rows[place]
    return found
