"""Names and run ids are formatted as readable text."""

import pytest

from customer_analytics.core.display import format_run_id, make_visible, shorten


@pytest.mark.parametrize(
    ("text", "visible"),
    [("books", "books"), ("", "(none)"), ("tab\there", "tab\u2409here"), ("\x00\x7f", "\u2400\u2421"), ("<b>", "<b>")],
)
def test_control_characters_and_empty_texts_become_visible(text, visible):
    assert make_visible(text) == visible


@pytest.mark.parametrize(("text", "shortened"), [("abcd", "abcd"), ("abcde", "abc…"), ("", "")])
def test_only_texts_longer_than_the_limit_are_cut(text, shortened):
    assert shorten(text, 4) == shortened


def test_a_run_id_is_formatted_as_date_and_time():
    assert format_run_id("2026-11-22T22.23.06.007Z") == "2026-11-22 22:23:06"
    assert format_run_id("mine") == "mine"
