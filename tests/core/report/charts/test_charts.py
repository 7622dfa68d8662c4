"""Charts hold the figures they should, and names in them are shown as they were typed."""

import numpy as np
import pandas as pd
import pytest

from customer_analytics.core.display import spelt_run
from customer_analytics.core.history.runs import RUN_COLUMNS
from customer_analytics.core.report.charts import amounts, flow, quality, revenue, runs, style

SUMMARY = pd.DataFrame([{"column": "purchase_amount", "p50": 15.0, "p99": 95.0}])


def ledger(by_reason):
    fates = {"rows_in": 100, "clean": 90, "quarantined": 7, "duplicates_exact": 3, "duplicates_conflicting": 0}
    return fates | {"by_reason": by_reason}


def distribution(lows, rows):
    highs = [*lows[1:], lows[-1] * 2]
    return pd.DataFrame({"low": lows, "high": highs, "rows": rows, "revenue": rows, "exact": True})


def run_table(count):
    table = {name: np.arange(1, count + 1) for name in RUN_COLUMNS if name != "run"}
    names = [f"2024-01-01T00.00.{second:02}.000Z" for second in range(count)]
    return pd.DataFrame({"run": names, **table}).astype(dict.fromkeys(table, "Float64"))


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("books", "books"),
        ("<b>x</b>", "&lt;b&gt;x&lt;/b&gt;"),
        ("&lt;", "&amp;lt;"),
        ("", "(none)"),
        ("a\nb", "a\u240ab"),
        ("x" * 30, "x" * 21 + "…"),
    ],
)
def test_a_name_in_a_chart_is_escaped_cut_and_kept_in_its_own_direction(typed, shown):
    assert style.label(typed) == f"\u2068{shown}\u2069"


def test_a_sentence_in_a_chart_is_wrapped_and_escaped():
    wrapped = style.wrapped("one <two> three " + "x" * 100, width=10, most=4)

    assert wrapped == "one &lt;two&gt;<br>three<br>xxxxxxxxxx<br>xxxxxxxxxx<br>…"


def test_every_colour_has_a_twin_on_a_dark_ground():
    light = {value for name, value in vars(style).items() if name.isupper() and str(value).startswith("#")}

    assert set(style.DARK) == light
    assert light.isdisjoint(style.DARK.values())


def test_a_runs_id_is_spelt_as_a_time():
    assert spelt_run("2026-11-22T22.23.06.007Z") == "2026-11-22 22:23:06"
    assert spelt_run("mine") == "mine"


def test_the_flow_accounts_for_every_row_and_leaves_out_empty_fates():
    top, below = flow.draw_flow(ledger({"structure": 2, "null:country_code": 6})).data

    assert sum(top.link.value) == 100
    assert list(top.node.label) == ["came in  100", "clean  90", "quarantined  7", "exact copies  3"]
    assert list(below.node.label) == ["", "null:country_code  6", "structure  2"]
    assert below.domain.y[1] < top.domain.y[0]


def test_a_flow_without_refused_rows_has_the_whole_chart():
    (only,) = flow.draw_flow(ledger({})).data

    assert only.domain.y[1] == 1.0


def test_no_rows_make_no_flow():
    assert not flow.draw_flow(ledger({}) | {"rows_in": 0}).data


def test_reasons_are_stacked_by_column_most_first():
    figure = quality.draw_reasons(ledger({"structure": 5, "null:country_code": 3, "unknown:country_code": 4}))

    stacks = {bar.name: dict(zip(bar.y, bar.x, strict=True)) for bar in figure.data}
    assert stacks["structure"] == {"country_code": 0, "(whole record)": 5}
    assert stacks["null"]["country_code"] + stacks["unknown"]["country_code"] == 7
    assert list(figure.layout.yaxis.categoryarray) == ["(whole record)", "country_code"]


@pytest.mark.parametrize(("names", "shown", "others"), [(15, 15, 0), (16, 16, 0), (17, 15, 2)])
def test_as_many_names_as_fit_are_ranked_and_the_rest_summed(names, shown, others):
    table = pd.DataFrame({"name": [f"{n:02}" for n in range(names)], "revenue": np.arange(names) * 1.5, "orders": 1})

    cut = revenue.ranked(table)

    assert (len(cut.top), cut.others) == (shown, others)
    assert cut.top["revenue"].sum() + cut.revenue == table["revenue"].sum()
    assert cut.top["revenue"].is_monotonic_decreasing
    assert len(cut.top) + cut.orders == names


def test_bars_of_alike_names_stay_apart():
    table = pd.DataFrame({"name": ["x" * 40 + "1", "x" * 40 + "2"], "revenue": [2.0, 1.0], "orders": [1, 1]})

    (bars,) = revenue.draw_names(table, "Revenue").data

    assert list(bars.y) == [0, 1]
    assert list(bars.x) == [2.0, 1.0]


def test_percentiles_stand_between_the_bars_where_they_belong():
    figure = amounts.draw_distribution(distribution([10.0, 20.0, 40.0, 80.0], [5, 5, 5, 5]), SUMMARY)

    median, most = (shape.x0 for shape in figure.layout.shapes)
    assert median == pytest.approx(-0.5 + np.log(15 / 10) / np.log(2))
    assert most == pytest.approx(2.5 + np.log(95 / 80) / np.log(2))
    assert [note.text for note in figure.layout.annotations] == ["median<br>15.00", "99 % up to<br>95.00"]


def test_a_wide_distribution_is_labelled_at_powers_of_ten():
    lows = [0.0, *(10 ** (step / 8 - 1) for step in range(41))]

    figure = amounts.draw_distribution(distribution(lows, [1] * len(lows)), SUMMARY)

    assert list(figure.layout.xaxis.ticktext) == ["0.1", "1", "10", "100", "1,000", "10,000"]


def test_missing_values_are_shares_of_a_windows_rows_and_only_of_columns_that_miss_any():
    windows = pd.DataFrame(
        {
            "window": pd.to_datetime(["2024-01-01", "2024-01-08", None]),
            "rows": [10, 20, 5],
            "missing_customer_age": [1, 4, 5],
            "missing_payment_type": [0, 0, 0],
        }
    )

    (line,) = quality.draw_missing(windows).data

    assert line.name == "customer_age"
    assert list(line.x) == ["2024-01-01", "2024-01-08"]
    assert list(line.y) == [0.1, 0.2]


def test_the_newest_runs_are_drawn_and_earlier_ones_left_out():
    table = run_table(runs.MOST_RUNS + 3)

    refused, usage = runs.draw_refused(table), runs.draw_usage(table)

    quarantined, repeats = refused.data
    assert len(quarantined.x) == runs.MOST_RUNS
    assert quarantined.y[0] == 1.0
    assert repeats.y[0] == 2.0
    assert usage.data[0].y[-1] == runs.MOST_RUNS + 3
    assert usage.data[0].customdata[-1] == "2024-01-01 00:00:32"


@pytest.mark.parametrize(
    "figure",
    [
        lambda: revenue.draw_names(pd.DataFrame(columns=["name", "revenue", "orders"]), "Revenue"),
        lambda: revenue.draw_months(pd.DataFrame(columns=["month", "revenue"])),
        lambda: amounts.draw_distribution(None, SUMMARY),
        lambda: quality.draw_reasons(ledger({})),
        lambda: quality.draw_missing(None),
        lambda: quality.draw_missing(
            pd.DataFrame({"window": pd.to_datetime(["2024-01-01"]), "rows": [1], "missing_customer_age": [0]})
        ),
        lambda: runs.draw_refused(None),
        lambda: runs.draw_usage(None),
    ],
)
def test_what_cannot_be_drawn_says_why(figure):
    drawn = figure()

    assert not drawn.data
    assert drawn.layout.annotations[0].text
