"""The schema of the clean table is checked on every chunk."""

import gc
import subprocess
import sys
import weakref

import numpy as np
import pandas as pd
import pytest
from tests.hostile import many_purchases, plain_csv
from tests.making import gathered, typed_chunks

from customer_analytics.core.chunks.local import LocalChunks
from customer_analytics.core.contract.settings import Contract
from customer_analytics.datasets import CleanTableValidator
from customer_analytics.datasets.validation import ContractViolationError
from customer_analytics.pipelines.cleaning.nodes import find_duplicates, keep_first_copies


@pytest.fixture(scope="module")
def clean():
    typed = typed_chunks(plain_csv(many_purchases(300, nasty_share=0.02)))
    (frame,) = keep_first_copies(typed, find_duplicates(typed))
    return frame


def checked(frame, contract=None, overrides=None):
    return list(CleanTableValidator(contract or {}, overrides).validate(LocalChunks.of([frame])))


def test_clean_chunks_pass_unchanged(clean):
    assert gathered(checked(clean)) == gathered([clean])
    assert gathered(checked(clean.iloc[:0])) == []


def test_a_checked_chunk_is_freed_when_it_is_no_longer_used(clean):
    gc.disable()
    try:
        (frame,) = checked(clean)
        reference = weakref.ref(frame)
        del frame

        assert reference() is None
    finally:
        gc.enable()


def replaced(column, value, row=3):
    def change(frame):
        values = frame[column].astype(object)
        values.iloc[row] = value
        return frame.assign(**{column: pd.Series(values.to_numpy(), frame.index, object).astype(frame[column].dtype)})

    return change


def renamed_category(column, name):
    return lambda frame: frame.assign(
        **{column: frame[column].cat.rename_categories({frame[column].cat.categories[0]: name})}
    )


VIOLATIONS = {
    "an id of 0": replaced("customer_id", 0),
    "an empty purchase id": replaced("purchase_id", ""),
    "a null purchase id": replaced("purchase_id", None),
    "a null category": replaced("product_category", None),
    "an empty category": renamed_category("product_category", ""),
    "a negative amount": replaced("purchase_amount", -0.01),
    "an amount that is not a number": replaced("purchase_amount", np.nan),
    "an infinite amount": replaced("purchase_amount", np.inf),
    "no date": replaced("purchase_date", pd.NaT),
    "a country that is not ISO": renamed_category("country_code", "UK"),
    "a null country": replaced("country_code", None),
    "too young": replaced("customer_age", 9),
    "too old": replaced("customer_age", 121),
    "an empty payment type": renamed_category("payment_type", ""),
    "another dtype": lambda frame: frame.assign(customer_id=frame["customer_id"].astype("int32")),
    "another order": lambda frame: frame[frame.columns[::-1]],
    "an additional column": lambda frame: frame.assign(additional=1),
    "a missing column": lambda frame: frame.drop(columns="payment_type"),
}


@pytest.mark.parametrize("violation", VIOLATIONS)
def test_every_violation_of_the_schema_is_an_error(clean, violation):
    with pytest.raises(ContractViolationError, match=r"(?s)clean_purchases: expected the contract; found .*Hint: "):
        checked(VIOLATIONS[violation](clean))


def test_the_schema_depends_on_the_settings_of_the_contract(clean):
    relaxed = {"critical_columns": ["customer_id", "purchase_id", "purchase_amount", "purchase_date"], "age_max": 130}
    unusual = replaced("customer_age", 125)(replaced("country_code", None)(clean))

    assert len(checked(unusual, relaxed)) == 1
    with pytest.raises(ContractViolationError):
        checked(unusual, relaxed, {"age_max": 120})
    with pytest.raises(ContractViolationError):
        checked(clean, {"critical_columns": [*Contract().critical_columns, "customer_age"]})


CHECK_WITHOUT_AND_WITH_A_CHUNK = """
import sys
from customer_analytics.core.chunks.local import LocalChunks
from customer_analytics.core.contract.schemas import CLEAN
from customer_analytics.core.arrow.frames import to_frame
from customer_analytics.datasets import CleanTableValidator

checked = CleanTableValidator({}).validate(LocalChunks.of([to_frame(CLEAN.empty_table())]))
print("pandera" in sys.modules)
list(checked)
print("pandera" in sys.modules)
"""


def test_pandera_is_imported_when_the_first_chunk_is_checked():
    command = [sys.executable, "-c", CHECK_WITHOUT_AND_WITH_A_CHUNK]

    process = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603  a script of this file

    assert process.stdout.split() == ["False", "True"]


def test_the_check_does_not_change_the_frame(clean):
    before = clean.copy(deep=True)

    checked(clean)

    pd.testing.assert_frame_equal(clean, before)
