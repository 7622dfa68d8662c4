"""The schema of ``clean_purchases`` in pandera, from the contract's columns."""

from collections.abc import Callable
from functools import partial

import pandas as pd
import pandera.pandas as pa
import pyarrow

from customer_analytics.core.arrow.frames import codes_of, to_frame
from customer_analytics.core.contract.columns import COLUMN_SPECS, ColumnSpec, Parser
from customer_analytics.core.contract.schemas import CLEAN
from customer_analytics.core.contract.settings import Contract, iso_countries


def clean_schema(contract: Contract) -> pa.DataFrameSchema:
    """The schema that every chunk of ``clean_purchases`` must satisfy.

    ``purchase_id`` is unique in the whole table, which no chunk can show:
    :func:`~customer_analytics.core.dedup.duplicates.count_duplicate_ids` proves it.
    """
    dtypes = to_frame(CLEAN.empty_table()).dtypes
    columns = {
        spec.name: pa.Column(dtypes[spec.name], _checks(spec, contract), nullable=_is_nullable(spec, contract))
        for spec in COLUMN_SPECS
    }
    return pa.DataFrameSchema(columns, strict=True, ordered=True, name="clean_purchases")


def _is_nullable(spec: ColumnSpec, contract: Contract) -> bool:
    return spec.name not in contract.critical_columns


def _checks(spec: ColumnSpec, contract: Contract) -> list[pa.Check]:
    low, high = contract.bounds(spec)
    if low is not None or high is not None:
        return [_check(partial(_all_between, low=low, high=high), f"from {low} to {'any' if high is None else high}")]
    if spec.parser is Parser.COUNTRY:
        return [_check(_all_iso, "an ISO 3166-1 alpha-2 code")]
    return [_check(_none_empty, "not empty")] if pyarrow.types.is_string(spec.value_type) else []


def _check(holds: Callable[[pd.Series], bool], expected: str) -> pa.Check:
    """A check of a whole column at once; nulls are its own business."""
    return pa.Check(holds, name=expected, error=expected, ignore_na=False)


def _none_empty(column: pd.Series) -> bool:
    """No text is empty; of a categorical column only the categories are read."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return "" not in set(codes_of(column)[1])
    return not bool((column == "").any())


def _all_iso(column: pd.Series) -> bool:
    return set(codes_of(column)[1]) <= iso_countries()


def _all_between(column: pd.Series, low: float | None, high: float | None) -> bool:
    """Compare the least and the greatest value only: faster than comparing each."""
    if not len(column):
        return True
    least, greatest = column.array.min(), column.array.max()
    return least is pd.NA or bool((low is None or least >= low) and (high is None or greatest <= high))
