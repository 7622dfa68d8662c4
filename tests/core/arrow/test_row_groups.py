"""Row groups whose bytes depend on the rows alone."""

import io
from itertools import pairwise

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import given
from hypothesis import strategies as st

from customer_analytics.core.arrow.row_groups import canonical, canonical_table, regroup

FEW = pa.dictionary(pa.int32(), pa.string())
SCHEMA = pa.schema([pa.field("number", pa.int64()), pa.field("label", FEW)])
LABELS = ["b", "a", None, "\u00e9", "", "never used"]


def table_of(rows, dictionary=tuple(LABELS)):
    texts = [text for text in dictionary if text is not None]
    codes = [None if label is None else texts.index(label) for _, label in rows]
    labels = pa.DictionaryArray.from_arrays(pa.array(codes, pa.int32()), pa.array(texts, pa.string()))
    return pa.Table.from_arrays([pa.array([number for number, _ in rows], pa.int64()), labels], schema=SCHEMA)


def parquet_bytes(tables):
    file = io.BytesIO()
    with pq.ParquetWriter(file, SCHEMA, use_dictionary=["label"]) as writer:
        for table in tables:
            writer.write_table(table)
    return file.getvalue()


ROWS = st.lists(st.tuples(st.integers(0, 9), st.sampled_from(LABELS[:5])), max_size=20)


@given(ROWS, st.lists(st.integers(0, 20), max_size=5), st.integers(1, 7), st.permutations(LABELS))
def test_the_bytes_depend_on_the_rows_alone(rows, cuts, group_rows, dictionary):
    bounds = [0, *sorted(min(cut, len(rows)) for cut in cuts), len(rows)]
    pieces = [canonical(table_of(rows[a:b], dictionary), SCHEMA) for a, b in pairwise(bounds)]

    whole = list(regroup([canonical(table_of(rows), SCHEMA)], SCHEMA, group_rows))
    cut = list(regroup(pieces, SCHEMA, group_rows))

    assert parquet_bytes(cut) == parquet_bytes(whole)
    assert [row for table in cut for row in zip(*table.to_pydict().values(), strict=True)] == rows
    assert [table.num_rows for table in cut] == [
        min(group_rows, len(rows) - start) for start in range(0, len(rows), group_rows)
    ]


@given(ROWS.filter(bool))
def test_a_canonical_dictionary_holds_the_texts_in_use_in_ascending_order(rows):
    table = canonical(table_of(rows), SCHEMA)

    used = {label for _, label in rows if label is not None}
    assert table.column("label").chunk(0).dictionary.to_pylist() == sorted(used, key=str.encode)
    assert table.column("label").num_chunks == 1
    assert table.to_pylist() == table_of(rows).to_pylist()


@given(ROWS)
def test_a_canonical_table_is_left_as_it_is(rows):
    once = canonical(table_of(rows), SCHEMA)

    assert parquet_bytes([canonical(once, SCHEMA)]) == parquet_bytes([once])
    assert canonical(once, SCHEMA).to_pylist() == table_of(rows).to_pylist()


def test_a_chunk_whose_rows_were_reversed_is_a_table_too():
    frame = pd.DataFrame({"number": [1, 2, 3], "label": pd.Categorical(["a", None, "b"])})

    assert canonical_table(frame[::-1], SCHEMA).to_pydict() == {"number": [3, 2, 1], "label": ["b", None, "a"]}


def test_no_pieces_are_no_tables():
    assert list(regroup([], SCHEMA)) == []
    assert list(regroup([table_of([])], SCHEMA)) == []
