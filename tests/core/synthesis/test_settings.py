import pytest
from tests.core.synthesis.default_settings import DEFAULTS, make_settings

from customer_analytics.core.contract.columns import REASONS
from customer_analytics.core.errors import SettingError
from customer_analytics.core.synthesis.settings import SynthesisSettings


def test_every_reason_of_the_contract_has_a_rate():
    assert all(DEFAULTS["fault_rates"][reason] > 0 for reason in REASONS)
    assert set(DEFAULTS["fault_rates"]) == set(REASONS)


@pytest.mark.parametrize(
    ("name", "setting"),
    [
        ("rows", -1),
        ("rows", 10**10),
        ("rows", 1.5),
        ("rows", True),
        ("rows", "1000"),
        ("seed", -1),
        ("seed", 2**63),
        ("first_day", "2024-02-30"),
        ("first_day", "20240101"),
        ("first_day", 20240101),
        ("last_day", "2023-12-31"),
        ("last_day", "yesterday"),
        ("purchases_per_customer", 0),
        ("exact_duplicate_rate", -0.1),
        ("exact_duplicate_rate", 0.999),
        ("conflicting_duplicate_rate", 1.1),
        ("resubmission_rate", "often"),
        ("padding_rate", float("nan")),
        ("padding_rate", True),
        ("lower_case_rate", 0.995),
        ("scientific_rate", 0.995),
        ("extra_decimals_rate", None),
        ("block_rows", 0),
        ("block_rows", 1_000_001),
        ("fault_rates", None),
        ("fault_rates", {"null:shoe_size": 0.1}),
        ("fault_rates", {"structure": 1.1}),
        ("fault_rates", {"null:customer_id": 0.6, "range:customer_id": 0.6}),
    ],
)
def test_an_invalid_setting_raises_an_error_with_its_name(name, setting):
    with pytest.raises(SettingError, match=rf"^synthesis\.{name}: expected .*; found {setting!r}".replace("{", r"\{")):
        make_settings(**{name: setting})


def test_an_unknown_setting_raises_an_error():
    with pytest.raises(TypeError, match="rowz"):
        make_settings(rowz=10)


def test_a_missing_setting_raises_an_error():
    with pytest.raises(TypeError, match="seed"):
        SynthesisSettings(**{name: value for name, value in DEFAULTS.items() if name != "seed"})


def test_there_is_at_least_one_customer():
    assert make_settings(rows=0).count_customers() == 1
    assert make_settings(rows=1000, purchases_per_customer=4).count_customers() == 250
