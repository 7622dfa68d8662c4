"""Some rows of a frame, column by column: pandas' own ways take a third of a millisecond, however few the rows."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from customer_analytics.core.arrow.frames import text_array
from customer_analytics.core.arrow.text import take_text


def take_columns(frame: pd.DataFrame, rows: np.ndarray, names: Iterable[str]) -> dict[str, Any]:
    """Columns at some rows, to make a frame of.

    Args:
        frame: Of the dtypes that ``core.frames`` describes; no text wanted is null.
        rows: int64, the places of the rows wanted, in any order.
        names: The columns wanted, in this order.
    """
    return {name: _take(frame[name], rows) for name in names}


def _take(column: pd.Series, rows: np.ndarray) -> Any:  # noqa: ANN401  NumPy's or pandas' array
    if isinstance(column.dtype, pd.ArrowDtype):
        return pd.arrays.ArrowExtensionArray(take_text(text_array(column), rows))
    return column.array.take(rows)
