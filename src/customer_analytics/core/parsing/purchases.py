"""Parser of purchases: it turns columns of text into typed values, and finds the faults of each record."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from customer_analytics.core.arrow.frames import categorical, codes_of, dictionary_codes, text_array
from customer_analytics.core.arrow.text import (
    byte_lengths,
    nulls_as_empty,
    scatter_text,
    strip,
    upper_ascii,
    with_nulls,
)
from customer_analytics.core.contract.columns import BITS, COLUMN_SPECS, Column, ColumnSpec, Fault, Parser, reason
from customer_analytics.core.contract.schemas import AMOUNT_ROUNDED, FAULTS, RAW_TEXT, SOURCE_FILE, SOURCE_ROW, TYPED
from customer_analytics.core.contract.settings import Contract, iso_countries
from customer_analytics.core.parsing.decimals import parse_amounts
from customer_analytics.core.parsing.integers import parse_integers
from customer_analytics.core.parsing.timestamps import parse_timestamps

Faults = dict[Fault, np.ndarray]
"""For each fault, whether each row has it (bool array)."""


class ParsedColumn(NamedTuple):
    """The result of parsing one column: its typed values and its faults.

    Args:
        array: The values as a NumPy or pandas array; null if the text is null or cannot be parsed.
        is_null: bool, shape ``(rows,)``: whether the text is empty or a null token.
        faults: For each fault except :attr:`Fault.NULL`, whether each row has it (bool, shape ``(rows,)``).
        is_rounded: bool, shape ``(rows,)``: whether the amount was rounded; ``None`` for other columns.
    """

    array: Any
    is_null: np.ndarray
    faults: Faults
    is_rounded: np.ndarray | None = None

    def reasons(self, spec: ColumnSpec, contract: Contract) -> dict[str, np.ndarray]:
        """Return for each reason whether each row has it (bool); null is a reason only in a critical column."""
        nulls = {Fault.NULL: self.is_null} if spec.name in contract.critical_columns else {}
        return {reason(fault, spec.name): rows for fault, rows in (nulls | self.faults).items()}


def parse_purchases(raw: pd.DataFrame, contract: Contract) -> pd.DataFrame:
    """Parse every record and mark its faults.

    Args:
        raw: A chunk with the contract's columns (text or categorical; all null in a ragged record), ``source_file``
            (category), ``source_row`` (int64, from 1) and ``raw_text``.
        contract: The settings.

    Returns:
        The columns :data:`~customer_analytics.core.contract.schemas.TYPED`, one row per record in the same order.
    """
    is_ragged = raw[Column.CUSTOMER_ID].isna().to_numpy()
    parsed_columns = {spec: parse_column(raw[spec.name], spec, contract) for spec in COLUMN_SPECS}
    faults = np.zeros(len(raw), np.uint32)
    for spec, parsed in parsed_columns.items():
        for name, rows in parsed.reasons(spec, contract).items():
            faults[np.flatnonzero(rows)] |= np.uint32(BITS[name])
    faults[is_ragged] = BITS[Fault.STRUCTURE]
    is_rounded = [parsed.is_rounded for parsed in parsed_columns.values() if parsed.is_rounded is not None]
    columns: dict[str, Any] = {spec.name: parsed.array for spec, parsed in parsed_columns.items()}
    columns[FAULTS] = faults
    columns[AMOUNT_ROUNDED] = np.logical_or.reduce(is_rounded) & ~is_ragged
    columns[SOURCE_FILE] = raw[SOURCE_FILE].array
    columns[SOURCE_ROW] = raw[SOURCE_ROW].to_numpy()
    columns[RAW_TEXT] = _text_of_faulty_records(raw[RAW_TEXT], faults != 0)
    return pd.DataFrame({name: columns[name] for name in TYPED.names}, index=raw.index, copy=False)


def parse_column(text: pd.Series, spec: ColumnSpec, contract: Contract) -> ParsedColumn:
    """Parse one text column of ``raw_purchases``. Nulls, which only ragged records have, are parsed as empty fields."""
    if not spec.few_values:
        return _PARSERS[spec.parser](nulls_as_empty(text_array(text)), spec, contract)
    codes, texts = _encode(text)
    distinct = _PARSERS[spec.parser](texts, spec, contract)
    return ParsedColumn(
        _take(distinct.array, codes),
        distinct.is_null[codes],
        {fault: rows[codes] for fault, rows in distinct.faults.items()},
    )


def _encode(column: pd.Series) -> tuple[np.ndarray, pa.StringArray]:
    """Return each row's code (intp, -1 for null), and the distinct texts, followed by an empty text for code -1."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        codes, categories = codes_of(column)
        texts = categories.to_list()
    else:
        encoded = text_array(column).dictionary_encode()
        texts, codes = encoded.dictionary.to_pylist(), dictionary_codes(encoded)
    return codes.astype(np.intp), pa.array([*texts, ""], pa.string())


def _take(values: Any, codes: np.ndarray) -> Any:  # noqa: ANN401  any pandas array
    """Return ``values[code]`` for each of ``codes``."""
    if not isinstance(values, pd.Categorical):
        return values.take(codes)
    return categorical(values.codes[codes], values.categories.to_list())


def _is_null(text: pa.StringArray, spec: ColumnSpec, contract: Contract) -> np.ndarray:
    """Return whether each stripped text is empty or a null token; in a country column, ``NA`` (Namibia) is not null."""
    is_empty = byte_lengths(text) == 0
    is_country = spec.parser is Parser.COUNTRY
    tokens = [token for token in contract.null_tokens if not (is_country and token.upper() in iso_countries())]
    return is_empty | pc.is_in(text, pa.array(tokens)).to_numpy(zero_copy_only=False) if tokens else is_empty


def _null_rows(text: pa.StringArray, has_value: np.ndarray, spec: ColumnSpec, contract: Contract) -> np.ndarray:
    """Return whether each text is empty or a null token; ``has_value`` is true for each text that was parsed."""
    if contract.null_tokens:
        return _is_null(strip(text), spec, contract)
    is_null, rows = np.zeros(len(text), bool), np.flatnonzero(~has_value)
    is_null[rows] = _is_null(strip(text.take(pa.array(rows))), spec, contract)
    return is_null


def _range_fault(values: np.ndarray, is_known: np.ndarray, spec: ColumnSpec, contract: Contract) -> Faults:
    """Return for ``Fault.RANGE`` whether each value is known and out of bounds; ``{}`` if the column cannot have it."""
    if Fault.RANGE not in spec.faults:
        return {}
    low, high = contract.bounds(spec)
    is_outside = np.zeros(len(values), bool)
    if low is not None:
        is_outside |= values < low
    if high is not None:
        is_outside |= values > high
    return {Fault.RANGE: is_outside & is_known}


def _parse_integer(text: pa.StringArray, spec: ColumnSpec, contract: Contract) -> ParsedColumn:
    """Parse a column of integers; a number that is too large for the column's type becomes null."""
    numbers, is_integer = parse_integers(text)
    is_null = _null_rows(text, is_integer, spec, contract)
    is_known = is_integer & ~is_null
    faults = {Fault.BAD_TYPE: ~is_integer & ~is_null, **_range_fault(numbers, is_known, spec, contract)}
    dtype = np.dtype(spec.value_type.to_pandas_dtype())
    fits = is_known & (np.abs(numbers) <= np.iinfo(dtype).max)
    return ParsedColumn(pd.arrays.IntegerArray(np.where(fits, numbers, 0).astype(dtype), ~fits), is_null, faults)


def _parse_identifier(text: pa.StringArray, spec: ColumnSpec, contract: Contract) -> ParsedColumn:
    stripped = strip(text)
    is_null = _is_null(stripped, spec, contract)
    known = pc.if_else(pa.array(is_null), "", stripped) if contract.null_tokens else stripped
    return ParsedColumn(pd.arrays.ArrowExtensionArray(with_nulls(known, is_null)), is_null, {})


def _parse_label(text: pa.StringArray, spec: ColumnSpec, contract: Contract) -> ParsedColumn:
    stripped = strip(text)
    is_null = _is_null(stripped, spec, contract)
    return ParsedColumn(_categories(stripped.to_pylist(), ~is_null), is_null, {})


def _parse_country(text: pa.StringArray, spec: ColumnSpec, contract: Contract) -> ParsedColumn:
    stripped = strip(text)
    is_null = _is_null(stripped, spec, contract)
    aliases = {upper_ascii(spelling): code for spelling, code in contract.country_aliases.items()}
    codes = [aliases.get(code, code) for code in map(upper_ascii, stripped.to_pylist())]
    is_known = np.array([code in iso_countries() for code in codes], bool) & ~is_null
    return ParsedColumn(_categories(codes, is_known), is_null, {Fault.UNKNOWN: ~is_known & ~is_null})


def _parse_amount(text: pa.StringArray, spec: ColumnSpec, contract: Contract) -> ParsedColumn:
    parsed = parse_amounts(text, contract)
    is_null = _null_rows(text, parsed.is_number, spec, contract)
    is_known = parsed.is_number & ~is_null
    faults = {
        Fault.BAD_TYPE: ~parsed.is_number & ~is_null,
        Fault.NEGATIVE: parsed.is_negative & is_known,
        Fault.RANGE: ~parsed.is_in_range & is_known,
    }
    values = np.where(is_known, parsed.amounts, np.nan) if contract.null_tokens else parsed.amounts
    return ParsedColumn(values, is_null, faults, parsed.is_rounded & is_known)


def _parse_timestamp(text: pa.StringArray, spec: ColumnSpec, contract: Contract) -> ParsedColumn:
    timestamps, is_timestamp = parse_timestamps(text, contract.date_formats)
    is_null = _null_rows(text, is_timestamp, spec, contract)
    values = np.where(is_null, np.datetime64("NaT", "us"), timestamps) if contract.null_tokens else timestamps
    is_known = is_timestamp & ~is_null
    faults = {Fault.MALFORMED: ~is_timestamp & ~is_null, **_range_fault(timestamps, is_known, spec, contract)}
    return ParsedColumn(values, is_null, faults)


_PARSERS: dict[Parser, Callable[[pa.StringArray, ColumnSpec, Contract], ParsedColumn]] = {
    Parser.INTEGER: _parse_integer,
    Parser.IDENTIFIER: _parse_identifier,
    Parser.LABEL: _parse_label,
    Parser.AMOUNT: _parse_amount,
    Parser.TIMESTAMP: _parse_timestamp,
    Parser.COUNTRY: _parse_country,
}


def _categories(texts: Sequence[str], has_value: np.ndarray) -> pd.Categorical:
    """Return a categorical column with ascending categories; it is null where ``has_value`` is false."""
    categories = sorted({text for text, is_known in zip(texts, has_value, strict=True) if is_known})
    code_of = {text: code for code, text in enumerate(categories)}
    codes = [code_of[text] if is_known else -1 for text, is_known in zip(texts, has_value, strict=True)]
    return categorical(np.array(codes, np.int32), categories)


def _text_of_faulty_records(records: pd.Series, has_fault: np.ndarray) -> pd.api.extensions.ExtensionArray:
    """Return for each record with a fault its text without the line end; for the other records null."""
    texts = pc.utf8_trim(text_array(records).filter(pa.array(has_fault)), "\r\n")
    return pd.arrays.ArrowExtensionArray(scatter_text(texts, has_fault))
