"""Parser that turns text into amounts of money, rounded half-even to minor units."""

from fractions import Fraction

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from customer_analytics.core.arrow.text import offsets_and_bytes, strip
from customer_analytics.core.contract.settings import Contract
from customer_analytics.core.money.minor_units import EXACT_MINOR_UNITS
from customer_analytics.core.parsing._kernels import DecimalColumns, parse_decimal_rows

_BADLY_GROUPED = "?"


def parse_amounts(text: pa.StringArray, contract: Contract) -> DecimalColumns:
    """Parse text as plain or scientific decimals (``12``, ``12.5``, ``.5``, ``1e3``).

    A number is rounded half-even to whole minor units; its amount is the nearest float64 in major units. White space
    around a number is ignored. A text with a currency sign is no number.

    Args:
        text: No nulls.
        contract: The settings ``decimal_mark``, ``thousands_mark``, ``amount_decimals`` and ``amount_max`` are used.

    Returns:
        Arrays with one entry per row; ``amounts`` is NaN if the text is not a number or the number is out of range.
    """
    ungrouped = _remove_thousands_marks(text, contract) if contract.thousands_mark else text
    offsets, text_bytes = offsets_and_bytes(ungrouped)
    flags = (np.zeros(len(text), bool) for _ in range(len(DecimalColumns._fields) - 1))
    columns = DecimalColumns(np.full(len(text), np.nan), *flags)
    limit = min(int(Fraction(contract.amount_max) * 10**contract.amount_decimals), EXACT_MINOR_UNITS - 1)
    parse_decimal_rows(text_bytes, offsets, (ord(contract.decimal_mark), contract.amount_decimals, limit), columns)
    return columns


def _remove_thousands_marks(text: pa.StringArray, contract: Contract) -> pa.StringArray:
    """Remove thousands marks between groups of three digits; a text with marks elsewhere becomes ``?``, no number."""
    mark, group, text = contract.decimal_mark, contract.thousands_mark, strip(text)
    grouped = rf"^[+-]?[0-9]{{1,3}}(?:\Q{group}\E[0-9]{{3}})+(?:\Q{mark}\E[0-9]*)?(?:[eE][+-]?[0-9]+)?$"
    is_grouped = pc.match_substring_regex(text, grouped)
    ungrouped = pc.if_else(is_grouped, pc.replace_substring(text, group, ""), _BADLY_GROUPED)
    return pc.if_else(pc.match_substring(text, group), ungrouped, text)
