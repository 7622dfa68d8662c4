"""Valid and invalid settings of drift."""

import pytest

from customer_analytics.core.drift.settings import DriftSettings
from customer_analytics.core.errors import SettingError


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"psi_wran": 0.1}, "psi_wran"),
        ({"mean_fail": 0.01}, r"drift\.mean_fail"),
        ({"mean_warn": "much"}, r"drift\.mean_warn"),
        ({"mean_fail": float("nan")}, r"drift\.mean_fail"),
        ({"significance": 1.5}, r"drift\.significance"),
        ({"rows_min": 0}, r"drift\.rows_min"),
        ({"seed": -1}, r"drift\.seed"),
        ({"gate": "on"}, r"drift\.gate"),
        ({"baseline": ""}, r"drift\.baseline"),
        ({"new_value_warn_rows": 0.5}, r"drift\.new_value_warn_rows"),
    ],
)
def test_an_invalid_setting_is_an_error_that_names_its_key(parameters, change, key):
    with pytest.raises(SettingError, match=key):
        DriftSettings.of(parameters["drift"] | change)


def test_a_missing_setting_is_an_error_that_names_its_key(parameters):
    without_psi_warn = {name: value for name, value in parameters["drift"].items() if name != "psi_warn"}

    with pytest.raises(SettingError, match="'psi_warn'"):
        DriftSettings.of(without_psi_warn)
