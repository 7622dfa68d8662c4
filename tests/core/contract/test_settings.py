"""The settings of the contract."""

import pytest
from tests import oracle

from customer_analytics.core.contract.columns import COLUMNS, SPEC_OF, Column
from customer_analytics.core.contract.settings import Contract, iso_countries
from customer_analytics.core.errors import SettingError

INVALID = [
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
    ("amount_max", 0),
    ("amount_max", float("nan")),
    ("amount_max", 1e16),
    ("amount_max", "1000"),
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


@pytest.mark.parametrize(("name", "setting"), INVALID)
def test_an_invalid_setting_is_an_error_that_names_its_key(name, setting):
    with pytest.raises(SettingError, match=rf"contract\.{name}: expected .+; found .+\. Hint: ") as caught:
        Contract(**{name: setting})

    assert repr(setting) in str(caught.value)


def test_valid_settings_are_accepted():
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


def test_countries_are_those_of_the_oracle():
    assert iso_countries() == oracle.ISO


def test_bounds_come_from_the_declaration_or_from_the_settings():
    contract = Contract(age_min=18, age_max=99, amount_max=500)

    assert contract.bounds(SPEC_OF[Column.CUSTOMER_ID]) == (1, None)
    assert contract.bounds(SPEC_OF[Column.PURCHASE_AMOUNT]) == (0, 500)
    assert contract.bounds(SPEC_OF[Column.CUSTOMER_AGE]) == (18, 99)
    assert contract.bounds(SPEC_OF[Column.PAYMENT_TYPE]) == (None, None)
