"""Fields as codes of distinct texts, against a plain dictionary."""

from itertools import accumulate

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from customer_analytics.core.fields import Fields

SIZES = st.sampled_from([0, 1, 2, 7, 8, 9, 15, 16, 17, 24, 40])
QUOTE = ord('"')


def fields_of(texts, ragged=()):
    """One column whose fields stand end to end, so that the last ones have few bytes behind them."""
    encoded = [text.encode() for text in texts]
    ends = np.array(list(accumulate(map(len, encoded), initial=0)), np.int32)
    spans = np.column_stack([ends[:-1], ends[1:]])
    broken = np.isin(np.arange(len(texts)), list(ragged))
    spans[broken] = 0
    return Fields(np.frombuffer(b"".join(encoded), np.uint8), spans, broken, QUOTE)


def decoded(fields):
    codes, texts = fields.dictionary()
    names = texts.to_pylist()
    assert len(names) == len(set(names))
    return [names[code] if code >= 0 else None for code in codes.tolist()], names


@st.composite
def alike(draw):
    """Texts that differ in one byte or in their length alone."""
    size, base = draw(SIZES), draw(st.sampled_from("ab"))
    text = base * size
    place = draw(st.integers(0, size))
    return text[:place] + draw(st.sampled_from(["", "x", "\0", "\u00e9"])) + text[place + 1 :]


@given(st.lists(alike(), max_size=60), st.sets(st.integers(0, 59)))
def test_codes_are_those_of_a_dictionary_in_the_order_in_which_texts_come(texts, ragged):
    expected = [None if place in ragged else text for place, text in enumerate(texts)]

    found, names = decoded(fields_of(texts, ragged))

    assert found == expected
    assert names == list(dict.fromkeys(text for text in expected if text is not None))


def test_so_many_texts_that_the_table_grows_twice_keep_their_codes():
    texts = [f"category number {place % 5000:05d} of this shop" for place in range(12_000)]

    found, names = decoded(fields_of(texts))

    assert found == texts
    assert names == texts[:5000]
