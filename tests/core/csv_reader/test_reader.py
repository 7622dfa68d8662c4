"""Blocks of records read into text columns."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.hostile import record_texts
from tests.making import plain
from tests.oracle import COLUMNS, records

from customer_analytics.core.csv_reader.dialect import Dialect
from customer_analytics.core.csv_reader.header import Header, read_header
from customer_analytics.core.csv_reader.reader import RAW_COLUMNS, RecordBlock, read_block
from customer_analytics.core.errors import InputError

HEADER = Header(len(COLUMNS), {column: position for position, column in enumerate(COLUMNS)})
WHOLE = ",".join("12345678")
RAGGED = "1,2,3"


def block_of(lines, first_row=1):
    encoded = [line.encode() for line in lines]
    offsets = np.cumsum([0, *map(len, encoded)]).astype(np.int32)
    return RecordBlock(pa.py_buffer(b"".join(encoded)), offsets, first_row, "purchases.csv")


def rows_of(frame):
    columns = [[plain(value) for value in frame[column]] for column in frame]
    return list(zip(*columns, strict=True))


@given(st.lists(st.sampled_from([WHOLE, RAGGED, WHOLE + ",9"]), min_size=1, max_size=12))
def test_a_ragged_record_becomes_a_row_of_nulls(lines):
    frame = read_block(block_of([f"{line}\n" for line in lines], 7), HEADER, Dialect())

    assert list(frame.columns) == list(RAW_COLUMNS)
    assert rows_of(frame) == [
        (*(line.split(",") if line == WHOLE else [None] * 8), "purchases.csv", 7 + row, f"{line}\n")
        for row, line in enumerate(lines)
    ]


@given(st.lists(record_texts(), min_size=1, max_size=6))
def test_fields_are_those_of_pythons_csv_reader(lines):
    read = list(records("\n".join([*lines, ""])))
    if not read or any(raw.startswith(("\n", "\r")) or not raw.endswith("\n") for raw, _ in read):
        return

    frame = read_block(block_of([raw for raw, _ in read]), HEADER, Dialect(), COLUMNS)

    assert rows_of(frame) == [tuple(fields) if len(fields) == 8 else (None,) * 8 for _, fields in read]


@pytest.mark.parametrize("columns", [["purchase_id"], ["raw_text", "customer_id"], ["source_row", "payment_type"]])
def test_only_the_columns_asked_for_are_there_in_their_order(columns):
    frame = read_block(block_of([f"{WHOLE}\n", f"{RAGGED}\n"]), HEADER, Dialect(), columns)

    assert list(frame.columns) == columns
    assert len(frame) == 2


def test_one_column_of_the_file_cannot_be_two_of_the_contract():
    dialect = Dialect(columns={"customer_id": "id", "purchase_id": "ID "})

    with pytest.raises(
        InputError, match=r"purchases\.csv: expected a column of its own for each; found 'id' for both "
    ):
        read_header(",".join(["id", *COLUMNS[2:]]), dialect, "purchases.csv")


def test_all_columns_that_are_missing_are_named_in_one_error():
    dialect = Dialect(columns={"customer_id": "Kunde", "payment_type": "Zahlungsart"})

    with pytest.raises(InputError) as error:
        read_header(",".join([*COLUMNS[:6], "Alter", "Zahlungsart"]), dialect, "purchases.csv")

    assert str(error.value) == (
        "purchases.csv: expected columns 'Kunde', 'customer_age'; found the header 'customer_id', 'purchase_id', "
        "'product_category', 'purchase_amount', 'purchase_date', 'country_code', 'Alter', 'Zahlungsart' (8 columns). "
        "Hint: map other names under csv.columns in globals.yml, e.g. customer_id: 'its name in the file'"
    )


def test_one_missing_column_is_named_before_one_that_is_there_twice():
    with pytest.raises(InputError, match="expected a column 'payment_type'; found the header"):
        read_header(",".join([*COLUMNS[:7], COLUMNS[0]]), Dialect(), "purchases.csv")


def test_bytes_that_are_not_utf_8_are_an_error_with_their_record():
    lines = [f"{WHOLE}\n".encode()] * 3 + [b"1,2,3,4,5,6,7,\xe9\n"]
    offsets = np.cumsum([0, *map(len, lines)]).astype(np.int32)
    block = RecordBlock(pa.py_buffer(b"".join(lines)), offsets, 10, "purchases.csv")

    with pytest.raises(InputError, match=r"purchases\.csv, record 13: expected UTF-8 text; found byte 0xe9\. Hint: "):
        read_block(block, HEADER, Dialect())


def test_a_header_is_matched_after_stripping_and_case_folding():
    names = [f" {column.upper()}\t" for column in reversed(COLUMNS)]

    header = read_header('"x, y",' + ",".join(names), Dialect(), "purchases.csv")

    assert header.width == 9
    assert header.positions == {column: 8 - position for position, column in enumerate(COLUMNS)}


def test_a_header_is_matched_without_quotes_too():
    header = read_header('"a;' + ";".join(COLUMNS), Dialect(delimiter=";", quote=""), "purchases.csv")

    assert header.width == 9
