"""Parser of integers."""

from typing import NamedTuple

import numpy as np
import pyarrow as pa

from customer_analytics.core.arrow.text import offsets_and_bytes
from customer_analytics.core.parsing._kernels import parse_integer_rows


class ParsedIntegers(NamedTuple):
    """The result of :func:`parse_integers` per row: ``numbers`` (int64, 0 for other text) and ``is_integer`` (bool)."""

    numbers: np.ndarray
    is_integer: np.ndarray


def parse_integers(text: pa.StringArray) -> ParsedIntegers:
    """Parse an array without nulls; integers are ``[+-]?[0-9]{1,18}``, white space around them is ignored."""
    offsets, text_bytes = offsets_and_bytes(text)
    parsed = ParsedIntegers(np.zeros(len(text), np.int64), np.zeros(len(text), bool))
    parse_integer_rows(text_bytes, offsets, *parsed)
    return parsed
