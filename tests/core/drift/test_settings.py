"""Thresholds that can be meant, and those that are refused by name."""

import pytest

from customer_analytics.core.drift.settings import DriftSettings
from customer_analytics.core.errors import SettingError


@pytest.mark.parametrize(
    ("change", "named"),
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
def test_a_threshold_that_cannot_be_meant_is_refused_by_name(parameters, change, named):
    with pytest.raises(SettingError, match=named):
        DriftSettings.of(parameters["drift"] | change)


def test_a_missing_threshold_is_refused_by_name(parameters):
    with pytest.raises(SettingError, match="'psi_warn'"):
        DriftSettings.of({name: value for name, value in parameters["drift"].items() if name != "psi_warn"})
