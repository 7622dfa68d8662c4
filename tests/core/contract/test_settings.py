"""The contract's own settings and names."""

import pickle

import pytest
from tests import oracle

from customer_analytics.core.contract.columns import BITS, COLUMNS, REASONS, reasons_of
from customer_analytics.core.contract.settings import Contract, iso_countries
from customer_analytics.core.errors import CustomerAnalyticsError, InputError, SettingError, listed

WRONG = [
    ("critical_columns", ["customer_id"]),
    ("critical_columns", [*COLUMNS, "other"]),
    ("critical_columns", "customer_id"),
    ("critical_columns", None),
    ("critical_columns", [1]),
    ("age_min", -1),
    ("age_min", 10.5),
    ("age_min", True),
    ("age_min", "10"),
    ("age_max", 9),
    ("age_max", None),
    ("amount_decimals", 5),
    ("amount_decimals", -1),
    ("decimal_mark", ";"),
    ("decimal_mark", ""),
    ("thousands_mark", "."),
    ("thousands_mark", "x"),
    ("null_tokens", "NULL"),
    ("null_tokens", [None]),
    ("date_formats", ["day"]),
    ("date_formats", ["%Y %z"]),
    ("date_formats", "%Y"),
    ("country_aliases", {"UK": "UK"}),
    ("country_aliases", {"Norway": False}),
    ("country_aliases", ["UK"]),
]


@pytest.mark.parametrize(("name", "setting"), WRONG)
def test_a_setting_that_cannot_be_meant_is_refused_with_its_key(name, setting):
    with pytest.raises(SettingError, match=rf"contract\.{name}: expected .+; found .+\. Hint: ") as caught:
        Contract(**{name: setting})

    assert repr(setting) in str(caught.value)


def test_sensible_settings_are_taken():
    contract = Contract(
        critical_columns=list(COLUMNS),
        age_min=0,
        age_max=0,
        amount_decimals=0,
        decimal_mark=",",
        thousands_mark=".",
        null_tokens=["NULL"],
        date_formats=["%d.%m.%Y"],
        country_aliases={"UK": "GB"},
    )

    assert contract.age_max == 0


def test_columns_reasons_and_countries_are_the_oracles():
    assert COLUMNS == oracle.COLUMNS
    assert REASONS == oracle.REASONS
    assert iso_countries() == oracle.ISO
    assert Contract().critical_columns == oracle.Rules().critical_columns


def test_every_reason_has_a_bit_of_its_own():
    assert sorted(BITS.values()) == [1 << place for place in range(len(REASONS))]
    assert reasons_of(0) == ()
    assert reasons_of(sum(BITS.values())) == REASONS
    assert max(BITS.values()) < 1 << 32


def test_an_error_says_where_what_was_expected_what_was_found_and_what_to_do():
    error = SettingError("here", "this", "that", "do so")

    assert isinstance(error, CustomerAnalyticsError)
    assert str(error) == "here: expected this; found that. Hint: do so"


def test_an_error_goes_whole_from_one_process_to_another():
    error = InputError("here", "this", "that", "do so")
    error.add_note("in chunk 3")

    copy = pickle.loads(pickle.dumps(error))  # noqa: S301  our own bytes

    assert (type(copy), str(copy), copy.__notes__) == (InputError, str(error), ["in chunk 3"])


def test_names_are_listed_in_quotes_and_counted_past_a_dozen():
    assert listed([]) == "nothing"
    assert listed(["a", 1]) == "'a', '1'"
    assert listed(range(13)).endswith("'11', … (13 in all)")
