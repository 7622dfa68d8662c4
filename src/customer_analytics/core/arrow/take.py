"""Selection of rows column by column, which is far faster than ``DataFrame.take`` for short frames."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from customer_analytics.core.arrow.frames import text_array
from customer_analytics.core.arrow.text import take_text


def take_columns(frame: pd.DataFrame, rows: np.ndarray, names: Iterable[str]) -> dict[str, Any]:
    """Select rows from some columns of a frame; return a map from column name to a NumPy or pandas array.

    Args:
        frame: Columns with the dtypes that :mod:`~customer_analytics.core.arrow.frames` lists. Text must not be null in
            the selected rows.
        rows: int64, positions in the frame, in any order.
        names: The wanted columns; the map has the same order.
    """
    return {name: _take(frame[name], rows) for name in names}


def _take(column: pd.Series, rows: np.ndarray) -> Any:  # noqa: ANN401  NumPy's or pandas' array
    if isinstance(column.dtype, pd.ArrowDtype):
        return pd.arrays.ArrowExtensionArray(take_text(text_array(column), rows))
    return column.array.take(rows)
