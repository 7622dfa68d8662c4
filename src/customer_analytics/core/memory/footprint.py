"""What a frame holds in memory: as plain pandas reads it from a CSV, and as it is."""

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
    """The memory of a frame, its index left out.

    Args:
        rows: Rows of the frame.
        dtypes: Column → the name of its dtype.
        deep_bytes: Column → bytes by ``memory_usage(deep=True)``, which counts a text once per row that shows it.
        distinct_bytes: Column → bytes when each Python object is counted once, however many rows share it.
        getsizeof_bytes: ``sys.getsizeof`` of the frame, index included.
        info: What ``info(memory_usage="deep")`` prints.
    """

    rows: int
    dtypes: Mapping[str, str]
    deep_bytes: Mapping[str, int]
    distinct_bytes: Mapping[str, int]
    getsizeof_bytes: int
    info: str

    @classmethod
    def of(cls, frame: pd.DataFrame) -> "Footprint":
        """Measure a frame."""
        deep = {str(name): int(size) for name, size in frame.memory_usage(index=False, deep=True).items()}
        once = {name: _distinct_bytes(frame[name], size) for name, size in deep.items()}
        dtypes = {str(name): str(dtype) for name, dtype in frame.dtypes.items()}
        return cls(len(frame), dtypes, deep, once, sys.getsizeof(frame), _info(frame))

    @property
    def total(self) -> int:
        """The deep bytes of all columns."""
        return sum(self.deep_bytes.values())

    @property
    def distinct_total(self) -> int:
        """The bytes of all columns, each object counted once."""
        return sum(self.distinct_bytes.values())


def read_plainly(chunk: pd.DataFrame) -> pd.DataFrame:
    """The chunk written as a CSV and read back by ``pd.read_csv`` with its defaults.

    Only ``low_memory`` is off, so that a column has one dtype and not one per piece of the file.
    """
    text = chunk.to_csv(index=False, quoting=csv.QUOTE_NONNUMERIC).encode()
    return pd.read_csv(pa.BufferReader(text), low_memory=False)


@dataclass(frozen=True, slots=True)
class Misreading:
    """What plain reading does to one column's values.

    Args:
        missing: Values that it takes for missing.
        altered: Numbers that it reads differently.
        example: One of the values taken for missing; ``None`` where there are none.
    """

    missing: int
    altered: int
    example: str | None


def find_misreadings(chunk: pd.DataFrame, plain: pd.DataFrame) -> dict[str, Misreading]:
    """Compare :func:`read_plainly` with the chunk, column by column; empty text is no value."""
    return {str(name): _misreading(chunk[name], plain[name]) for name in chunk.columns}


def _misreading(column: pd.Series, plain: pd.Series) -> Misreading:
    known = column.notna().to_numpy() & (column.astype(object) != "").to_numpy(bool)
    missing = np.flatnonzero(known & plain.isna().to_numpy())
    altered = 0
    if column.dtype == np.float64 and plain.dtype == np.float64:
        both = known & plain.notna().to_numpy()
        altered = int((column.to_numpy()[both] != plain.to_numpy()[both]).sum())
    example = str(column.iloc[missing[0]]) if len(missing) else None
    return Misreading(len(missing), altered, example)


def _distinct_bytes(column: pd.Series, deep_bytes: int) -> int:
    if column.dtype != object:
        return deep_bytes
    distinct = {id(value): value for value in column}
    return column.nbytes + sum(map(sys.getsizeof, distinct.values()))


class _Written(list[str]):
    """Takes what is printed."""

    def write(self, text: str, /) -> None:
        self.append(text)

    def flush(self) -> None:
        """Nothing is held back."""


def _info(frame: pd.DataFrame) -> str:
    written: Any = _Written()  # pandas asks for more of a buffer than it uses
    frame.info(buf=written, memory_usage="deep")
    return "".join(written).strip()
