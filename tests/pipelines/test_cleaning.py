"""The ``cleaning`` pipeline: every row is in exactly one table, and the ledger balances."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import oracle
from tests.hostile import csv_texts, many_purchases, plain_csv, purchase
from tests.making import gathered, typed_chunks

from customer_analytics.core.chunks.local import LocalChunks
from customer_analytics.core.contract.settings import Contract
from customer_analytics.core.errors import LedgerError
from customer_analytics.pipelines.cleaning import create_pipeline, nodes

CONTRACT = Contract()
TEXT = plain_csv(many_purchases(500, seed=3)) + "ragged,record\n"
FILES = [{"file": "purchases.csv", "bytes": 1, "sha256": "0"}]


@pytest.fixture(scope="module")
def settled():
    return oracle.settle(oracle.judge_file(TEXT))


@pytest.fixture(scope="module")
def typed():
    return LocalChunks.of(typed_chunks(TEXT, chunk_rows=77))


def expected_quarantine(settled):
    return [(row.file, row.number, ";".join(row.reasons), row.raw) for row in settled.quarantined]


def ledger_of(typed, drop=()):
    """Run the cleaning pipeline on chunks in memory; ``drop`` names tables that lose their last row."""
    duplicates = nodes.find_duplicates(typed)
    tables = {
        "quarantined": nodes.quarantine_purchases(typed),
        "duplicate": duplicates,
        "clean": nodes.keep_first_copies(typed, duplicates),
    }
    for name in drop:
        frames = list(tables[name])
        tables[name] = LocalChunks.of([*frames[:-1], frames[-1].iloc[:-1]])
    fate_counts = nodes.count_fates(
        nodes.count_records(typed, CONTRACT),
        LocalChunks.of(tables["clean"]),
        tables["quarantined"],
        tables["duplicate"],
        CONTRACT,
    )
    return nodes.balance_ledger(fate_counts, FILES, CONTRACT)


def test_quarantined_rows_are_the_oracles_with_all_their_reasons(twice, typed, settled):
    quarantined = twice(nodes.quarantine_purchases, typed)

    assert gathered(quarantined) == expected_quarantine(settled)
    assert any(";" in row[2] for row in gathered(quarantined))


def test_duplicates_are_the_oracles(twice, typed, settled):
    duplicates = twice(nodes.find_duplicates, typed)

    assert gathered(duplicates) == [
        (row.file, row.number, first.file, first.number, kind, row.purchase_id, row.amount)
        for row, first, kind in settled.duplicates
    ]
    assert {kind for _, _, kind in settled.duplicates} == {"exact", "conflicting"} or len(settled.duplicates) > 5


def test_clean_purchases_are_the_oracles(twice, typed, settled):
    duplicates = LocalChunks.of(nodes.find_duplicates(typed))

    clean = twice(nodes.keep_first_copies, typed, duplicates)

    assert gathered(clean) == [row.typed_values for row in settled.clean]


def test_the_ledger_is_the_oracles(typed, settled):
    ledger = ledger_of(typed)

    expected = oracle.ledger(settled)
    assert {name: ledger[name] for name in expected} == expected
    assert list(ledger["by_reason"]) == list(expected["by_reason"])
    assert ledger["input_files"] == [{**FILES[0], "rows": 501}]
    assert ledger["clean_ids_unique"] is True
    assert ledger["schema_version"] == 1


@given(csv_texts(most=12), st.integers(1, 12))
def test_rows_and_money_are_conserved_for_any_text(text, chunk_rows):
    ledger = ledger_of(LocalChunks.of(typed_chunks(text, chunk_rows=chunk_rows)))

    expected = oracle.ledger(oracle.settle(oracle.judge_file(text)))
    assert {name: ledger[name] for name in expected} == expected
    for sums in (ledger, ledger["money_minor_units"]):
        assert sums["rows_in"] == sums["clean"] + sums["quarantined"] + sums["duplicates"]
        assert sums["duplicates"] == sums["duplicates_exact"] + sums["duplicates_conflicting"]


@pytest.mark.parametrize("table", ["quarantined", "duplicate", "clean"])
def test_a_run_that_loses_a_row_of_any_table_fails(typed, table):
    with pytest.raises(LedgerError, match=r"ledger: .*: expected \d+; found \d+\. Hint: do not use this run"):
        ledger_of(typed, drop=[table])


@pytest.mark.parametrize("table", ["duplicate", "clean"])
def test_a_lost_row_with_an_amount_of_zero_fails_the_run_too(table):
    rows = [purchase(number, purchase_amount="0") for number in (1, 1, 2)]

    with pytest.raises(LedgerError, match="ledger: valid rows: expected 3; found 2"):
        ledger_of(LocalChunks.of(typed_chunks(plain_csv(rows))), drop=[table])


def test_a_changed_amount_fails_the_run(typed):
    fate_counts = nodes.count_fates(
        nodes.count_records(typed, CONTRACT),
        LocalChunks.of(nodes.keep_first_copies(typed, nodes.find_duplicates(typed))).map(
            lambda frame: frame.assign(purchase_amount=frame["purchase_amount"] + 0.01)
        ),
        nodes.quarantine_purchases(typed),
        nodes.find_duplicates(typed),
        CONTRACT,
    )

    with pytest.raises(LedgerError, match="money of valid rows, in minor units"):
        nodes.balance_ledger(fate_counts, FILES, CONTRACT)


def test_a_duplicate_id_in_the_clean_table_fails_the_run(typed):
    def set_every_id_to_the_first(chunk):
        return chunk.assign(purchase_id=[chunk["purchase_id"].iloc[0]] * len(chunk)).astype(chunk.dtypes)

    clean = LocalChunks.of(nodes.keep_first_copies(typed, nodes.find_duplicates(typed)))
    fate_counts = nodes.count_fates(
        nodes.count_records(typed, CONTRACT),
        clean.map(set_every_id_to_the_first),
        nodes.quarantine_purchases(typed),
        nodes.find_duplicates(typed),
        CONTRACT,
    )

    with pytest.raises(LedgerError, match="purchase_id an earlier row has: expected 0; found "):
        nodes.balance_ledger(fate_counts, FILES, CONTRACT)


def test_no_rows_make_a_balanced_ledger_of_zeros():
    ledger = ledger_of(typed_chunks(plain_csv([])))

    assert [ledger[name] for name in ("rows_in", "clean", "quarantined", "duplicates", "amounts_rounded")] == [0] * 5
    assert ledger["by_reason"] == {}


def test_counting_does_not_change_the_chunks(twice, typed):
    duplicates = LocalChunks.of(nodes.find_duplicates(typed))
    clean = LocalChunks.of(nodes.keep_first_copies(typed, duplicates))
    record_counts = twice(nodes.count_records, typed, CONTRACT)

    quarantined = LocalChunks.of(nodes.quarantine_purchases(typed))
    fate_counts = twice(nodes.count_fates, record_counts, clean, quarantined, duplicates, CONTRACT)

    assert twice(nodes.balance_ledger, fate_counts, FILES, CONTRACT)["rows_in"] == 501


def test_the_pipeline_connects_the_names_of_the_catalog():
    pipeline = create_pipeline()

    assert pipeline.inputs() == {"typed_purchases", "params:contract", "input_files"}
    assert pipeline.outputs() == {"ledger"}
    assert {"clean_purchases", "quarantined_purchases", "duplicate_purchases"} <= pipeline.all_outputs()
