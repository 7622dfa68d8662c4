"""Parsing of integers."""

from typing import NamedTuple

import numpy as np
import pyarrow as pa

from customer_analytics.core.arrow.text import offsets_and_bytes
from customer_analytics.core.parsing._kernels import parse_integer_rows


class ParsedIntegers(NamedTuple):
    """Parsed ``numbers`` (int64; 0 if the text is no integer) and ``is_integer`` (bool), one entry per row."""

    numbers: np.ndarray
    is_integer: np.ndarray


def parse_integers(text: pa.StringArray) -> ParsedIntegers:
    """Parse a text without nulls as ``[+-]?[0-9]{1,18}``; white space around a number is ignored."""
    offsets, codes = offsets_and_bytes(text)
    parsed = ParsedIntegers(np.zeros(len(text), np.int64), np.zeros(len(text), bool))
    parse_integer_rows(codes, offsets, *parsed)
    return parsed
