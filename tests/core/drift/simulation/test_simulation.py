"""Injections change exactly the rows they name, and the power table counts verdicts on simulated deliveries."""

import numpy as np
import pandas as pd
import pytest

from customer_analytics.core.aggregation.sample import SAMPLED_COLUMNS
from customer_analytics.core.contract.columns import Column
from customer_analytics.core.drift.comparisons import build_verdict, simulate_scenario
from customer_analytics.core.drift.profile.purchase_profile import PROFILED_COLUMNS, ProfileShape, PurchaseProfile
from customer_analytics.core.drift.profile.views import count_numbers
from customer_analytics.core.drift.profile.windows import Period
from customer_analytics.core.drift.simulation.injections import (
    Missing,
    NewPayment,
    Older,
    RecodeCountry,
    RepeatDay,
    ScaleAmounts,
    Scenario,
    build_injection,
    inject_changes,
)
from customer_analytics.core.drift.simulation.power import POWER_COLUMNS, Simulation, measure_power
from customer_analytics.core.errors import InputError, SettingError

WEEKLY = ProfileShape(Period.WEEK, 2)
ALL_STEPS = [
    NewPayment(0.01),
    ScaleAmounts(1.1),
    Missing("customer_age", 0.1),
    RecodeCountry(),
    RepeatDay(),
    Older(0.2),
]
CHANGED_COLUMNS = ["payment_type", "purchase_amount", "customer_age", "country_code", None, "customer_age"]


def without_values(purchases, column):
    return purchases.assign(**{column: purchases[column].mask(np.ones(len(purchases), bool))})


def test_a_new_payment_type_replaces_its_exact_share_of_the_payment_types(purchases):
    before = purchases(2_000, 1)["payment_type"]

    after = inject_changes(purchases(2_000, 1), [NewPayment(0.05, "barter")], 0)["payment_type"]

    is_new = after == "barter"
    assert is_new.sum() == round(0.05 * before.notna().sum())
    assert before[is_new].notna().all()
    assert after[~is_new].astype(object).equals(before[~is_new].astype(object))


def test_a_payment_type_that_exists_can_be_injected(purchases):
    after = inject_changes(purchases(2_000, 1), [NewPayment(1.0, "cash")], 0)["payment_type"]

    assert set(after.dropna()) == {"cash"}


@pytest.mark.parametrize("column", ["payment_type", "product_category", "customer_age"])
def test_nulls_replace_their_exact_share_of_the_values(purchases, column):
    before = purchases(2_000, 1)[column]

    after = inject_changes(purchases(2_000, 1), [Missing(column, 0.2)], 0)[column]

    assert before[before.isna()].index.isin(after[after.isna()].index).all()
    assert after.isna().sum() - before.isna().sum() == round(0.2 * before.notna().sum())
    assert after[after.notna()].equals(before[after.notna()])


def test_buyers_become_older_also_where_the_sum_does_not_fit_the_integers_of_the_column(purchases):
    narrow = purchases(2_000, 1).assign(customer_age=pd.array([100] * 1_999 + [None], "Int8"))

    ages = inject_changes(narrow, [Older(0.25, years=60)], 0)["customer_age"]

    assert ages.value_counts(dropna=False).to_dict() == {100: 1_499, 160: 500, pd.NA: 1}


@pytest.mark.parametrize(
    ("decimals", "cents"), [(2, [112, 1_120_000, 0]), (3, [1_120, 11_200_000, 0]), (0, [1, 11_200, 0])]
)
def test_scaled_amounts_are_rounded_to_the_minor_units_of_the_profile(purchases, decimals, cents):
    amounts = pd.Series([1.0, 10_000.0, 0.0, np.nan])

    scaled = inject_changes(purchases(4, 1).assign(purchase_amount=amounts), [ScaleAmounts(1.12)], 0)

    counts = count_numbers(PurchaseProfile.of(scaled, ProfileShape(Period.WEEK, decimals)), Column.PURCHASE_AMOUNT)
    assert counts.units.tolist() == sorted(cents)
    assert counts.nulls == 1


@pytest.mark.parametrize(
    ("step", "source", "target"),
    [(RecodeCountry(), "DE", "ZZ"), (RecodeCountry("FR", "DE"), "FR", "DE"), (RecodeCountry("XX", "DE"), "XX", "DE")],
    ids=["the most frequent", "into another", "one that no row has"],
)
def test_all_rows_of_a_country_get_the_new_code(purchases, step, source, target):
    before = purchases(2_000, 1)["country_code"].astype(object)

    after = inject_changes(purchases(2_000, 1), [step], 0)["country_code"].astype(object)

    assert after.equals(before.replace(source, target))


def test_of_equally_frequent_countries_the_first_is_recoded(purchases):
    tied = purchases(4, 1).assign(country_code=["NL", "AT", "NL", "AT"])

    assert inject_changes(tied, [RecodeCountry()], 0)["country_code"].tolist() == ["NL", "ZZ", "NL", "ZZ"]


def test_the_earliest_of_the_busiest_days_is_delivered_twice(purchases):
    days = ["2024-01-05", "2024-01-03", "2024-01-05", "2024-01-03", "2024-01-01"]
    dated = purchases(5, 1).assign(purchase_date=pd.to_datetime(days) + pd.Timedelta(hours=3))

    repeated = inject_changes(dated, [RepeatDay()], 0)

    assert repeated["purchase_id"].tolist() == ["p0", "p1", "p2", "p3", "p4", "p1", "p3"]
    assert repeated.index.is_unique


@pytest.mark.parametrize(
    ("step", "column"),
    [(RepeatDay(), "purchase_date"), (RecodeCountry(), "country_code"), (Older(0.5), "customer_age")],
)
def test_a_column_without_values_has_nothing_to_change(purchases, step, column):
    empty_column = without_values(purchases(9, 1), column)

    changed = inject_changes(empty_column, [step], 1)

    assert PurchaseProfile.of(changed, WEEKLY) == PurchaseProfile.of(empty_column, WEEKLY)


@pytest.mark.parametrize(("step", "column"), [*zip(ALL_STEPS, CHANGED_COLUMNS, strict=True)])
def test_injections_are_seeded_and_change_one_column_of_a_new_frame(purchases, step, column):
    frame, untouched = purchases(500, 1), purchases(500, 1)

    changed = inject_changes(frame, [step], 1)

    assert changed.equals(inject_changes(frame, [step], 1))
    assert frame.equals(untouched)
    other_columns = [name for name in frame if name != column]
    assert changed[other_columns].head(500).equals(frame[other_columns])


def test_all_injections_are_applied_in_order(purchases):
    frame = purchases(500, 1)

    changed = inject_changes(frame, ALL_STEPS, 1)

    rows_of_busiest_day = frame["purchase_date"].dt.floor("D").value_counts().max()
    assert len(changed) == 500 + rows_of_busiest_day
    assert "ZZ" in set(changed["country_code"])
    assert inject_changes(frame, [], 1).equals(frame)


def test_no_rows_stay_no_rows(purchases):
    empty = purchases(500, 1).head(0)

    assert inject_changes(empty, ALL_STEPS, 0).equals(empty)
    assert inject_changes(pd.DataFrame(), [], 0).empty


def test_the_sample_of_a_run_has_all_columns_of_a_profile():
    assert set(PROFILED_COLUMNS) <= set(SAMPLED_COLUMNS)


def test_a_scenario_is_compared_with_the_same_purchases(purchases, settings, parameters):
    scenario = Scenario.of(parameters["simulated_drift"])

    simulated = simulate_scenario(purchases(20_000, 1), WEEKLY, scenario, settings)

    verdict = build_verdict(simulated, settings)
    assert verdict["in_words"][0] == f"simulation, against the same purchases without {scenario.name}: fail."
    columns = verdict["comparisons"]["simulation"]["columns"]
    assert {name for name, outcome in columns.items() if outcome == "fail"} == {"purchase_amount", "payment_type"}
    assert "warn" not in columns.values()


@pytest.mark.parametrize("rows", [0, 1])
def test_a_simulation_on_too_few_purchases_has_insufficient_data(purchases, settings, rows):
    scenario = Scenario("everything", ("fail",), tuple(ALL_STEPS))

    simulated = simulate_scenario(purchases(1, 1).head(rows), WEEKLY, scenario, settings)

    assert build_verdict(simulated, settings)["outcome"] == "insufficient_data"


def test_the_power_table_counts_right_verdicts_and_false_alarms(purchases, settings, parameters):
    injections = [
        entry | {"column": "purchase_amount"} if "+12" in entry["name"] else entry
        for entry in parameters["drift_simulation"]["injections"]
    ]
    simulation = Simulation(
        **parameters["drift_simulation"] | {"rows": [20_000], "repeats": 2, "injections": injections}
    )

    table = measure_power(purchases(20_000, 1), WEEKLY, settings, simulation)

    assert tuple(table.columns) == POWER_COLUMNS
    assert table["scenario"].tolist() == [entry["name"] for entry in injections]
    assert set(table["rows"]) == {20_000}
    assert set(table["repeats"]) == {2}
    by_scenario = table.set_index("scenario")
    always_right = [
        "nothing (A/A)",
        "new payment type 1 %",
        "amounts in cents (x 100)",
        "payment type missing 30 %",
        "age missing 30 %",
    ]
    assert by_scenario.loc["nothing (A/A)", "alarms"] == 0
    assert (by_scenario.loc[always_right, "right"] == 1).all()
    assert table.equals(measure_power(purchases(20_000, 1), WEEKLY, settings, simulation))


def test_a_verdict_is_wrong_if_the_expected_column_does_not_alarm(purchases, settings, parameters):
    entry = {"name": "cents", "expect": ["fail"], "steps": [{"kind": "scale_amounts", "factor": 100}]}
    entries = [entry | {"name": column, "column": column} for column in ("purchase_amount", "customer_age")]
    simulation = Simulation(**parameters["drift_simulation"] | {"rows": [5_000], "repeats": 1, "injections": entries})

    table = measure_power(purchases(5_000, 1), WEEKLY, settings, simulation)

    assert table["right"].tolist() == [1, 0]
    assert table["alarms"].tolist() == [1, 1]


def test_sizes_beyond_the_sample_are_drawn_with_replacement(purchases, settings, parameters):
    scenarios = [{"name": "nothing", "expect": ["ok"]}]
    simulation = Simulation(
        **parameters["drift_simulation"] | {"rows": [100, 2_000], "repeats": 1, "injections": scenarios}
    )

    table = measure_power(purchases(1_000, 1), WEEKLY, settings, simulation)

    assert table["rows"].tolist() == [100, 2_000]
    assert table["insufficient_data"].tolist()[0] == 1
    assert table["alarms"].tolist() == [0, 0]


def test_power_needs_purchases_to_draw_from(purchases, settings, parameters):
    with pytest.raises(InputError, match="drift_simulation: expected purchases to draw deliveries from; found none"):
        measure_power(purchases(5, 1).head(0), WEEKLY, settings, Simulation(**parameters["drift_simulation"]))


def test_invalid_simulations_are_rejected_by_name(parameters):
    with pytest.raises(SettingError, match="kind"):
        build_injection({"kind": "earthquake"})
    with pytest.raises(SettingError, match="'share', 'name'"):
        build_injection({"kind": "new_payment", "shares": 0.1})
    with pytest.raises(SettingError, match="payment_type"):
        Missing("purchase_id", 0.1)
    with pytest.raises(SettingError, match="'expect'"):
        Scenario.of({"name": "x"})
    with pytest.raises(SettingError, match="repeats: expected whole numbers from 1; found \\(0,\\)"):
        Simulation(**parameters["drift_simulation"] | {"repeats": 0})
    with pytest.raises(SettingError, match="kind"):
        Simulation(**parameters["drift_simulation"] | {"injections": [{"name": "x", "expect": [], "steps": [{}]}]})
