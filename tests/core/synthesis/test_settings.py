import pytest

from customer_analytics.core.contract.columns import REASONS
from customer_analytics.core.errors import SettingError
from customer_analytics.core.synthesis.settings import SynthesisSettings, default_fault_rates


def test_every_reason_of_the_contract_has_a_rate():
    assert set(default_fault_rates()) == set(REASONS)


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
        ("exact_copy_rate", -0.1),
        ("exact_copy_rate", 0.999),
        ("conflicting_copy_rate", 1.1),
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
def test_a_setting_that_cannot_be_meant_is_refused_by_its_name(name, setting):
    with pytest.raises(SettingError, match=rf"^synthesis\.{name}: expected .*; found {setting!r}".replace("{", r"\{")):
        SynthesisSettings(**{name: setting})


def test_an_unknown_setting_is_refused():
    with pytest.raises(TypeError, match="rowz"):
        SynthesisSettings(rowz=10)


def test_customer_ids_are_dense_and_at_least_one():
    assert SynthesisSettings(rows=0).customers() == 1
    assert SynthesisSettings(rows=1000, purchases_per_customer=4).customers() == 250
