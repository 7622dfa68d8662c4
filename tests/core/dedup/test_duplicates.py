"""Duplicates are those that a dict of first copies finds, whatever the hashes."""

from contextlib import nullcontext

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.hostile import csv_texts, many_purchases, plain_csv, purchase
from tests.making import gathered, typed_chunks
from tests.oracle import judge_file, settle

from customer_analytics.core.chunks import partition
from customer_analytics.core.chunks.local import LocalChunks, LocalRuntime, Task
from customer_analytics.core.dedup import duplicates as duplicates_module
from customer_analytics.core.dedup._kernels import is_candidate
from customer_analytics.core.dedup.duplicates import count_duplicate_ids, find_duplicates, first_copies
from customer_analytics.core.dedup.row_bitmap import RowBitmaps
from customer_analytics.pipelines.cleaning.nodes import keep_first_copies


def expected_duplicates(settled):
    return [
        (row.file, row.number, first.file, first.number, kind, row.purchase_id, row.amount)
        for row, first, kind in settled.duplicates
    ]


IDS = st.sampled_from(["a", "A", "b", "a ", "", "007", "7", "\u00e9"])
PURCHASES = st.lists(
    st.builds(
        purchase,
        purchase_id=IDS,
        purchase_amount=st.sampled_from(["1", "1.00", "2", "-1"]),
        customer_age=st.sampled_from(["", "30"]),
        purchase_date=st.sampled_from(["2024-01-31", "2024-01-31T00:00", "x"]),
        payment_type=st.sampled_from(["card", "card ", ""]),
    ),
    max_size=12,
)


def two_bit_hashes(text):
    return np.array([len(value or "") % 4 for value in text.to_pylist()], np.uint64) << np.uint64(60)


HASH_FUNCTIONS = {
    "real": duplicates_module.text_hashes,
    "all equal": lambda text: np.zeros(len(text), np.uint64),
    "two bits": two_bit_hashes,
}


@pytest.mark.parametrize("hashes", HASH_FUNCTIONS)
@given(PURCHASES, st.integers(1, 13))
def test_duplicates_are_those_of_a_dict_of_first_copies_whatever_the_hashes(hashes, purchases, chunk_rows):
    text = plain_csv(purchases)
    settled = settle(judge_file(text))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(duplicates_module, "text_hashes", HASH_FUNCTIONS[hashes])
        typed = typed_chunks(text, chunk_rows=chunk_rows)
        duplicates = find_duplicates(typed)

        assert gathered(duplicates) == expected_duplicates(settled)

        clean = keep_first_copies(typed, duplicates)

        assert gathered(clean) == [row.typed_values for row in settled.clean]
        assert count_duplicate_ids(LocalChunks.of(clean)) == 0


@given(csv_texts(most=10))
def test_rows_are_conserved(text):
    typed = typed_chunks(text)
    rows = sum(map(len, typed))

    duplicates = find_duplicates(typed)
    clean_rows, duplicate_rows = sum(map(len, keep_first_copies(typed, duplicates))), sum(map(len, duplicates))

    assert rows == clean_rows + duplicate_rows + sum(int((frame["faults"] != 0).sum()) for frame in typed)


def test_a_row_after_a_quarantined_one_with_its_id_is_the_first_copy():
    typed = typed_chunks(plain_csv([purchase(purchase_amount="-1"), purchase(), purchase()]))

    duplicates = find_duplicates(typed)

    assert [(row[1], row[3], row[4]) for row in gathered(duplicates)] == [(3, 2, "exact")]
    assert sum(map(len, keep_first_copies(typed, duplicates))) == 1


CHANGES = [
    ("customer_id", "2", "conflicting"),
    ("product_category", "Toys", "conflicting"),
    ("purchase_amount", "20", "conflicting"),
    ("purchase_amount", "19.990", "exact"),
    ("purchase_amount", "19.991", "exact"),
    ("purchase_date", "2024-01-30", "conflicting"),
    ("purchase_date", "2024-01-31T00:00:00", "exact"),
    ("country_code", "US", "conflicting"),
    ("country_code", " de ", "exact"),
    ("customer_age", "36", "conflicting"),
    ("customer_age", "", "conflicting"),
    ("customer_age", "+35", "exact"),
    ("payment_type", "", "conflicting"),
    ("payment_type", "Card", "conflicting"),
]


@pytest.mark.parametrize(("column", "text", "kind"), CHANGES)
def test_a_duplicate_is_exact_only_if_all_eight_values_are_equal(column, text, kind):
    typed = typed_chunks(plain_csv([purchase(), purchase(**{column: text})]))

    assert [row[4] for row in gathered(find_duplicates(typed))] == [kind]


def test_two_nulls_are_equal_values():
    sparse = purchase(customer_age="", payment_type="")
    typed = typed_chunks(plain_csv([sparse, sparse]))

    assert [row[4] for row in gathered(find_duplicates(typed))] == ["exact"]


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("chunk_rows", [1, 300, 3000])
def test_duplicates_of_a_long_file_with_spilled_partitions_are_those_of_a_dict(monkeypatch, threads, chunk_rows):
    monkeypatch.setattr(partition, "BUFFERED_BYTES", 20_000)
    monkeypatch.setattr(partition, "BUFFERED_TEXT_BYTES", 20_000)
    rows = 2000 if chunk_rows > 1 else 120
    text = plain_csv(many_purchases(rows, seed=2, nasty_share=0.01))
    settled = settle(judge_file(text))
    typed = LocalChunks.of(typed_chunks(text, chunk_rows=chunk_rows), LocalRuntime(threads))

    duplicates = find_duplicates(typed)

    assert len(settled.duplicates) > 5
    assert gathered(duplicates) == expected_duplicates(settled)


class FarApartSource:
    """A source of chunks with row numbers that are far apart."""

    def __init__(self, frames):
        self.frames = frames

    def total(self):
        return 0

    def tasks(self, columns):
        selected = [frame if columns is None else frame[list(columns)] for frame in self.frames]
        return nullcontext(Task(lambda frame=frame: frame, 0) for frame in selected)


def test_duplicates_are_in_row_order_past_the_first_million_rows():
    typed = typed_chunks(plain_csv([purchase(number % 2) for number in range(6)]), chunk_rows=2)
    starts = (0, (1 << 20) - 1, 1 << 33)
    frames = [frame.set_axis(pd.RangeIndex(start, start + 2)) for start, frame in zip(starts, typed, strict=True)]

    duplicates = gathered(find_duplicates(LocalChunks(FarApartSource(frames))))

    assert [(row[1], row[3]) for row in duplicates] == [(3, 1), (4, 2), (5, 1), (6, 2)]


def test_duplicate_ids_are_counted_in_a_table_that_should_have_none():
    typed = typed_chunks(plain_csv([purchase(), purchase(), purchase(2), purchase()]))
    clean = typed.map(lambda frame: first_copies(frame, RowBitmaps()))

    assert count_duplicate_ids(LocalChunks.of(clean)) == 2
    assert count_duplicate_ids(LocalChunks.of([])) == 0


def test_no_rows_have_no_duplicates():
    assert gathered(find_duplicates(LocalChunks.of([]))) == []
    assert gathered(find_duplicates(typed_chunks(plain_csv([])))) == []


def test_chunks_without_rows_are_skipped():
    first, second = typed_chunks(plain_csv([purchase(), purchase()]), chunk_rows=1)

    (duplicates,) = find_duplicates(LocalChunks.of([first, first[:0], second]))

    assert duplicates["kept_source_row"].tolist() == [1]


@given(st.lists(st.sampled_from([0, 1, 2, 2**63, 2**64 - 1, 64, 128, 192]) | st.integers(0, 2**64 - 1), max_size=80))
def test_candidates_are_the_rows_whose_hash_another_row_has_too(hashes):
    candidates = is_candidate(np.array(hashes, np.uint64)).tolist()

    assert candidates == [hashes.count(row_hash) > 1 for row_hash in hashes]
