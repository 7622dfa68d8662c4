import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from customer_analytics.core.arrow.lanes import COPIED
from customer_analytics.core.arrow.words import (
    WORD,
    copy_text,
    eight_digits,
    last_bytes,
    same_text,
    text_key,
)

TEXTS = st.binary(max_size=40) | st.text("ab,\n\x7f\x80\xff", max_size=40).map(lambda text: text.encode("latin-1"))


def codes_of(data):
    return np.frombuffer(data, np.uint8)


@given(TEXTS, TEXTS, TEXTS, TEXTS)
def test_the_same_text_is_the_same_wherever_it_stands_and_has_the_same_key(text, other, before, after):
    codes = codes_of(before + text + after + other)
    one = (len(before), len(before) + len(text))
    two = (len(codes) - len(other), len(codes))

    assert text_key(codes, *one) == text_key(codes_of(text), 0, len(text))
    if len(text) == len(other) >= WORD:
        assert same_text(codes, two[0], one[0], len(text)) == (text == other)


@given(TEXTS, TEXTS, TEXTS)
def test_a_copy_is_the_text_whatever_stands_around_it(text, before, after):
    body = np.zeros(2 + len(text) + COPIED, np.uint8)

    copy_text(codes_of(before + text + after), len(before), len(before) + len(text), body, 2)

    assert body[2 : 2 + len(text)].tobytes() == text
    assert not body[:2].any()


def test_texts_of_one_length_have_keys_of_their_own():
    texts = [f"P{number:07}".encode() for number in range(50_000)]

    keys = {int(text_key(codes_of(text), 0, len(text))) for text in texts}

    assert len(keys) == len(texts)


@given(st.binary(min_size=8, max_size=8) | st.text("0123456789", min_size=8, max_size=8).map(str.encode), st.data())
def test_eight_digits_are_the_number_that_they_spell(text, data):
    texts = [text, *(text[:place] + bytes([data.draw(st.integers(0, 255))]) + text[place + 1 :] for place in range(8))]

    for one in texts:
        assert eight_digits(np.uint64(int.from_bytes(one, "little"))) == (int(one) if is_digits(one) else -1)


def is_digits(text):
    return all(48 <= code <= 57 for code in text)


@given(st.binary(min_size=8, max_size=20), st.integers(1, 8))
def test_the_last_bytes_stand_behind_noughts(text, size):
    word = int(last_bytes(codes_of(text), len(text), size))

    assert word.to_bytes(8, "little") == b"0" * (8 - size) + text[-size:]
