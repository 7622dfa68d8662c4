"""The clean table's schema, checked on every chunk while it is written."""

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
        left = weakref.ref(frame)
        del frame

        assert left() is None
    finally:
        gc.enable()


def replaced(column, value, place=3):
    def change(frame):
        values = frame[column].astype(object)
        values.iloc[place] = value
        return frame.assign(**{column: pd.Series(values.to_numpy(), frame.index, object).astype(frame[column].dtype)})

    return change


def relabelled(column, name):
    return lambda frame: frame.assign(
        **{column: frame[column].cat.rename_categories({frame[column].cat.categories[0]: name})}
    )


BREACHES = {
    "an id of 0": replaced("customer_id", 0),
    "an empty purchase id": replaced("purchase_id", ""),
    "a null purchase id": replaced("purchase_id", None),
    "a null category": replaced("product_category", None),
    "an empty category": relabelled("product_category", ""),
    "a negative amount": replaced("purchase_amount", -0.01),
    "an unknown amount": replaced("purchase_amount", np.nan),
    "an endless amount": replaced("purchase_amount", np.inf),
    "no date": replaced("purchase_date", pd.NaT),
    "a country that is not ISO": relabelled("country_code", "UK"),
    "a null country": replaced("country_code", None),
    "too young": replaced("customer_age", 9),
    "too old": replaced("customer_age", 121),
    "an empty payment type": relabelled("payment_type", ""),
    "another dtype": lambda frame: frame.assign(customer_id=frame["customer_id"].astype("int32")),
    "another order": lambda frame: frame[frame.columns[::-1]],
    "a column more": lambda frame: frame.assign(more=1),
    "a column less": lambda frame: frame.drop(columns="payment_type"),
}


@pytest.mark.parametrize("breach", BREACHES)
def test_every_breach_of_the_schema_is_an_error(clean, breach):
    with pytest.raises(ContractViolationError, match=r"(?s)clean_purchases: expected the contract; found .*Hint: "):
        checked(BREACHES[breach](clean))


def test_the_schema_follows_the_contracts_settings(clean):
    relaxed = {"critical_columns": ["customer_id", "purchase_id", "purchase_amount", "purchase_date"], "age_max": 130}
    odd = replaced("customer_age", 125)(replaced("country_code", None)(clean))

    assert len(checked(odd, relaxed)) == 1
    with pytest.raises(ContractViolationError):
        checked(odd, relaxed, {"age_max": 120})
    with pytest.raises(ContractViolationError):
        checked(clean, {"critical_columns": [*Contract().critical_columns, "customer_age"]})


@pytest.mark.parametrize(("first", "there"), [("", False), ("import hypothesis; ", True)])
def test_checking_imports_no_hypothesis_and_takes_none_away(first, there):
    script = (
        f"{first}import sys; from customer_analytics.datasets import CleanTableValidator; CleanTableValidator({{}})._schema; "
        "print('hypothesis' in sys.modules); import hypothesis.strategies"
    )

    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)  # noqa: S603  this Python

    assert run.stdout.split() == [str(there)]


AHEAD = """
import sys
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline, node
from customer_analytics.hooks import RunHooks

names = ["typed_purchases", sys.argv[1]]
first, second = Pipeline([node(len, "raw", names[0], name="1"), node(len, names[0], names[1], name="2")]).nodes
hooks, catalog = RunHooks(), DataCatalog()
hooks.before_pipeline_run({"project_path": sys.argv[2], "run_id": "one"}, Pipeline([first, second]), catalog)
hooks.before_node_run(first)
print("pandera" in sys.modules)
hooks.after_dataset_saved(names[0], 1, first)
hooks.before_node_run(second)
print("pandera.api.pandas.container" in sys.modules and "customer_analytics.core.contract.pandera_schema" in sys.modules)
"""


@pytest.mark.parametrize(("saved", "there"), [("clean_purchases", "True"), ("intake", "False")])
def test_what_checks_clean_purchases_is_there_before_their_node_runs(saved, there, tmp_path):
    command = [sys.executable, "-c", AHEAD, saved, str(tmp_path)]

    run = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603  this Python

    assert run.stdout.split() == ["False", there]


def test_the_check_leaves_the_frame_alone(clean):
    before = clean.copy(deep=True)

    checked(clean)

    pd.testing.assert_frame_equal(clean, before)
