"""The page around a profile: exact statistics beside those of the sample, or the reason why there is no profile."""

import re

import numpy as np
import pandas as pd
import pytest

from customer_analytics.core.aggregation.numeric_summary import PERCENTILES
from customer_analytics.core.aggregation.sample import SampleRules
from customer_analytics.core.report.data_profile import (
    MAX_NAME_CHARS,
    ComparedStatistic,
    SampleProfile,
    compare_statistics,
    prepare_for_profiler,
    write_profile_page,
)

LEDGER = {
    "rows_in": 1200,
    "clean": 1000,
    "quarantined": 150,
    "duplicates_exact": 40,
    "duplicates_conflicting": 10,
}
PAGE = "<!doctype html><html lang=en><meta charset=utf-8><body><nav></nav><div class=content>profile</div>"


def sample_of(amounts, ages):
    return pd.DataFrame({"purchase_amount": np.array(amounts, float), "customer_age": pd.array(ages, "Int16")})


def summary(**changes):
    zeros = {"count": 1000, "nulls": 0, "mean": 0.0, "standard_deviation": 1.0, "min": 0.0, "max": 0.0}
    percentiles = {f"p{percent}": 0.0 for percent in PERCENTILES}
    amount_row = {"column": "purchase_amount", **zeros, **percentiles, **changes}
    return pd.DataFrame([amount_row, {**amount_row, "column": "customer_age", "count": 750, "nulls": 250}])


def page(profile, statistics=None):
    return write_profile_page(profile, statistics or {}, LEDGER, 100, SampleRules(rows=100_000, seed=0))


def test_statistics_of_the_sample_equal_numpys():
    amounts = [1.0, 2.0, 4.0, 10.0]

    statistics = compare_statistics(summary(mean=8.0), sample_of(amounts, [20, 30, None, 40]))

    by_name = {statistic.name: statistic for statistic in statistics["purchase_amount"]}
    assert by_name["mean"] == ComparedStatistic("mean", 8.0, 4.25)
    assert by_name["p75"].sampled == np.percentile(amounts, 75)
    assert by_name["standard_deviation"].sampled == np.std(amounts, ddof=1)
    age_nulls = next(statistic for statistic in statistics["customer_age"] if statistic.name == "nulls, %")
    assert age_nulls == ComparedStatistic("nulls, %", 25.0, 25.0)


def test_an_empty_sample_has_no_statistics_and_a_single_row_no_standard_deviation():
    statistics_of_no_row = compare_statistics(summary(mean=None), sample_of([], []))["purchase_amount"]
    statistics_of_one_row = compare_statistics(summary(), sample_of([3.0], [20]))["purchase_amount"]

    assert {statistic.sampled for statistic in statistics_of_no_row if statistic.name != "nulls, %"} == {None}
    assert next(statistic.exact for statistic in statistics_of_no_row if statistic.name == "mean") is None
    assert [statistic.name for statistic in statistics_of_one_row if statistic.sampled is None] == [
        "standard_deviation"
    ]


@pytest.mark.parametrize(
    ("statistic", "formatted"),
    [
        (ComparedStatistic("mean", 1234.5, 1246.75), ("1,234.50", "1,246.75", "+0.99%")),
        (ComparedStatistic("mean", 4.16, 4.15999), ("4.16", "4.16", "+0.00%")),
        (ComparedStatistic("min", 0.0, 3.0), ("0.00", "3.00", "-")),
        (ComparedStatistic("max", None, 3.0), ("-", "3.00", "-")),
        (ComparedStatistic("max", 1e300, 0.001), ("1e+300", "0.001", "-100.00%")),
    ],
)
def test_a_statistic_is_formatted_with_its_relative_difference(statistic, formatted):
    assert statistic.formatted == formatted


def test_long_names_are_cut_but_stay_distinct_and_short_names_stay_unchanged():
    names = ["a" * 10_000, "a" * 9_999 + "b", "short", None, "short"]

    table = prepare_for_profiler(pd.DataFrame({"category": pd.Categorical(names), "number": range(5)}))

    profiled_names = table.column("category").to_pylist()
    assert profiled_names[2:] == ["short", None, "short"]
    assert len(set(profiled_names[:3])) == 3
    assert all(len(name) <= MAX_NAME_CHARS + 10 for name in profiled_names[:2])


@pytest.mark.parametrize(("year", "unit"), [("2024", "ns"), ("1600", "us"), ("9999", "us")])
def test_timestamps_are_in_nanoseconds_if_all_of_them_fit(year, unit):
    days = np.array([f"{year}-01-01", f"{year}-12-31"], "datetime64[us]")

    profiled = prepare_for_profiler(pd.DataFrame({"purchase_date": days}))

    assert str(profiled.schema.field("purchase_date").type) == f"timestamp[{unit}]"
    assert profiled.column("purchase_date").cast("timestamp[us]").to_numpy().tolist() == days.tolist()


def test_the_exact_statistics_are_above_the_profile():
    html = page(SampleProfile(PAGE), {"purchase_amount": [ComparedStatistic("mean", 8.0, 7.0)]})

    assert html.index("8.00") < html.index("profile</div>")
    assert "-12.50%" in html
    assert "1,200" in html
    assert "There is no profile" not in html


@pytest.mark.parametrize("profiler_page", [PAGE, PAGE.replace("<meta charset=utf-8>", "<head>"), "no known tag"])
def test_a_page_of_any_structure_keeps_its_content_and_gets_the_policy_that_forbids_requests(profiler_page):
    html = page(SampleProfile(profiler_page))

    assert html.count("Content-Security-Policy") == 1
    assert "default-src 'none'" in html
    assert profiler_page.rpartition(">")[2] in html
    assert "Profile of a sample, and exact statistics of all rows" in html
    assert html.index("Content-Security-Policy") < html.index("<h1>")


def test_links_to_other_sites_become_text():
    link = 'by <a class=x href="https://example.org/?a=b">someone</a>, <a href=#top>up</a>'

    html = page(SampleProfile(PAGE + link))

    assert "by someone, <a href=#top>up</a>" in html
    assert not re.search(r"<a[^>]*https?:", html)


def test_without_a_profile_the_page_shows_the_reason_as_escaped_text():
    html = page(SampleProfile(None, "<script>alert(1)</script> ended"))

    assert "There is no profile of this run:" in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; ended" in html
    assert "<script" not in html
    assert "1,000" in html
