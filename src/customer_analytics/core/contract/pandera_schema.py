"""The pandera schema of ``clean_purchases``, derived from the contract's columns."""

from collections.abc import Callable
from functools import partial

import pandas as pd
import pyarrow as pa
from pandera.pandas import Check, Column, DataFrameSchema

from customer_analytics.core.arrow.frames import codes_of, to_frame
from customer_analytics.core.contract.columns import COLUMN_SPECS, ColumnSpec, Parser
from customer_analytics.core.contract.schemas import CLEAN
from customer_analytics.core.contract.settings import Contract, iso_countries


def clean_schema(contract: Contract) -> DataFrameSchema:
    """Return the pandera schema that every chunk of ``clean_purchases`` must satisfy.

    The schema cannot check that ``purchase_id`` is unique in the whole table;
    :func:`~customer_analytics.core.dedup.duplicates.count_duplicate_ids` checks this.
    """
    columns = {}
    for spec, dtype in zip(COLUMN_SPECS, to_frame(CLEAN.empty_table()).dtypes, strict=True):
        any_dtype = "category" if isinstance(dtype, pd.CategoricalDtype) else dtype  # chunks have different categories
        is_nullable = spec.name not in contract.critical_columns
        columns[spec.name] = Column(any_dtype, _checks(spec, contract), nullable=is_nullable)
    return DataFrameSchema(columns, strict=True, ordered=True, name="clean_purchases")


def _checks(spec: ColumnSpec, contract: Contract) -> list[Check]:
    low, high = contract.bounds(spec)
    if low is not None or high is not None:
        return [_check(partial(_all_between, low=low, high=high), f"from {low} to {'any' if high is None else high}")]
    if spec.parser is Parser.COUNTRY:
        return [_check(_all_iso, "an ISO 3166-1 alpha-2 code")]
    return [_check(_none_empty, "not empty")] if pa.types.is_string(spec.value_type) else []


def _check(holds: Callable[[pd.Series], bool], expected: str) -> Check:
    """Return a pandera check of a whole column, nulls included; it passes if ``holds(column)`` is true."""
    return Check(holds, name=expected, error=expected, ignore_na=False)


def _none_empty(column: pd.Series) -> bool:
    """Return whether the column has no empty text; if it is categorical, check only its categories."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return "" not in set(codes_of(column)[1])
    return not bool((column == "").any())


def _all_iso(column: pd.Series) -> bool:
    return set(codes_of(column)[1]) <= iso_countries()


def _all_between(column: pd.Series, low: float | None, high: float | None) -> bool:
    """Return whether all values are within the bounds; for speed, compare only the lowest and the highest value."""
    if not len(column):
        return True
    least, greatest = column.array.min(), column.array.max()
    return least is pd.NA or bool((low is None or least >= low) and (high is None or greatest <= high))
