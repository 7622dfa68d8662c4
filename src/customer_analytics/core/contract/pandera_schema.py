"""The clean table's schema in pandera, from the contract."""

from collections.abc import Callable
from functools import partial

import pandas as pd
import pandera.pandas as pa

from customer_analytics.core.arrow.frames import TEXT, codes_of
from customer_analytics.core.contract.settings import Column, Contract, iso_countries


def clean_schema(contract: Contract) -> pa.DataFrameSchema:
    """What every chunk of ``clean_purchases`` must satisfy.

    Uniqueness of ``purchase_id`` is a property of the whole table and is proved on it
    (:func:`~customer_analytics.core.dedup.duplicates.count_duplicate_ids`).
    """
    nullable = {column: column not in contract.critical_columns for column in Column}
    text = partial(_check, _all_filled, "not empty")
    ages = partial(_all_between, low=contract.age_min, high=contract.age_max)
    return pa.DataFrameSchema(
        {
            Column.CUSTOMER_ID: pa.Column("int64", pa.Check.gt(0)),
            Column.PURCHASE_ID: pa.Column(TEXT, text()),
            Column.PRODUCT_CATEGORY: pa.Column("category", text(), nullable=nullable[Column.PRODUCT_CATEGORY]),
            Column.PURCHASE_AMOUNT: pa.Column("float64", [pa.Check.ge(0), pa.Check.lt(float("inf"))]),
            Column.PURCHASE_DATE: pa.Column("datetime64[us]"),
            Column.COUNTRY_CODE: pa.Column(
                "category",
                _check(_all_iso, "an ISO 3166-1 alpha-2 code"),
                nullable=nullable[Column.COUNTRY_CODE],
            ),
            Column.CUSTOMER_AGE: pa.Column(
                "Int16",
                _check(ages, f"from {contract.age_min} to {contract.age_max}"),
                nullable=nullable[Column.CUSTOMER_AGE],
            ),
            Column.PAYMENT_TYPE: pa.Column("category", text(), nullable=nullable[Column.PAYMENT_TYPE]),
        },
        strict=True,
        ordered=True,
        name="clean_purchases",
    )


def _check(holds: Callable[[pd.Series], bool], wanted: str) -> pa.Check:
    """A check of a whole column at once, which looks past nulls by itself."""
    return pa.Check(holds, name=wanted, error=wanted, ignore_na=False)


def _all_filled(column: pd.Series) -> bool:
    """No text is empty; for a category its few texts are looked at."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return "" not in set(codes_of(column)[1])
    return not bool((column == "").any())


def _all_iso(column: pd.Series) -> bool:
    return set(codes_of(column)[1]) <= iso_countries()


def _all_between(column: pd.Series, low: int, high: int) -> bool:
    """By the least and the greatest value: comparing each took a third of what checking a chunk takes."""
    values = column.array
    least = values.min() if len(values) else pd.NA
    return least is pd.NA or bool(least >= low and values.max() <= high)
