"""Parser of integers."""

from typing import NamedTuple

import numpy as np
import pyarrow as pa

from customer_analytics.core.arrow.text import offsets_and_bytes
from customer_analytics.core.parsing._kernels import parse_integer_rows


class ParsedIntegers(NamedTuple):
    """For each text: ``is_integer`` (bool), and ``numbers`` (int64), which is 0 if the text is not an integer."""

    numbers: np.ndarray
    is_integer: np.ndarray


def parse_integers(text: pa.StringArray) -> ParsedIntegers:
    """Parse texts (no nulls) as integers ``[+-]?[0-9]{1,18}``; white space around an integer is ignored."""
    offsets, text_bytes = offsets_and_bytes(text)
    parsed = ParsedIntegers(np.zeros(len(text), np.int64), np.zeros(len(text), bool))
    parse_integer_rows(text_bytes, offsets, *parsed)
    return parsed
