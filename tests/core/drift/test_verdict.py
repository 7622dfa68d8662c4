"""Verdicts on pairs of deliveries of which the change is known."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from customer_analytics.core.drift.checks.findings import FRAME_DTYPES, Finding, Outcome, build_findings_frame
from customer_analytics.core.drift.comparisons import MAX_LISTED_ALARMS, Comparison, build_verdict
from customer_analytics.core.drift.profile.purchase_profile import ProfileError, ProfileShape, PurchaseProfile
from customer_analytics.core.drift.profile.windows import Period
from customer_analytics.core.drift.simulation.injections import (
    Missing,
    NewPayment,
    RepeatDay,
    ScaleAmounts,
    inject_changes,
)
from customer_analytics.core.drift.verdict import (
    compare_latest_windows,
    compare_profiles,
    find_worst_outcome,
    summarize_findings,
)

WEEKLY = ProfileShape(Period.WEEK, 2)


def select_finding(findings, column, measure, segment="all"):
    return next(
        finding
        for finding in findings
        if (finding.column, finding.measure, finding.segment) == (column, measure, segment)
    )


def profile_weekly(purchases):
    return PurchaseProfile.of(purchases, WEEKLY).settled()


def profile_changed(purchases, *steps, seed=3):
    return profile_weekly(inject_changes(purchases, steps, seed))


@pytest.fixture(scope="module", params=["plain", "outlier"])
def baseline_purchases(request, large_purchases):
    """The first of the large deliveries, and the same with one amount of a million."""
    purchases = large_purchases[0]
    if request.param == "plain":
        return purchases
    return purchases.assign(purchase_amount=purchases["purchase_amount"].mask(purchases.index == 0, 1e6))


@pytest.fixture(scope="module")
def baseline(baseline_purchases):
    return profile_weekly(baseline_purchases)


def test_nothing_changed_is_ok(baseline, large_profiles, settings):
    findings = compare_profiles(baseline, large_profiles[1], settings)

    assert find_worst_outcome(findings) is Outcome.OK


def test_twenty_rows_of_a_new_payment_type_in_200_000_are_named(baseline, large_purchases, settings):
    current = profile_changed(large_purchases[1], NewPayment(20 / 196_000, "crypto"))

    findings = compare_profiles(baseline, current, settings)

    new_value = select_finding(findings, "payment_type", "new_value")
    assert new_value.outcome is Outcome.WARN
    assert "'crypto' (20 rows worth" in new_value.explanation
    assert find_worst_outcome(findings) is Outcome.WARN


def test_amounts_up_by_twelve_percent_fail(baseline, large_purchases, settings):
    findings = compare_profiles(baseline, profile_changed(large_purchases[1], ScaleAmounts(1.12)), settings)

    assert find_worst_outcome(findings) is Outcome.FAIL
    assert summarize_findings(findings, settings)["columns"]["purchase_amount"] == "fail"


def test_amounts_up_by_three_percent_are_real_but_below_the_threshold(profiled, purchases, settings):
    current = profile_changed(purchases(100_000, 2), ScaleAmounts(1.03))

    summary = summarize_findings(compare_profiles(profiled(100_000, 1), current, settings), settings)

    assert summary["outcome"] == "ok"
    explanations = [
        finding["explanation"] for finding in summary["real_below_threshold"] if finding["column"] == "purchase_amount"
    ]
    assert any("Real, below the threshold" in explanation for explanation in explanations)


def test_missing_from_none_to_thirty_percent_fails_and_thirty_to_thirty_is_ok(
    baseline, baseline_purchases, large_purchases, settings
):
    missing = Missing("payment_type", 0.3)
    current = profile_changed(large_purchases[1], missing)

    without_nulls = compare_profiles(baseline, current, settings)
    with_nulls = compare_profiles(profile_changed(baseline_purchases, missing, seed=4), current, settings)

    assert find_worst_outcome(without_nulls) is Outcome.FAIL
    assert find_worst_outcome(with_nulls) is Outcome.OK


def test_a_wrong_unit_fails_and_the_explanation_names_the_largest_country(large_profiles, large_purchases, settings):
    findings = compare_profiles(large_profiles[0], profile_changed(large_purchases[1], ScaleAmounts(100)), settings)

    mean = select_finding(findings, "purchase_amount", "mean")
    assert mean.outcome is Outcome.FAIL
    assert "DE contributes most" in mean.explanation


def test_a_change_in_one_country_is_found_there(purchases, settings):
    baseline, current = purchases(100_000, 1), purchases(100_000, 2)
    is_french = current["country_code"] == "FR"
    changed = current.assign(
        purchase_amount=current["purchase_amount"].mask(is_french, (current["purchase_amount"] * 1.3).round(2)),
        payment_type=current["payment_type"].mask(is_french & (current["payment_type"] == "cash"), "card"),
    )

    findings = compare_profiles(profile_weekly(baseline), profile_weekly(changed), settings)

    assert select_finding(findings, "purchase_amount", "mean", "FR").outcome is Outcome.FAIL
    assert select_finding(findings, "payment_type", "share", "FR").outcome is Outcome.FAIL
    assert select_finding(findings, "purchase_amount", "mean", "DE").outcome is not Outcome.FAIL
    assert "FR contributes most" in select_finding(findings, "payment_type", "share").explanation


def test_swapping_the_sides_turns_new_into_vanished_and_the_sign_of_shares(large_profiles, large_purchases, settings):
    without_crypto, with_crypto = large_profiles[0], profile_changed(large_purchases[1], NewPayment(0.02, "crypto"))

    forward = compare_profiles(without_crypto, with_crypto, settings)
    backward = compare_profiles(with_crypto, without_crypto, settings)

    assert select_finding(forward, "payment_type", "new_value").outcome is Outcome.FAIL
    vanished = select_finding(backward, "payment_type", "vanished_value")
    assert "no longer has 'crypto'" in vanished.explanation
    forward_share, backward_share = (
        select_finding(findings, "payment_type", "share").effect for findings in (forward, backward)
    )
    assert forward_share == -backward_share
    forward_ks, backward_ks = (
        select_finding(findings, "purchase_amount", "ks").effect for findings in (forward, backward)
    )
    assert forward_ks == backward_ks


def test_many_new_values_are_named_up_to_five(purchases, settings):
    few_types = profile_weekly(purchases(5_000, 1))
    many_types = profile_weekly(purchases(5_000, 2).assign(payment_type=[f"type {row % 9}" for row in range(5_000)]))

    new = select_finding(compare_profiles(few_types, many_types, settings), "payment_type", "new_value")
    vanished = select_finding(compare_profiles(many_types, few_types, settings), "payment_type", "vanished_value")

    assert "and 4 more" in new.explanation
    assert "and 4 more" in vanished.explanation


def test_a_repeated_day_is_named_by_its_window(large_profiles, large_purchases, settings):
    current = profile_changed(large_purchases[1], RepeatDay())

    volume = select_finding(compare_profiles(large_profiles[0], current, settings), "rows", "volume")

    assert volume.outcome is Outcome.WARN
    assert volume.explanation.startswith("The window of 2024-")


@pytest.mark.parametrize(
    ("period", "gap"),
    [(Period.WEEK, ("2024-03-04", "2024-03-11")), (Period.MONTH, ("2024-03-01", "2024-04-01"))],
)
def test_a_gap_in_the_dates_is_a_window_without_rows(purchases, settings, period, gap):
    half_year = purchases(5_000, 1)
    next_half_year = half_year.assign(purchase_date=half_year["purchase_date"] + pd.Timedelta(days=182))
    full_year = pd.concat([half_year, next_half_year])
    is_in_gap = full_year["purchase_date"].between(*gap, inclusive="left")
    shape = ProfileShape(period, 2)
    baseline, current = (PurchaseProfile.of(rows, shape) for rows in (full_year, full_year[~is_in_gap]))

    volume = select_finding(compare_profiles(baseline, current, settings), "rows", "volume")

    assert volume.current == 0
    assert volume.outcome is Outcome.FAIL


def test_a_threshold_decides_about_the_outcome(large_profiles, large_purchases, settings):
    current = profile_changed(large_purchases[1], ScaleAmounts(1.07))
    lenient = replace(
        settings,
        mean_warn=0.2,
        mean_fail=0.3,
        quantile_warn=0.2,
        quantile_fail=0.3,
        wasserstein_warn=0.2,
        wasserstein_fail=0.3,
    )

    assert find_worst_outcome(compare_profiles(large_profiles[0], current, settings)) is not Outcome.OK
    assert find_worst_outcome(compare_profiles(large_profiles[0], current, lenient)) is Outcome.OK


def test_the_latest_windows_are_compared_with_the_earlier_ones(purchases, settings):
    unchanged = purchases(60_000, 1)
    is_late = unchanged["purchase_date"] >= "2024-06-03"
    payment_types = unchanged["payment_type"].astype(object)
    changed = unchanged.assign(payment_type=payment_types.mask(is_late & (payment_types == "wire"), "crypto"))

    unchanged_findings = compare_latest_windows(profile_weekly(unchanged), settings)
    changed_findings = compare_latest_windows(profile_weekly(changed), settings)

    assert find_worst_outcome(unchanged_findings) is Outcome.OK
    new_value = select_finding(changed_findings, "payment_type", "new_value")
    assert "first in the window of 2024-06-03" in new_value.explanation


@pytest.mark.parametrize(("omitted", "last_lines"), [(0, []), (1, ["and 1 more alarm."]), (2, ["and 2 more alarms."])])
def test_a_verdict_counts_the_alarms_that_it_does_not_explain(settings, omitted, last_lines):
    alarm = Finding(column="rows", measure="volume", outcome=Outcome.FAIL, explanation="Half of it.")
    comparison = Comparison("runs", "the run before", (alarm,) * (MAX_LISTED_ALARMS + omitted))

    lines = build_verdict((comparison,), settings)["in_words"]

    explanations = ["fail: Half of it."] * MAX_LISTED_ALARMS
    assert lines == ["runs, against the run before: fail.", *explanations, *last_lines]


def test_a_new_value_does_not_alarm_if_values_came_and_went_before(purchases, settings):
    baseline, current = purchases(60_000, 1), purchases(60_000, 2)
    has_voucher = baseline["purchase_date"].between("2024-02-05", "2024-02-06")
    vouchers = baseline["payment_type"].astype(object).mask(has_voucher, "voucher")
    gifts = current["payment_type"].astype(object).mask(current.index < 40, "gift")

    findings = compare_profiles(
        profile_weekly(baseline.assign(payment_type=vouchers)),
        profile_weekly(current.assign(payment_type=gifts)),
        settings,
    )

    assert select_finding(findings, "payment_type", "new_value").outcome is Outcome.OK


@pytest.mark.parametrize("measure", ["mean", "ks", "psi", "p50"])
def test_windows_that_differ_from_one_another_raise_the_noise_floor(purchases, settings, measure):
    stable = purchases(60_000, 1)
    week = (stable["purchase_date"] - pd.Timestamp("2024-01-01")).dt.days // 7
    varying = stable.assign(purchase_amount=(stable["purchase_amount"] * (1 + 0.5 * (week % 2))).round(2))

    stable_floor, varying_floor = (
        select_finding(compare_profiles(profile, profile, settings), "purchase_amount", measure).floor
        for profile in (profile_weekly(stable), profile_weekly(varying))
    )

    assert varying_floor > 1.5 * stable_floor


@pytest.mark.parametrize("rows", [0, 1, 100])
def test_too_few_rows_are_insufficient_data(profiled, settings, rows):
    small = PurchaseProfile.of(pd.DataFrame(), WEEKLY) if rows == 0 else profiled(rows, 1)

    for baseline, current in ((profiled(1_000, 1), small), (small, profiled(1_000, 1))):
        summary = summarize_findings(compare_profiles(baseline, current, settings), settings)

        assert summary["outcome"] == "insufficient_data"
        assert "are needed on both sides" in summary["reasons"][0]


def test_no_baseline_is_insufficient_data(profiled, settings):
    summary = summarize_findings(compare_profiles(None, profiled(1_000, 1), settings), settings)

    assert summary["outcome"] == "insufficient_data"
    assert "no baseline" in summary["reasons"][0]


def test_one_window_is_insufficient_data_for_latest_windows_and_volume_only(purchases, settings):
    single_window = profile_weekly(purchases(20_000, 1).assign(purchase_date=pd.Timestamp("2024-01-03")))

    latest = summarize_findings(compare_latest_windows(single_window, settings), settings)
    between_runs = compare_profiles(single_window, single_window, settings)

    assert "Windows in the delivery: 1;" in latest["reasons"][0]
    assert find_worst_outcome(compare_latest_windows(PurchaseProfile(WEEKLY), settings)) is Outcome.INSUFFICIENT
    assert find_worst_outcome(between_runs) is Outcome.OK
    assert select_finding(between_runs, "rows", "volume").outcome is Outcome.INSUFFICIENT


@pytest.mark.parametrize(
    "column", ["customer_age", "payment_type", "purchase_amount", "country_code", "product_category", "purchase_date"]
)
def test_a_column_of_nulls_has_an_outcome_and_no_figure_is_nan(purchases, settings, column):
    rows = purchases(2_000, 1)
    with_values = profile_weekly(rows)
    with_nulls = profile_weekly(rows.assign(**{column: rows[column].mask(np.ones(2_000, bool))}))

    for baseline, current in ((with_values, with_nulls), (with_nulls, with_values), (with_nulls, with_nulls)):
        findings = compare_profiles(baseline, current, settings)

        summary, table = summarize_findings(findings, settings), build_findings_frame(findings, settings)
        json.dumps(summary, allow_nan=False)
        for name in ("effect", "low", "noise_floor", "adjusted_p"):
            assert not any(np.isnan(number) for number in table[name].dropna())
        if column != "purchase_date":
            expected = "insufficient_data" if baseline is current else "fail"
            assert summary["columns"][column] == expected


def test_constant_columns_are_ok(purchases, settings):
    rows = purchases(2_000, 1).assign(
        purchase_amount=5.0, customer_age=30, payment_type="card", country_code="DE", product_category="food"
    )
    five, six, zero = (profile_weekly(rows.assign(purchase_amount=amount)) for amount in (5.0, 6.0, 0.0))

    assert find_worst_outcome(compare_profiles(five, five, settings)) is Outcome.OK
    assert find_worst_outcome(compare_profiles(five, six, settings)) is Outcome.FAIL
    assert find_worst_outcome(compare_profiles(five, zero, settings)) is Outcome.FAIL


def test_amounts_of_any_size_are_compared_without_overflow(purchases, settings):
    rows = purchases(20_000, 1)
    with_huge_amounts = rows.assign(purchase_amount=rows["purchase_amount"].mask(rows.index < 5, 1e300))

    findings = compare_profiles(profile_weekly(with_huge_amounts), profile_weekly(rows), settings)

    summary = summarize_findings(findings, settings)
    json.dumps(summary, allow_nan=False)
    assert summary["columns"]["purchase_amount"] == "ok"


def test_profiles_of_different_shapes_are_an_error(purchases, settings):
    rows = purchases(1_000, 1)
    daily = PurchaseProfile.of(rows, ProfileShape(Period.DAY, 2))

    with pytest.raises(ProfileError, match="two profiles of one shape"):
        compare_profiles(profile_weekly(rows), daily, settings)


def test_a_text_column_with_many_distinct_values_is_not_compared_per_country(purchases, settings):
    rows = purchases(3_000, 1).assign(product_category=[f"thing {row}" for row in range(3_000)])
    profile = profile_weekly(rows)

    findings = compare_profiles(profile, profile, replace(settings, segment_rows_min=100))

    country_findings = [finding for finding in findings if finding.segment != "all"]
    assert not any(finding.column == "product_category" for finding in country_findings)
    assert any(finding.segment == "DE" for finding in country_findings)


def test_the_table_has_its_stated_dtypes_and_the_alarms_first(large_profiles, large_purchases, settings):
    current = profile_changed(large_purchases[1], ScaleAmounts(1.12))
    findings = compare_profiles(large_profiles[0], current, settings)

    table = build_findings_frame(findings, settings)

    assert {name: str(dtype) for name, dtype in table.dtypes.items()} == FRAME_DTYPES
    assert table["outcome"].iloc[0] == "fail"
    assert json.loads(json.dumps(summarize_findings(findings, settings), allow_nan=False))["outcome"] == "fail"


@pytest.mark.parametrize("rows", [1_000, 10_000])
def test_no_alarm_in_twenty_pairs_of_deliveries_of_one_process(purchases, settings, rows):
    seeds = [(100 + 2 * pair, 101 + 2 * pair) for pair in range(20)]

    outcomes = {
        find_worst_outcome(
            compare_profiles(
                profile_weekly(purchases(rows, baseline_seed)), profile_weekly(purchases(rows, seed)), settings
            )
        )
        for baseline_seed, seed in seeds
    }

    assert outcomes <= {Outcome.OK, Outcome.INSUFFICIENT}


def test_a_delivery_of_nothing_but_large_amounts_is_compared(purchases, settings):
    rows = purchases(1_000, 1).assign(purchase_amount=1e12, purchase_date=pd.Timestamp("2024-01-03"))

    findings = compare_profiles(profile_weekly(rows), profile_weekly(rows.assign(payment_type="crypto")), settings)

    assert select_finding(findings, "purchase_amount", "mean").outcome is Outcome.OK
    assert select_finding(findings, "payment_type", "new_value").outcome is Outcome.FAIL


def test_few_rows_of_widely_spread_amounts_are_not_called_ok(profiled, settings):
    summary = summarize_findings(compare_profiles(profiled(1_000, 1), profiled(1_000, 2), settings), settings)

    assert summary["outcome"] == "insufficient_data"
    assert "purchase_amount" in summary["not_judged"]
    assert summary["columns"]["customer_age"] == "ok"


def test_a_peak_that_the_baseline_has_seen_is_no_alarm_and_a_new_one_is(settings):
    def profile_with_peaks(*peak_weeks):
        weeks = np.arange(60).repeat([900 if week in peak_weeks else 500 for week in range(60)])
        dates = np.datetime64("2024-01-01", "us") + weeks * np.timedelta64(7, "D")
        constants = {"purchase_amount": 1.0, "customer_age": 30, "country_code": "DE"}
        constants |= {"product_category": "books", "payment_type": "card"}
        return profile_weekly(pd.DataFrame({"purchase_date": dates} | constants))

    current = profile_with_peaks(40)
    seen_peak = select_finding(compare_profiles(profile_with_peaks(10, 11, 12), current, settings), "rows", "volume")
    new_peak = select_finding(compare_profiles(profile_with_peaks(), current, settings), "rows", "volume")

    assert seen_peak.outcome is Outcome.INSUFFICIENT
    assert new_peak.outcome is Outcome.FAIL
