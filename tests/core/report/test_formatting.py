"""Names and figures as the page writes them for people."""

import pytest

from customer_analytics.core.report import formatting as words
from customer_analytics.core.report.content import name


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("", "(none)"),
        ("tab\there", "tab\u2409here"),
        ("x" * 80, "x" * 80),
        ("x" * 81, "x" * 79 + "… (81 characters)"),
        ("<b>", "<b>"),
    ],
)
def test_names_are_readable_and_cut_with_their_length(typed, shown):
    assert name(typed) == shown


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (words.count(1_000_000), "1,000,000"),
        (words.count(float("nan")), words.NOTHING),
        (words.minor_money(-123_456_789, 2), "-1,234,567.89"),
        (words.minor_money(10**20 + 1, 0), "100,000,000,000,000,000,001"),
        (words.money(0.5, 2), "0.50"),
        (words.money(float("nan"), 2), words.NOTHING),
        (words.share(0, 5), "0.00 %"),
        (words.share(1, 10**6), "< 0.01 %"),
        (words.share(1, 0), words.NOTHING),
        (words.size(999), "999 bytes"),
        (words.size(90_676_701), "90.7 MB"),
        (words.size(9.2e9), "9.20 GB"),
        (words.seconds(8.06), "8.1 s"),
        (words.seconds(163), "2 min 43 s"),
        (words.seconds(float("nan")), words.NOTHING),
        (words.plural(1, "country", "countries"), "1 country"),
        (words.plural(2, "country", "countries"), "2 countries"),
        (words.plural(2, "row"), "2 rows"),
    ],
)
def test_figures_are_written_for_people(said, expected):
    assert said == expected
