"""Read purchases from files: the actual rows, the expected rows, and the error that a user sees."""

import pytest
from kedro.io import DatasetError
from tests.hostile import many_purchases, plain_csv
from tests.making import table_rows
from tests.oracle import COLUMNS, records

from customer_analytics.core.errors import InputError
from customer_analytics.datasets import ChunkedCSVDataset

ROWS = many_purchases(120, nasty_share=0.02)
TEXT = plain_csv(ROWS)


def expected_rows(text, file):
    _, *rest = records(text)
    return [
        (*(fields if len(fields) == len(COLUMNS) else [None] * len(COLUMNS)), file, number)
        for number, (_, fields) in enumerate(rest, 1)
    ]


def rows_in(chunks):
    return [row[:-1] for chunk in chunks for row in table_rows(chunk)]


def load(path, **options):
    return ChunkedCSVDataset(filepath=str(path), **options).load()


def cause_of(path, **options):
    """Return the message of the InputError that loading and reading raises, also inside Kedro's own errors."""
    with pytest.raises((DatasetError, InputError)) as caught:
        list(load(path, **options))
    error = caught.value
    while not isinstance(error, InputError):
        assert str(error.__cause__) in str(error)
        error = error.__cause__
    return str(error)
