"""From text to typed purchases: every record judged alone, nothing dropped."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from customer_analytics.core.arrow.frames import categorical, codes_of, text_array
from customer_analytics.core.arrow.text import lengths, nulls_as_empty, spread, strip, upper_ascii, with_nulls
from customer_analytics.core.contract.columns import BITS, COLUMNS, FEW_VALUED_COLUMNS, Column, Fault, reason
from customer_analytics.core.contract.schemas import AMOUNT_ROUNDED, FAULTS, RAW_TEXT, SOURCE_FILE, SOURCE_ROW, TYPED
from customer_analytics.core.contract.settings import Contract, iso_countries
from customer_analytics.core.parsing.decimals import parse_amounts, parse_integers
from customer_analytics.core.parsing.timestamps import parse_timestamps

_UNREADABLE = "?"


def parse_purchases(raw: pd.DataFrame, contract: Contract) -> pd.DataFrame:
    """Type every record and mark its faults.

    Args:
        raw: The contract's columns as text or categories of text, null in all of them where the record has not as many
            fields as the header; ``source_file`` (category), ``source_row`` (int64, from 1), ``raw_text`` (text).
        contract: What is valid.

    Returns:
        The columns of :data:`~customer_analytics.core.contract.schemas.TYPED`, as many rows in the same order. A value that
        cannot be read is null; ``faults`` (uint32) is 0 for a valid record, else the bits of its reasons.
    """
    broken = raw[Column.CUSTOMER_ID].isna().to_numpy()
    judged = [parse_column(raw[column], column, contract) for column in COLUMNS]
    faults = np.zeros(len(raw), np.uint32)
    for one in judged:
        for name, rows in one.faults.items():
            faults[np.flatnonzero(rows)] |= np.uint32(BITS[name])
    faults[broken] = BITS[Fault.STRUCTURE]
    columns = {column: one.typed for column, one in zip(COLUMNS, judged, strict=True)}
    columns[FAULTS] = faults
    columns[AMOUNT_ROUNDED] = _rounded(judged) & ~broken
    columns[SOURCE_FILE] = raw[SOURCE_FILE].array
    columns[SOURCE_ROW] = raw[SOURCE_ROW].to_numpy()
    columns[RAW_TEXT] = _record_text(raw[RAW_TEXT], faults != 0)
    return pd.DataFrame({name: columns[name] for name in TYPED.names}, index=raw.index, copy=False)


class ParsedColumn(NamedTuple):
    """One column judged: its values, reason → rows at fault (bool), and which amounts were rounded."""

    typed: Any
    faults: dict[str, np.ndarray]
    rounded: np.ndarray | None = None


def _rounded(judged: Sequence[ParsedColumn]) -> np.ndarray:
    return np.logical_or.reduce([one.rounded for one in judged if one.rounded is not None])


def parse_column(text: pd.Series, column: str, contract: Contract) -> ParsedColumn:
    """Judge one column of ``raw_purchases`` by itself; a null (a broken record) is judged as an empty field."""
    if column in FEW_VALUED_COLUMNS:
        return _FEW_JUDGES[Column(column)](_distinct(text, column, contract), column, contract)
    return _JUDGES[Column(column)](nulls_as_empty(text_array(text)), column, contract)


class _Distinct(NamedTuple):
    """A column of few texts: ``texts[codes]`` (intp) are its rows, stripped; ``null`` is one flag per text.

    The last text is the empty one, so that the code of a null, -1, finds it.
    """

    texts: pa.StringArray
    codes: np.ndarray
    null: np.ndarray


def _is_null(text: pa.StringArray, column: str, contract: Contract) -> np.ndarray:
    """Stripped texts that mean null: the empty one and the configured tokens, but a country's code is never null."""
    empty = lengths(text) == 0
    tokens = [
        one for one in contract.null_tokens if column != Column.COUNTRY_CODE or one.upper() not in iso_countries()
    ]
    if not tokens:
        return empty
    return empty | pc.is_in(text, pa.array(tokens)).to_numpy(zero_copy_only=False)


def _null_rows(text: pa.StringArray, known: np.ndarray, column: str, contract: Contract) -> np.ndarray:
    """Rows that mean null; without tokens a value that was read cannot, so only the others are looked at."""
    if contract.null_tokens:
        return _is_null(strip(text), column, contract)
    null, rest = np.zeros(len(text), bool), np.flatnonzero(~known)
    null[rest] = _is_null(strip(text.take(pa.array(rest))), column, contract)
    return null


def _distinct(column: pd.Series, name: str, contract: Contract) -> _Distinct:
    if isinstance(column.dtype, pd.CategoricalDtype):
        codes, categories = codes_of(column)
        texts = categories.to_list()
    else:
        coded = text_array(column).dictionary_encode()
        texts, codes = coded.dictionary.to_pylist(), coded.indices.fill_null(-1).to_numpy()
    stripped = strip(pa.array([*texts, ""], pa.string()))
    return _Distinct(stripped, codes.astype(np.intp), _is_null(stripped, name, contract))


def _nulls(rows: np.ndarray, column: str, contract: Contract) -> dict[str, np.ndarray]:
    return {reason(Fault.NULL, column): rows} if column in contract.critical_columns else {}


def _judge_customer(text: pa.StringArray, column: str, contract: Contract) -> ParsedColumn:
    read = parse_integers(text)
    null = _null_rows(text, read.known, column, contract)
    known = read.known & ~null
    faults = {
        reason(Fault.BAD_TYPE, column): ~read.known & ~null,
        reason(Fault.RANGE, column): known & (read.numbers <= 0),
    }
    return ParsedColumn(pd.arrays.IntegerArray(read.numbers, ~known), _nulls(null, column, contract) | faults)


def _judge_purchase(text: pa.StringArray, column: str, contract: Contract) -> ParsedColumn:
    text = strip(text)
    null = _is_null(text, column, contract)
    bare = pc.if_else(pa.array(null), "", text) if contract.null_tokens else text
    return ParsedColumn(pd.arrays.ArrowExtensionArray(with_nulls(bare, null)), _nulls(null, column, contract))


def _judge_label(found: _Distinct, column: str, contract: Contract) -> ParsedColumn:
    values = _relabel(found.texts.to_pylist(), ~found.null, found.codes)
    return ParsedColumn(values, _nulls(found.null[found.codes], column, contract))


def _judge_country(found: _Distinct, column: str, contract: Contract) -> ParsedColumn:
    aliases = {upper_ascii(spelling): code for spelling, code in contract.country_aliases.items()}
    upper = [aliases.get(one, one) for one in map(upper_ascii, found.texts.to_pylist())]
    known = np.array([one in iso_countries() for one in upper], bool) & ~found.null
    faults = {reason(Fault.UNKNOWN, column): (~known & ~found.null)[found.codes]}
    values = _relabel(upper, known, found.codes)
    return ParsedColumn(values, _nulls(found.null[found.codes], column, contract) | faults)


def _judge_age(found: _Distinct, column: str, contract: Contract) -> ParsedColumn:
    read = parse_integers(found.texts)
    outside = read.known & ~found.null & ((read.numbers < contract.age_min) | (read.numbers > contract.age_max))
    small = read.known & ~found.null & (np.abs(read.numbers) <= np.iinfo(np.int16).max)
    faults = {
        reason(Fault.BAD_TYPE, column): (~read.known & ~found.null)[found.codes],
        reason(Fault.RANGE, column): outside[found.codes],
    }
    values = pd.arrays.IntegerArray(np.where(small, read.numbers, 0).astype(np.int16)[found.codes], ~small[found.codes])
    return ParsedColumn(values, _nulls(found.null[found.codes], column, contract) | faults)


def _judge_amount(text: pa.StringArray, column: str, contract: Contract) -> ParsedColumn:
    read = parse_amounts(_with_point(text, contract), contract.amount_decimals)
    null = _null_rows(text, read.known, column, contract)
    known = read.known & ~null
    too_large = known & (np.abs(read.amounts) > contract.amount_max)
    faults = {
        reason(Fault.BAD_TYPE, column): ~read.known & ~null,
        reason(Fault.NEGATIVE, column): read.negative & known,
        reason(Fault.RANGE, column): too_large,
    }
    values = np.where(known & ~too_large, read.amounts, np.nan)
    return ParsedColumn(values, _nulls(null, column, contract) | faults, read.rounded & known & ~too_large)


def _judge_date(text: pa.StringArray, column: str, contract: Contract) -> ParsedColumn:
    read = parse_timestamps(text, contract.date_formats)
    null = _null_rows(text, read.known, column, contract)
    moments = np.where(null, np.datetime64("NaT", "us"), read.moments) if contract.null_tokens else read.moments
    faults = {reason(Fault.MALFORMED, column): ~read.known & ~null}
    return ParsedColumn(moments, _nulls(null, column, contract) | faults)


_JUDGES = {
    Column.CUSTOMER_ID: _judge_customer,
    Column.PURCHASE_ID: _judge_purchase,
    Column.PURCHASE_AMOUNT: _judge_amount,
    Column.PURCHASE_DATE: _judge_date,
}
_FEW_JUDGES = {
    Column.PRODUCT_CATEGORY: _judge_label,
    Column.COUNTRY_CODE: _judge_country,
    Column.CUSTOMER_AGE: _judge_age,
    Column.PAYMENT_TYPE: _judge_label,
}


def _relabel(texts: Sequence[str], kept: np.ndarray, codes: np.ndarray) -> pd.Categorical:
    """Rows as a categorical over the kept texts, ascending; texts that became equal share a category."""
    categories = sorted({text for text, wanted in zip(texts, kept, strict=True) if wanted})
    place = {text: code for code, text in enumerate(categories)}
    code_of = np.array([place[text] if wanted else -1 for text, wanted in zip(texts, kept, strict=True)], np.int32)
    return categorical(code_of[codes], categories)


def _with_point(text: pa.StringArray, contract: Contract) -> pa.StringArray:
    """Amounts with ``.`` as decimal mark and no thousands marks; badly grouped ones become unreadable."""
    mark, group = contract.decimal_mark, contract.thousands_mark
    if mark == "." and not group:
        return text
    text = strip(text)
    if group:
        grouped = rf"^[+-]?[0-9]{{1,3}}(?:\Q{group}\E[0-9]{{3}})+(?:\Q{mark}\E[0-9]*)?(?:[eE][+-]?[0-9]+)?$"
        joined = pc.replace_substring(text, group, "")
        bare = pc.invert(pc.match_substring(text, group))
        text = pc.if_else(pc.match_substring_regex(text, grouped), joined, pc.if_else(bare, text, _UNREADABLE))
    if mark == ".":
        return text
    text = pc.if_else(pc.match_substring(text, "."), _UNREADABLE, text)
    return pc.replace_substring(text, mark, ".")


def _record_text(records: pd.Series, wanted: np.ndarray) -> pd.api.extensions.ExtensionArray:
    """The wanted records without their line end; null elsewhere."""
    kept = pc.utf8_trim(text_array(records).filter(pa.array(wanted)), "\r\n")
    return pd.arrays.ArrowExtensionArray(spread(kept, wanted))
