"""Select rows of a frame column by column, which is far faster than ``DataFrame.take`` for short frames."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from customer_analytics.core.arrow.frames import text_array
from customer_analytics.core.arrow.text import take_text


def take_columns(frame: pd.DataFrame, rows: np.ndarray, names: Iterable[str]) -> dict[str, Any]:
    """Select rows of some columns; returns NumPy or pandas arrays by column name.

    Args:
        frame: The dtypes of :mod:`~customer_analytics.core.arrow.frames`; text is not null at ``rows``.
        rows: int64, positions in the frame, in any order.
        names: The wanted columns, in this order.
    """
    return {name: _take(frame[name], rows) for name in names}


def _take(column: pd.Series, rows: np.ndarray) -> Any:  # noqa: ANN401  NumPy's or pandas' array
    if isinstance(column.dtype, pd.ArrowDtype):
        return pd.arrays.ArrowExtensionArray(take_text(text_array(column), rows))
    return column.array.take(rows)
