"""The columns of the contract, against what follows from them."""

import re
from pathlib import Path

import pyarrow as pa
import pytest
from tests import oracle

from customer_analytics.core.contract.columns import (
    ALWAYS_CRITICAL,
    BITS,
    COLUMN_SPECS,
    COLUMNS,
    CRITICAL_BY_DEFAULT,
    REASONS,
    Column,
    reasons_of,
)
from customer_analytics.core.contract.schemas import CLEAN, TYPED

DOCS = Path(__file__).parents[3] / "docs" / "data_contract.md"
SHOWN_TYPES = {
    "int64": "int64",
    "string": "text",
    "double": "float64",
    "timestamp[us]": "timestamp (µs)",
    "int16": "int16",
}


def documented_columns():
    """Column → (reasons, type), as the table of the documentation shows them."""
    table = DOCS.read_text(encoding="utf-8").split("\n## Columns\n")[1].split("\n- ")[0]
    rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table.splitlines() if "|" in line]
    return {row[0].strip("`"): (re.findall(r"`(\w+):`", row[2]), row[3].strip(" |")) for row in rows if "`" in row[0]}


def test_the_documentation_shows_the_reasons_and_the_type_of_every_column():
    expected = {
        str(spec.name): (
            [reason.partition(":")[0] for reason in spec.reasons],
            SHOWN_TYPES[str(spec.value_type)],
        )
        for spec in COLUMN_SPECS
    }

    assert documented_columns() == expected


def test_columns_and_reasons_are_those_of_the_oracle():
    assert oracle.COLUMNS == COLUMNS
    assert oracle.REASONS == REASONS
    assert oracle.Rules().critical_columns == CRITICAL_BY_DEFAULT


def test_every_column_has_one_spec_in_the_order_of_the_tables():
    assert tuple(Column) == COLUMNS
    assert CLEAN.names == list(COLUMNS)
    assert TYPED.names[: len(COLUMNS)] == list(COLUMNS)


def test_a_clean_column_is_nullable_unless_it_is_always_critical():
    assert {field.name for field in CLEAN if not field.nullable} == ALWAYS_CRITICAL


def test_text_with_few_values_is_dictionary_encoded():
    few = {spec.name for spec in COLUMN_SPECS if pa.types.is_dictionary(spec.arrow_type)}

    assert few == {Column.PRODUCT_CATEGORY, Column.COUNTRY_CODE, Column.PAYMENT_TYPE}


def test_every_reason_has_a_bit_of_its_own_that_fits_in_32_bits():
    assert len(set(BITS.values())) == len(REASONS)
    assert all(bit < 2**32 for bit in BITS.values())


@pytest.mark.parametrize("name", REASONS)
def test_a_mask_of_one_bit_has_one_reason(name):
    assert reasons_of(BITS[name]) == (name,)


def test_a_mask_lists_its_reasons_in_the_order_of_the_contract():
    assert reasons_of(sum(BITS.values())) == REASONS
    assert reasons_of(0) == ()
