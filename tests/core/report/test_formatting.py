"""Numbers and names are formatted for readers of the report."""

import pytest

from customer_analytics.core.report import formatting


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("", "(none)"),
        ("tab\there", "tab\u2409here"),
        ("x" * 80, "x" * 80),
        ("x" * 81, "x" * 79 + "… (81 characters)"),
        ("<b>", "<b>"),
    ],
)
def test_names_are_visible_and_cut_names_state_their_length(name, expected):
    assert formatting.name(name) == expected


@pytest.mark.parametrize(
    ("formatted", "expected"),
    [
        (formatting.count(1_000_000), "1,000,000"),
        (formatting.count(float("nan")), formatting.NO_VALUE),
        (formatting.minor_money(-123_456_789, 2), "-1,234,567.89"),
        (formatting.minor_money(10**20 + 1, 0), "100,000,000,000,000,000,001"),
        (formatting.money(0.5, 2), "0.50"),
        (formatting.money(float("nan"), 2), formatting.NO_VALUE),
        (formatting.share(0, 5), "0.00 %"),
        (formatting.share(1, 10**6), "< 0.01 %"),
        (formatting.share(1, 0), formatting.NO_VALUE),
        (formatting.size(999), "999 bytes"),
        (formatting.size(90_676_701), "90.7 MB"),
        (formatting.size(9.2e9), "9.20 GB"),
        (formatting.duration(8.06), "8.1 s"),
        (formatting.duration(163), "2 min 43 s"),
        (formatting.duration(float("nan")), formatting.NO_VALUE),
        (formatting.plural(1, "country", "countries"), "1 country"),
        (formatting.plural(2, "country", "countries"), "2 countries"),
        (formatting.plural(2, "row"), "2 rows"),
    ],
)
def test_numbers_are_formatted_with_separators_and_units(formatted, expected):
    assert formatted == expected
