import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from customer_analytics.core.drift.checks.findings import FRAME_DTYPES, Finding, Outcome, drift_frame
from customer_analytics.core.drift.comparisons import MOST_TOLD, Comparison, drift_verdict
from customer_analytics.core.drift.profile.purchase_profile import ProfileError, ProfileShape, PurchaseProfile
from customer_analytics.core.drift.profile.windows import Period
from customer_analytics.core.drift.simulation.injections import Missing, NewPayment, RepeatDay, ScaleAmounts, injected
from customer_analytics.core.drift.simulation.resample import resampled
from customer_analytics.core.drift.verdict import compare_latest, compare_profiles, outcome_of, verdict_on

WEEKLY = ProfileShape(Period.WEEK, 2)


def finding(findings, column, measure, segment="all"):
    return next(one for one in findings if (one.column, one.measure, one.segment) == (column, measure, segment))


def with_outlier(purchases, rows=200_000, seed=1):
    frame = purchases(rows, seed)
    return PurchaseProfile.of(
        frame.assign(purchase_amount=frame["purchase_amount"].mask(frame.index == 0, 1e6)), WEEKLY
    )


@pytest.fixture(scope="module", params=["plain", "outlier"])
def baseline(request, large, purchases):
    return large[0] if request.param == "plain" else with_outlier(purchases)


def test_nothing_changed_is_ok(baseline, large, settings):
    findings = compare_profiles(baseline, large[1], settings)

    assert outcome_of(findings) is Outcome.OK


def test_twenty_rows_of_a_new_payment_type_in_200_000_are_named(baseline, large, settings):
    findings = compare_profiles(baseline, injected(large[1], [NewPayment(20 / 196_000, "crypto")], 3), settings)

    fresh = finding(findings, "payment_type", "new_value")
    assert fresh.outcome is Outcome.WARN
    assert "'crypto' (20 rows worth" in fresh.words
    assert outcome_of(findings) is Outcome.WARN


def test_amounts_up_by_twelve_percent_fail(baseline, large, settings):
    findings = compare_profiles(baseline, injected(large[1], [ScaleAmounts(1.12)], 3), settings)

    assert outcome_of(findings) is Outcome.FAIL
    assert verdict_on(findings, settings)["columns"]["purchase_amount"] == "fail"


def test_amounts_up_by_three_percent_are_real_but_below_the_threshold(profiled, settings):
    findings = compare_profiles(profiled(100_000, 1), injected(profiled(100_000, 2), [ScaleAmounts(1.03)], 3), settings)

    verdict = verdict_on(findings, settings)
    assert verdict["outcome"] == "ok"
    small = [one for one in verdict["real_below_threshold"] if one["column"] == "purchase_amount"]
    assert any("Real, below the threshold" in one["explanation"] for one in small)


def test_missing_from_none_to_thirty_percent_fails_and_thirty_to_thirty_is_ok(baseline, large, settings):
    holed = injected(large[1], [Missing("payment_type", 0.3)], 3)

    assert outcome_of(compare_profiles(baseline, holed, settings)) is Outcome.FAIL
    assert (
        outcome_of(compare_profiles(injected(baseline, [Missing("payment_type", 0.3)], 4), holed, settings))
        is Outcome.OK
    )


def test_a_wrong_unit_fails_and_blames_the_largest_country(large, settings):
    findings = compare_profiles(large[0], injected(large[1], [ScaleAmounts(100)], 3), settings)

    assert "DE contributes most" in finding(findings, "purchase_amount", "mean").words


def test_a_change_in_one_country_is_found_there(purchases, settings):
    before, now = purchases(100_000, 1), purchases(100_000, 2)
    french = now["country_code"] == "FR"
    now = now.assign(
        purchase_amount=now["purchase_amount"].mask(french, (now["purchase_amount"] * 1.3).round(2)),
        payment_type=now["payment_type"].mask(french & (now["payment_type"] == "cash"), "card"),
    )

    findings = compare_profiles(*(PurchaseProfile.of(frame, WEEKLY) for frame in (before, now)), settings)

    assert finding(findings, "purchase_amount", "mean", "FR").outcome is Outcome.FAIL
    assert finding(findings, "payment_type", "share", "FR").outcome is Outcome.FAIL
    assert finding(findings, "purchase_amount", "mean", "DE").outcome is not Outcome.FAIL
    assert "FR contributes most" in finding(findings, "payment_type", "share").words


def test_swapping_the_sides_turns_new_into_vanished_and_the_sign_of_shares(large, settings):
    crypto = injected(large[1], [NewPayment(0.02, "crypto")], 3)

    there, back = compare_profiles(large[0], crypto, settings), compare_profiles(crypto, large[0], settings)

    assert finding(there, "payment_type", "new_value").outcome is Outcome.FAIL
    assert "no longer has 'crypto'" in finding(back, "payment_type", "vanished_value").words
    assert finding(there, "payment_type", "share").effect == -finding(back, "payment_type", "share").effect
    assert finding(there, "purchase_amount", "ks").effect == finding(back, "purchase_amount", "ks").effect


def test_many_new_values_are_named_up_to_five(purchases, settings):
    now = purchases(5_000, 2).assign(payment_type=[f"type {row % 9}" for row in range(5_000)])

    findings = compare_profiles(*(PurchaseProfile.of(frame, WEEKLY) for frame in (purchases(5_000, 1), now)), settings)
    back = compare_profiles(*(PurchaseProfile.of(frame, WEEKLY) for frame in (now, purchases(5_000, 1))), settings)

    assert "and 4 more" in finding(findings, "payment_type", "new_value").words
    assert "and 4 more" in finding(back, "payment_type", "vanished_value").words


def test_a_repeated_day_is_named_by_its_window(large, settings):
    twice = injected(large[1], [RepeatDay()], 3)

    volume = finding(compare_profiles(large[0], twice, settings), "rows", "volume")

    assert volume.outcome is Outcome.WARN
    assert volume.words.startswith("The window of 2024-")


def test_a_gap_in_the_dates_is_a_window_without_rows(purchases, settings):
    for period, gap in ((Period.WEEK, ("2024-03-04", "2024-03-11")), (Period.MONTH, ("2024-03-01", "2024-04-01"))):
        frame = pd.concat(
            [
                purchases(5_000, 1).assign(purchase_date=lambda f, s=s: f["purchase_date"] + pd.Timedelta(days=182 * s))
                for s in (0, 1)
            ]
        )
        shape = ProfileShape(period, 2)
        inside = frame["purchase_date"].between(*gap, inclusive="left")
        before, now = (PurchaseProfile.of(each, shape) for each in (frame, frame[~inside]))

        volume = finding(compare_profiles(before, now, settings), "rows", "volume")

        assert volume.current == 0
        assert volume.outcome is Outcome.FAIL


def test_a_threshold_acts(large, settings):
    shifted = injected(large[1], [ScaleAmounts(1.07)], 3)
    lenient = replace(
        settings,
        mean_warn=0.2,
        mean_fail=0.3,
        quantile_warn=0.2,
        quantile_fail=0.3,
        wasserstein_warn=0.2,
        wasserstein_fail=0.3,
    )

    assert outcome_of(compare_profiles(large[0], shifted, settings)) is not Outcome.OK
    assert outcome_of(compare_profiles(large[0], shifted, lenient)) is Outcome.OK


def test_the_latest_windows_are_compared_with_the_earlier_ones(purchases, settings):
    frame = purchases(60_000, 1)
    late = frame["purchase_date"] >= "2024-06-03"
    shifted = frame.assign(
        payment_type=frame["payment_type"].astype(object).mask(late & (frame["payment_type"] == "wire"), "crypto")
    )

    still, moved = (compare_latest(PurchaseProfile.of(each, WEEKLY), settings) for each in (frame, shifted))

    assert outcome_of(still) is Outcome.OK
    assert "first in the window of 2024-06-03" in finding(moved, "payment_type", "new_value").words


@pytest.mark.parametrize(("more", "said"), [(0, []), (1, ["and 1 more alarm."]), (2, ["and 2 more alarms."])])
def test_a_verdict_in_words_counts_the_alarms_that_it_does_not_tell(settings, more, said):
    alarm = Finding(column="rows", measure="volume", outcome=Outcome.FAIL, words="Half of it.")
    found = Comparison("runs", "the run before", (alarm,) * (MOST_TOLD + more))

    words = drift_verdict((found,), settings)["in_words"]

    assert words == ["runs, against the run before: fail.", *["fail: Half of it."] * MOST_TOLD, *said]


def test_a_value_that_came_and_went_before_is_no_news(purchases, settings):
    frame, now = purchases(60_000, 1), purchases(60_000, 2)
    promo = frame["purchase_date"].between("2024-02-05", "2024-02-06")
    before = frame.assign(payment_type=frame["payment_type"].astype(object).mask(promo, "voucher"))
    now = now.assign(payment_type=now["payment_type"].astype(object).mask(now.index < 40, "gift"))

    findings = compare_profiles(*(PurchaseProfile.of(each, WEEKLY) for each in (before, now)), settings)

    assert finding(findings, "payment_type", "new_value").outcome is Outcome.OK


def test_windows_that_differ_by_nature_raise_the_noise_floor(purchases, settings):
    frame = purchases(60_000, 1)
    week = (frame["purchase_date"] - pd.Timestamp("2024-01-01")).dt.days // 7
    wild = frame.assign(purchase_amount=(frame["purchase_amount"] * (1 + 0.5 * (week % 2))).round(2))
    one, other = (PurchaseProfile.of(each, WEEKLY) for each in (frame, wild))

    calm, restless = (compare_profiles(each, each, settings) for each in (one, other))

    for measure in ("mean", "ks", "psi", "p50"):
        assert (
            finding(restless, "purchase_amount", measure).floor > 1.5 * finding(calm, "purchase_amount", measure).floor
        )


@pytest.mark.parametrize("rows", [0, 1, 100])
def test_too_few_rows_are_insufficient_data(profiled, settings, rows):
    empty = PurchaseProfile.of(pd.DataFrame(), WEEKLY) if rows == 0 else profiled(rows, 1)

    for findings in (
        compare_profiles(profiled(1_000, 1), empty, settings),
        compare_profiles(empty, profiled(1_000, 1), settings),
    ):
        verdict = verdict_on(findings, settings)
        assert verdict["outcome"] == "insufficient_data"
        assert "are needed on both sides" in verdict["reasons"][0]


def test_no_baseline_and_one_single_window_are_insufficient_data(purchases, settings):
    frame = purchases(20_000, 1)
    single = PurchaseProfile.of(frame.assign(purchase_date=pd.Timestamp("2024-01-03")), WEEKLY)

    assert "no baseline" in verdict_on(compare_profiles(None, single, settings), settings)["reasons"][0]
    assert "Windows in the delivery: 1;" in verdict_on(compare_latest(single, settings), settings)["reasons"][0]
    assert outcome_of(compare_latest(PurchaseProfile(WEEKLY), settings)) is Outcome.INSUFFICIENT
    pair = compare_profiles(single, single, settings)
    assert outcome_of(pair) is Outcome.OK
    assert finding(pair, "rows", "volume").outcome is Outcome.INSUFFICIENT


@pytest.mark.parametrize(
    "column", ["customer_age", "payment_type", "purchase_amount", "country_code", "product_category", "purchase_date"]
)
def test_a_column_entirely_null_is_an_outcome_by_name_and_nothing_is_nan(purchases, settings, column):
    frame = purchases(2_000, 1)
    null = frame.assign(**{column: frame[column].mask(np.ones(2_000, bool))})
    full, holed = (PurchaseProfile.of(each, WEEKLY) for each in (frame, null))

    for one, two in ((full, holed), (holed, full), (holed, holed)):
        verdict = verdict_on(compare_profiles(one, two, settings), settings)
        table = drift_frame(compare_profiles(one, two, settings), settings)
        json.dumps(verdict, allow_nan=False)
        assert not any(
            np.isnan(number)
            for name in ("effect", "low", "noise_floor", "adjusted_p")
            for number in table[name].dropna()
        )
        if column != "purchase_date":
            assert verdict["columns"][column] in ({"insufficient_data"} if one is two else {"fail"})


def test_constant_columns_are_ok(purchases, settings):
    frame = purchases(2_000, 1).assign(
        purchase_amount=5.0, customer_age=30, payment_type="card", country_code="DE", product_category="food"
    )
    same, other = (PurchaseProfile.of(each, WEEKLY) for each in (frame, frame.assign(purchase_amount=6.0)))

    assert outcome_of(compare_profiles(same, same, settings)) is Outcome.OK
    assert outcome_of(compare_profiles(same, other, settings)) is Outcome.FAIL
    assert (
        outcome_of(compare_profiles(same, PurchaseProfile.of(frame.assign(purchase_amount=0.0), WEEKLY), settings))
        is Outcome.FAIL
    )


def test_amounts_of_any_size_are_compared_without_overflow(purchases, settings):
    frame = purchases(20_000, 1)
    huge = frame.assign(purchase_amount=frame["purchase_amount"].mask(frame.index < 5, 1e300))

    verdict = verdict_on(
        compare_profiles(*(PurchaseProfile.of(each, WEEKLY) for each in (huge, frame)), settings), settings
    )

    json.dumps(verdict, allow_nan=False)
    assert verdict["columns"]["purchase_amount"] == "ok"


def test_profiles_cut_differently_are_refused(purchases, settings):
    frame = purchases(1_000, 1)

    with pytest.raises(ProfileError, match="two profiles of one shape"):
        compare_profiles(
            PurchaseProfile.of(frame, WEEKLY), PurchaseProfile.of(frame, ProfileShape(Period.DAY, 2)), settings
        )


def test_a_dear_text_column_is_not_compared_per_country(purchases, settings):
    frame = purchases(3_000, 1).assign(product_category=[f"thing {row}" for row in range(3_000)])
    profile = PurchaseProfile.of(frame, WEEKLY)

    findings = compare_profiles(profile, profile, replace(settings, segment_rows_min=100))

    assert not any(one.segment != "all" and one.column == "product_category" for one in findings)
    assert any(one.segment == "DE" for one in findings)


def test_the_table_has_its_stated_types_and_the_alarms_first(large, settings):
    findings = compare_profiles(large[0], injected(large[1], [ScaleAmounts(1.12)], 3), settings)

    table = drift_frame(findings, settings)

    assert {name: str(dtype) for name, dtype in table.dtypes.items()} == FRAME_DTYPES
    assert table["outcome"].iloc[0] == "fail"
    assert json.loads(json.dumps(verdict_on(findings, settings), allow_nan=False))["outcome"] == "fail"


@pytest.mark.parametrize("rows", [1_000, 10_000])
def test_no_alarm_in_twenty_pairs_of_deliveries_of_one_process(purchases, settings, rows):
    def profile(seed):
        return PurchaseProfile.of(purchases(rows, seed), WEEKLY)

    alarms = [
        outcome_of(compare_profiles(profile(100 + 2 * run), profile(101 + 2 * run), settings)) for run in range(20)
    ]

    assert set(alarms) <= {Outcome.OK, Outcome.INSUFFICIENT}


def test_a_delivery_of_nothing_but_huge_amounts_is_compared(purchases, settings):
    frame = purchases(1_000, 1).assign(purchase_amount=1e12, purchase_date=pd.Timestamp("2024-01-03"))
    profile = PurchaseProfile.of(frame, WEEKLY)
    fresh = PurchaseProfile.of(frame.assign(payment_type="crypto"), WEEKLY)

    findings = compare_profiles(profile, fresh, settings)

    assert finding(findings, "purchase_amount", "mean").outcome is Outcome.OK
    assert finding(findings, "payment_type", "new_value").outcome is Outcome.FAIL
    assert resampled(profile, 500, 1).rows() == 500


def test_few_rows_of_wild_amounts_are_not_called_ok(profiled, settings):
    verdict = verdict_on(compare_profiles(profiled(1_000, 1), profiled(1_000, 2), settings), settings)

    assert verdict["outcome"] == "insufficient_data"
    assert "purchase_amount" in verdict["not_judged"]
    assert verdict["columns"]["customer_age"] == "ok"


def test_a_peak_that_the_baseline_has_seen_is_no_alarm_and_a_new_one_is(settings):
    def delivery(*peaks):
        weeks = np.arange(60).repeat([900 if week in peaks else 500 for week in range(60)])
        dates = np.datetime64("2024-01-01", "us") + weeks * np.timedelta64(7, "D")
        rows = {"purchase_date": dates, "purchase_amount": 1.0, "customer_age": 30, "country_code": "DE"}
        frame = pd.DataFrame(rows | {"product_category": "books", "payment_type": "card"})
        return PurchaseProfile.of(frame, WEEKLY)

    seen = finding(compare_profiles(delivery(10, 11, 12), delivery(40), settings), "rows", "volume")
    new = finding(compare_profiles(delivery(), delivery(40), settings), "rows", "volume")

    assert seen.outcome is Outcome.INSUFFICIENT
    assert new.outcome is Outcome.FAIL
