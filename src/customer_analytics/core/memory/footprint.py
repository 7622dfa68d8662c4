"""Measure the memory of a frame, and of the frame that plain pandas reads from a CSV with the same rows."""

import csv
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Footprint:
    """The memory of a frame, without its index unless stated otherwise.

    Args:
        rows: Number of rows.
        dtypes: Column → name of its dtype.
        deep_bytes: Column → bytes by ``memory_usage(deep=True)``, which counts a Python object once per row.
        distinct_bytes: Column → bytes if each Python object is counted once, even if several rows share it.
        getsizeof_bytes: ``sys.getsizeof`` of the frame, index included.
        info: Output of ``info(memory_usage="deep")``.
    """

    rows: int
    dtypes: Mapping[str, str]
    deep_bytes: Mapping[str, int]
    distinct_bytes: Mapping[str, int]
    getsizeof_bytes: int
    info: str

    @classmethod
    def of(cls, frame: pd.DataFrame) -> "Footprint":
        """Measure the memory of a frame."""
        deep_bytes = {str(name): int(size) for name, size in frame.memory_usage(index=False, deep=True).items()}
        distinct_bytes = {name: _count_distinct_bytes(frame[name], size) for name, size in deep_bytes.items()}
        dtypes = {str(name): str(dtype) for name, dtype in frame.dtypes.items()}
        return cls(len(frame), dtypes, deep_bytes, distinct_bytes, sys.getsizeof(frame), _format_info(frame))

    @property
    def total_bytes(self) -> int:
        """Return the sum of ``deep_bytes`` over all columns."""
        return sum(self.deep_bytes.values())

    @property
    def distinct_total_bytes(self) -> int:
        """Return the sum of ``distinct_bytes`` over all columns."""
        return sum(self.distinct_bytes.values())


def read_plainly(chunk: pd.DataFrame) -> pd.DataFrame:
    """Write the chunk as a CSV, and read it with ``pd.read_csv`` and its default options except ``low_memory``.

    ``low_memory`` is off, so that pandas chooses one dtype for a whole column.
    """
    text = chunk.to_csv(index=False, quoting=csv.QUOTE_NONNUMERIC).encode()
    return pd.read_csv(pa.BufferReader(text), low_memory=False)


@dataclass(frozen=True, slots=True)
class Misreading:
    """The errors of plain pandas when it reads one column.

    Args:
        missing: Number of values that pandas reads as null.
        altered: Number of floats that pandas reads as a different float.
        example: The first value that pandas reads as null; ``None`` if there is none.
    """

    missing: int
    altered: int
    example: str | None


def find_misreadings(chunk: pd.DataFrame, plain: pd.DataFrame) -> dict[str, Misreading]:
    """Find the errors of plain pandas in each column: compare the chunk with the result of :func:`read_plainly`.

    If pandas reads an empty text as null, this is not an error.
    """
    return {str(name): _find_misreading(chunk[name], plain[name]) for name in chunk.columns}


def _find_misreading(column: pd.Series, plain: pd.Series) -> Misreading:
    is_known = column.notna().to_numpy() & (column.astype(object) != "").to_numpy(bool)
    missing_rows = np.flatnonzero(is_known & plain.isna().to_numpy())
    altered = 0
    if column.dtype == np.float64 and plain.dtype == np.float64:
        are_known = is_known & plain.notna().to_numpy()
        altered = int((column.to_numpy()[are_known] != plain.to_numpy()[are_known]).sum())
    example = str(column.iloc[missing_rows[0]]) if len(missing_rows) else None
    return Misreading(len(missing_rows), altered, example)


def _count_distinct_bytes(column: pd.Series, deep_bytes: int) -> int:
    if column.dtype != object:
        return deep_bytes
    objects_by_id = {id(value): value for value in column}
    return column.nbytes + sum(map(sys.getsizeof, objects_by_id.values()))


class _TextBuffer(list[str]):
    """A text buffer with the two methods that ``DataFrame.info`` calls; ``core`` must not import ``io``."""

    def write(self, text: str, /) -> None:
        self.append(text)

    def flush(self) -> None:
        """Do nothing."""


def _format_info(frame: pd.DataFrame) -> str:
    buffer: Any = _TextBuffer()  # Any, because the type that pandas declares has more methods than it calls
    frame.info(buf=buffer, memory_usage="deep")
    return "".join(buffer).strip()
