"""Later copies, against a dict of first copies; keys never decide."""

from contextlib import nullcontext

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.hostile import csv_texts, many_purchases, plain_csv, purchase
from tests.making import gathered, typed_chunks
from tests.oracle import judge_file, settle

from customer_analytics.core.chunks import partition as exchange
from customer_analytics.core.chunks.local import LocalChunks, LocalRuntime, Task
from customer_analytics.core.dedup import duplicates as repeats
from customer_analytics.core.dedup.row_bitmap import RowBitmaps
from customer_analytics.pipelines.cleaning.nodes import keep_first_copies


def expected_repeats(settled):
    return [
        (copy.file, copy.number, first.file, first.number, kind, copy.purchase_id, copy.amount)
        for copy, first, kind in settled.repeated
    ]


def clean_rows(chunks):
    return gathered(chunks)


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

KEYS = {
    "honest": None,
    "all equal": lambda text: np.zeros(len(text), np.uint64),
    "two bits": lambda text: np.array([len(one or "") % 4 for one in text.to_pylist()], np.uint64) << np.uint64(60),
}


@pytest.mark.parametrize("keys", KEYS)
@given(PURCHASES, st.integers(1, 13))
def test_repeats_are_those_of_a_dict_of_first_copies_whatever_the_keys(keys, purchases, chunk_rows):
    text = plain_csv(purchases)
    settled = settle(judge_file(text))
    with pytest.MonkeyPatch.context() as patch:
        if KEYS[keys]:
            patch.setattr(repeats, "text_hashes", KEYS[keys])
        typed = typed_chunks(text, chunk_rows=chunk_rows)
        found = repeats.find_duplicates(typed)

        assert gathered(found) == expected_repeats(settled)

        clean = keep_first_copies(typed, found)

        assert clean_rows(clean) == [row.cells for row in settled.clean]
        assert repeats.count_duplicate_ids(LocalChunks.of(clean)) == 0


@given(csv_texts(most=10))
def test_rows_are_conserved(text):
    typed = typed_chunks(text)
    rows = sum(map(len, typed))

    found = repeats.find_duplicates(typed)
    clean, copies = sum(map(len, keep_first_copies(typed, found))), sum(map(len, found))

    assert rows == clean + copies + sum(int((frame["faults"] != 0).sum()) for frame in typed)


def test_a_refused_first_copy_does_not_cost_the_later_valid_one():
    typed = typed_chunks(plain_csv([purchase(purchase_amount="-1"), purchase(), purchase()]))

    found = repeats.find_duplicates(typed)

    assert [(row[1], row[3], row[4]) for row in gathered(found)] == [(3, 2, "exact")]
    assert sum(map(len, keep_first_copies(typed, found))) == 1


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
def test_a_copy_is_exact_only_if_all_eight_values_are_equal(column, text, kind):
    typed = typed_chunks(plain_csv([purchase(), purchase(**{column: text})]))

    assert [row[4] for row in gathered(repeats.find_duplicates(typed))] == [kind]


def test_two_nulls_are_equal_values():
    sparse = purchase(customer_age="", payment_type="")
    typed = typed_chunks(plain_csv([sparse, sparse]))

    assert [row[4] for row in gathered(repeats.find_duplicates(typed))] == ["exact"]


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("chunk_rows", [1, 300, 3000])
def test_a_long_file_with_spilled_buckets_gives_the_dicts_answer(monkeypatch, threads, chunk_rows):
    monkeypatch.setattr(exchange, "BUFFERED_BYTES", 20_000)
    monkeypatch.setattr(exchange, "BUFFERED_TEXT_BYTES", 20_000)
    rows = 2000 if chunk_rows > 1 else 120
    text = plain_csv(many_purchases(rows, seed=2, nasty_share=0.01))
    settled = settle(judge_file(text))
    typed = LocalChunks.of(typed_chunks(text, chunk_rows=chunk_rows), LocalRuntime(threads))

    found = repeats.find_duplicates(typed)

    assert len(settled.repeated) > 5
    assert gathered(found) == expected_repeats(settled)


class FarApart:
    """A source of chunks whose rows have numbers far apart."""

    def __init__(self, frames):
        self.frames = frames

    def total(self):
        return 0

    def tasks(self, columns):
        kept = [frame if columns is None else frame[list(columns)] for frame in self.frames]
        return nullcontext(Task(lambda frame=frame: frame, 0) for frame in kept)


def test_repeats_stand_in_row_order_past_the_first_million_rows():
    typed = typed_chunks(plain_csv([purchase(number % 2) for number in range(6)]), chunk_rows=2)
    starts = (0, (1 << 20) - 1, 1 << 33)
    frames = [frame.set_axis(pd.RangeIndex(start, start + 2)) for start, frame in zip(starts, typed, strict=True)]

    found = gathered(repeats.find_duplicates(LocalChunks(FarApart(frames))))

    assert [(row[1], row[3]) for row in found] == [(3, 1), (4, 2), (5, 1), (6, 2)]


def test_repeated_ids_are_counted_in_a_table_that_should_have_none():
    typed = typed_chunks(plain_csv([purchase(), purchase(), purchase(2), purchase()]))
    clean = typed.map(lambda frame: repeats.first_copies(frame, RowBitmaps()))

    assert repeats.count_duplicate_ids(LocalChunks.of(clean)) == 2
    assert repeats.count_duplicate_ids(LocalChunks.of([])) == 0


def test_no_rows_have_no_repeats():
    assert gathered(repeats.find_duplicates(LocalChunks.of([]))) == []
    assert gathered(repeats.find_duplicates(typed_chunks(plain_csv([])))) == []


def test_a_chunk_without_rows_is_passed_over():
    first, second = typed_chunks(plain_csv([purchase(), purchase()]), chunk_rows=1)

    (copies,) = repeats.find_duplicates(LocalChunks.of([first, first[:0], second]))

    assert copies["kept_source_row"].tolist() == [1]
