"""The page around a profile: exact figures beside the sample's, or why there is no profile."""

import re

import numpy as np
import pandas as pd
import pytest

from customer_analytics.core.aggregation.numeric_summary import PERCENTILES
from customer_analytics.core.aggregation.sample import SampleRules
from customer_analytics.core.report.data_profile import (
    LONGEST_NAME,
    Figure,
    SampleProfile,
    as_profiled,
    compare_figures,
    write_page,
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
    zero = {"count": 1000, "nulls": 0, "mean": 0.0, "standard_deviation": 1.0, "min": 0.0, "max": 0.0}
    percentiles = {f"p{percent}": 0.0 for percent in PERCENTILES}
    one = {"column": "purchase_amount", **zero, **percentiles, **changes}
    return pd.DataFrame([one, {**one, "column": "customer_age", "count": 750, "nulls": 250}])


def page(profile, figures=None):
    return write_page(profile, figures or {}, LEDGER, 100, SampleRules())


def test_figures_of_the_sample_are_numpys():
    amounts = [1.0, 2.0, 4.0, 10.0]

    told = compare_figures(summary(mean=8.0), sample_of(amounts, [20, 30, None, 40]))

    by_name = {one.name: one for one in told["purchase_amount"]}
    assert by_name["mean"] == Figure("mean", 8.0, 4.25)
    assert by_name["p75"].sampled == np.percentile(amounts, 75)
    assert by_name["standard_deviation"].sampled == np.std(amounts, ddof=1)
    assert {one.name: one for one in told["customer_age"]}["nulls, %"] == Figure("nulls, %", 25.0, 25.0)


def test_a_sample_of_no_row_or_one_has_no_figures_it_cannot_have():
    none = compare_figures(summary(mean=None), sample_of([], []))["purchase_amount"]
    one = compare_figures(summary(), sample_of([3.0], [20]))["purchase_amount"]

    assert {figure.sampled for figure in none if figure.name != "nulls, %"} == {None}
    assert next(figure.exact for figure in none if figure.name == "mean") is None
    assert [figure.name for figure in one if figure.sampled is None] == ["standard_deviation"]


@pytest.mark.parametrize(
    ("figure", "words"),
    [
        (Figure("mean", 1234.5, 1246.75), ("1,234.50", "1,246.75", "+0.99%")),
        (Figure("mean", 4.16, 4.15999), ("4.16", "4.16", "+0.00%")),
        (Figure("min", 0.0, 3.0), ("0.00", "3.00", "-")),
        (Figure("max", None, 3.0), ("-", "3.00", "-")),
        (Figure("max", 1e300, 0.001), ("1e+300", "0.001", "-100.00%")),
    ],
)
def test_figures_in_words(figure, words):
    assert figure.in_words == words


def test_long_names_are_cut_and_stay_apart_and_short_ones_stay():
    names = ["a" * 10_000, "a" * 9_999 + "b", "short", None, "short"]

    short = as_profiled(pd.DataFrame({"few": pd.Categorical(names), "number": range(5)})).to_pandas()

    told = list(short["few"])
    assert told[2] == told[4] == "short"
    assert pd.isna(told[3])
    assert len({told[0], told[1], "short"}) == 3
    assert all(len(name) <= LONGEST_NAME + 10 for name in told[:2])


@pytest.mark.parametrize(("year", "unit"), [("2024", "ns"), ("1600", "us"), ("9999", "us")])
def test_times_are_in_nanoseconds_where_these_reach(year, unit):
    days = np.array([f"{year}-01-01", f"{year}-12-31"], "datetime64[us]")

    profiled = as_profiled(pd.DataFrame({"purchase_date": days}))

    assert str(profiled.schema.field("purchase_date").type) == f"timestamp[{unit}]"
    assert profiled.column("purchase_date").cast("timestamp[us]").to_numpy().tolist() == days.tolist()


def test_the_exact_figures_stand_above_the_profile():
    made = page(SampleProfile(PAGE), {"purchase_amount": [Figure("mean", 8.0, 7.0)]})

    assert made.index("8.00") < made.index("profile</div>")
    assert "-12.50%" in made
    assert "1,200" in made
    assert "There is no profile" not in made


@pytest.mark.parametrize("profiled", [PAGE, PAGE.replace("<meta charset=utf-8>", "<head>"), "nothing familiar"])
def test_a_page_of_any_make_keeps_its_content_and_gets_the_policy_that_forbids_requests(profiled):
    made = page(SampleProfile(profiled))

    assert made.count("Content-Security-Policy") == 1
    assert "default-src 'none'" in made
    assert profiled.rpartition(">")[2] in made
    assert "A sample, beside the whole" in made
    assert made.index("Content-Security-Policy") < made.index("<h1>")


def test_links_to_elsewhere_become_text():
    link = 'by <a class=x href="https://example.org/?a=b">someone</a>, <a href=#top>up</a>'

    made = page(SampleProfile(PAGE + link))

    assert "by someone, <a href=#top>up</a>" in made
    assert not re.search(r"<a[^>]*https?:", made)


def test_without_a_profile_the_page_says_why_as_text():
    made = page(SampleProfile(None, "<script>alert(1)</script> ended"))

    assert "There is no profile of this run:" in made
    assert "&lt;script&gt;alert(1)&lt;/script&gt; ended" in made
    assert "<script" not in made
    assert "1,000" in made
