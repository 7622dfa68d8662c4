from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from customer_analytics.core.contract.columns import Column
from customer_analytics.core.drift.profile.purchase_profile import ProfileShape, PurchaseProfile
from customer_analytics.core.drift.profile.views import numbers
from customer_analytics.core.drift.profile.windows import Period
from customer_analytics.core.drift.simulation.injections import (
    Missing,
    NewPayment,
    Older,
    RecodeCountry,
    RepeatDay,
    ScaleAmounts,
    Scenario,
    injected,
    injected_rows,
    injection_of,
)
from customer_analytics.core.drift.simulation.power import POWER_COLUMNS, Simulation, drift_power
from customer_analytics.core.drift.simulation.resample import resampled
from customer_analytics.core.errors import SettingError

WEEKLY = ProfileShape(Period.WEEK, 2)
ALL_STEPS = [
    NewPayment(0.01),
    ScaleAmounts(1.1),
    Missing("customer_age", 0.1),
    RecodeCountry(),
    RepeatDay(),
    Older(0.2),
]


def coarse(profile, pairs=100, distinct=10**6):
    return replace(profile, amounts=replace(profile.amounts, pair_cap=pairs, distinct_cap=distinct)).settled()


@pytest.mark.parametrize("steps", [[RecodeCountry()], [RecodeCountry("FR", "DE")], [RecodeCountry("XX", "DE")]])
def test_a_recoded_country_on_the_profile_is_that_on_the_rows(purchases, steps):
    rows = purchases(2_000, 1)

    on_profile = injected(PurchaseProfile.of(rows, WEEKLY), steps, 0)

    on_rows = PurchaseProfile.of(injected_rows(rows, steps, 0), WEEKLY)
    assert [on_profile.tally, on_profile.amounts] == [
        replace(on_rows).tally if on_profile.words == on_rows.words else on_profile.tally,
        on_rows.amounts,
    ]
    assert on_profile.rows_per_window() == on_rows.rows_per_window()


@pytest.mark.parametrize("factor", [1.12, 0.5, 100, 1e6, 1.000000001])
def test_scaled_amounts_on_the_profile_are_those_on_the_rows(purchases, factor):
    rows = purchases(2_000, 1).assign(purchase_amount=lambda frame: np.rint(frame["purchase_amount"]))
    rows.loc[:3, "purchase_amount"] = [np.nan, 1e12, 1e12, 0]

    profile = injected(PurchaseProfile.of(rows, WEEKLY), [ScaleAmounts(factor)], 0)

    expected = PurchaseProfile.of(injected_rows(rows, [ScaleAmounts(factor)], 0), WEEKLY)
    mine, theirs = (numbers(each, Column.PURCHASE_AMOUNT) for each in (profile, expected))
    assert mine.units.tolist() == theirs.units.tolist()
    assert mine.counts.tolist() == theirs.counts.tolist()
    assert mine.nulls == 1


def test_a_repeated_day_on_a_daily_profile_is_that_on_the_rows(purchases):
    rows = purchases(2_000, 1)
    daily = ProfileShape(Period.DAY, 2)

    profile = injected(PurchaseProfile.of(rows, daily), [RepeatDay()], 0)

    assert profile == PurchaseProfile.of(injected_rows(rows, [RepeatDay()], 0), daily)


@pytest.mark.parametrize(
    "step", [NewPayment(0.05), Missing("payment_type", 0.2), Missing("customer_age", 0.2), Older(0.2)]
)
def test_drawn_injections_move_exactly_the_same_number_of_rows_on_both(purchases, step):
    rows = purchases(2_000, 1)

    profile = injected(PurchaseProfile.of(rows, WEEKLY), [step], 0)
    changed = injected_rows(rows, [step], 0)

    theirs = PurchaseProfile.of(changed, WEEKLY)
    assert profile.rows() == theirs.rows() == 2_000
    for column, share in (("payment_type", "new payment"), ("customer_age", None)):
        counts = changed[column].value_counts(dropna=False)
        if share is None:
            assert numbers(profile, Column.CUSTOMER_AGE).nulls == int(changed[column].isna().sum())
        elif share in counts:
            assert profile.words.payment.count(share) == 1
    assert numbers(profile, Column.CUSTOMER_AGE).mean() == pytest.approx(
        numbers(theirs, Column.CUSTOMER_AGE).mean(), rel=0.02
    )


@pytest.mark.parametrize("step", ALL_STEPS)
def test_injections_are_seeded_and_leave_what_they_are_given(purchases, step):
    rows = purchases(500, 1)
    before, profile = rows.copy(deep=True), PurchaseProfile.of(rows, WEEKLY)

    assert injected(profile, [step], 1) == injected(profile, [step], 1)
    assert injected_rows(rows, [step], 1).equals(injected_rows(rows, [step], 1))
    assert rows.equals(before)
    assert profile == PurchaseProfile.of(before, WEEKLY)


def test_injections_compose_and_nothing_is_nothing(purchases):
    profile = PurchaseProfile.of(purchases(500, 1), WEEKLY)

    assert injected(profile, [], 1) == profile
    both = injected(profile, ALL_STEPS, 1)
    assert both.rows() == 500 + max(profile.rows_per_window().values()) // 7
    assert "ZZ" in both.words.country
    assert injected(PurchaseProfile(WEEKLY), [RepeatDay()], 1) == PurchaseProfile(WEEKLY)


def test_without_any_date_no_day_is_repeated(purchases):
    undated = PurchaseProfile.of(purchases(9, 1).assign(purchase_date=np.datetime64("NaT", "us")), WEEKLY)

    assert injected(undated, [RepeatDay()], 1) == undated


@pytest.mark.parametrize("caps", [(10**9, 10**9), (100, 10**9), (10**9, 50)])
def test_a_resampled_delivery_has_the_rows_asked_for_in_every_column(profiled, caps):
    profile = coarse(profiled(3_000, 1), *caps)

    drawn = resampled(profile, 1_000, 7)

    assert drawn.rows() == 1_000
    for column in (Column.PURCHASE_AMOUNT, Column.CUSTOMER_AGE):
        found = numbers(drawn, column)
        assert found.rows + found.nulls == 1_000
    assert drawn == resampled(profile, 1_000, 7)
    assert drawn != resampled(profile, 1_000, 8)
    assert injected(drawn, [ScaleAmounts(2), RepeatDay()], 0).rows() > 1_000


def test_the_power_table_counts_right_verdicts_and_false_alarms(profiled, settings, parameters):
    chosen = [
        entry | {"column": "purchase_amount"} if "+12" in entry["name"] else entry
        for entry in parameters["drift_simulation"]["injections"]
    ]
    simulation = Simulation(**parameters["drift_simulation"] | {"rows": [20_000], "repeats": 2, "injections": chosen})

    table = drift_power(profiled(20_000, 1), settings, simulation).set_index("scenario")

    assert tuple(table.reset_index().columns) == POWER_COLUMNS
    assert table.loc["nothing (A/A)", "alarms"] == 0
    sure = [
        "nothing (A/A)",
        "new payment type 1 %",
        "amounts in cents (x 100)",
        "payment type missing 30 %",
        "age missing 30 %",
    ]
    assert (table.loc[sure, "right"] == 1).all()
    assert table.equals(drift_power(profiled(20_000, 1), settings, simulation).set_index("scenario"))


def test_unknown_simulations_are_refused_by_name(parameters):
    with pytest.raises(SettingError, match="kind"):
        injection_of({"kind": "earthquake"})
    with pytest.raises(SettingError, match="'share', 'name'"):
        injection_of({"kind": "new_payment", "shares": 0.1})
    with pytest.raises(SettingError, match="payment_type"):
        Missing("purchase_id", 0.1)
    with pytest.raises(SettingError, match="'expect'"):
        Scenario.of({"name": "x"})
    with pytest.raises(SettingError, match="repeats: expected whole numbers from 1; found \\(0,\\)"):
        Simulation(**parameters["drift_simulation"] | {"repeats": 0})
    with pytest.raises(SettingError, match="kind"):
        Simulation(**parameters["drift_simulation"] | {"injections": [{"name": "x", "expect": [], "steps": [{}]}]})


def test_an_empty_frame_can_be_injected_with_nothing():
    assert injected_rows(pd.DataFrame(), [], 0).empty
