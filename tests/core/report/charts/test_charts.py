"""Charts contain the right numbers, and names in them are escaped and cut."""

import numpy as np
import pandas as pd
import pytest

from customer_analytics.core.history.runs import RUN_COLUMNS
from customer_analytics.core.report.charts import amounts, flow, labels, quality, revenue, runs, style

SUMMARY = pd.DataFrame([{"column": "purchase_amount", "p50": 15.0, "p99": 95.0}])


def ledger(by_reason):
    fates = {"rows_in": 100, "clean": 90, "quarantined": 7, "duplicates_exact": 3, "duplicates_conflicting": 0}
    return fates | {"by_reason": by_reason}


def distribution(lows, rows):
    highs = [*lows[1:], lows[-1] * 2]
    return pd.DataFrame({"low": lows, "high": highs, "rows": rows, "revenue": rows, "exact": True})


def run_table(count):
    metrics = {name: np.arange(1, count + 1) for name in RUN_COLUMNS if name != "run"}
    run_ids = [f"2024-01-01T00.00.{second:02}.000Z" for second in range(count)]
    return pd.DataFrame({"run": run_ids, **metrics}).astype(dict.fromkeys(metrics, "Float64"))


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("books", "books"),
        ("<b>x</b>", "&lt;b&gt;x&lt;/b&gt;"),
        ("&lt;", "&amp;lt;"),
        ("", "(none)"),
        ("a\nb", "a\u240ab"),
        ("x" * 30, "x" * 21 + "…"),
    ],
)
def test_a_name_in_a_chart_is_escaped_cut_and_isolated_in_its_direction(name, shown):
    assert labels.format_label(name) == f"\u2068{shown}\u2069"


def test_a_sentence_in_a_chart_is_wrapped_and_escaped():
    wrapped = labels.wrap_text("one <two> three " + "x" * 100, width=10, max_lines=4)

    assert wrapped == "one &lt;two&gt;<br>three<br>xxxxxxxxxx<br>xxxxxxxxxx<br>…"


def test_every_colour_has_a_counterpart_on_a_dark_background():
    light = {value for name, value in vars(style).items() if name.isupper() and str(value).startswith("#")}

    assert set(style.DARK) == light
    assert light.isdisjoint(style.DARK.values())


def test_the_flow_contains_every_row_and_omits_empty_fates():
    fates, reasons = flow.draw_flow(ledger({"structure": 2, "null:country_code": 6})).data

    assert sum(fates.link.value) == 100
    assert list(fates.node.label) == ["all rows  100", "clean  90", "quarantined  7", "exact duplicates  3"]
    assert list(reasons.node.label) == ["", "null:country_code  6", "structure  2"]
    assert reasons.domain.y[1] < fates.domain.y[0]


def test_without_quarantined_rows_the_flow_of_fates_fills_the_chart():
    (fates,) = flow.draw_flow(ledger({})).data

    assert fates.domain.y[1] == 1.0


def test_the_flow_of_no_rows_is_empty():
    assert not flow.draw_flow(ledger({}) | {"rows_in": 0}).data


def test_reasons_are_stacked_by_column_in_descending_order_of_rows():
    figure = quality.draw_reasons(ledger({"structure": 5, "null:country_code": 3, "unknown:country_code": 4}))

    stacks = {bar.name: dict(zip(bar.y, bar.x, strict=True)) for bar in figure.data}
    assert stacks["structure"] == {"country_code": 0, "(whole record)": 5}
    assert stacks["null"]["country_code"] + stacks["unknown"]["country_code"] == 7
    assert list(figure.layout.yaxis.categoryarray) == ["(whole record)", "country_code"]


@pytest.mark.parametrize(("group_count", "top_count", "other_count"), [(15, 15, 0), (16, 16, 0), (17, 15, 2)])
def test_the_top_groups_are_in_descending_order_and_the_others_are_summed(group_count, top_count, other_count):
    names = [f"{number:02}" for number in range(group_count)]
    table = pd.DataFrame({"name": names, "revenue": np.arange(group_count) * 1.5, "orders": 1})

    groups = revenue.split_top_groups(table)

    assert (len(groups.top), groups.other_count) == (top_count, other_count)
    assert groups.top["revenue"].sum() + groups.other_revenue == table["revenue"].sum()
    assert groups.top["revenue"].is_monotonic_decreasing
    assert len(groups.top) + groups.other_orders == group_count


def test_names_with_the_same_cut_label_have_separate_bars():
    table = pd.DataFrame({"name": ["x" * 40 + "1", "x" * 40 + "2"], "revenue": [2.0, 1.0], "orders": [1, 1]})

    (bars,) = revenue.draw_groups(table, "Revenue").data

    assert list(bars.y) == [0, 1]
    assert list(bars.x) == [2.0, 1.0]


def test_percentiles_are_marked_at_their_logarithmic_position_within_a_bar():
    figure = amounts.draw_distribution(distribution([10.0, 20.0, 40.0, 80.0], [5, 5, 5, 5]), SUMMARY)

    median, percentile_99 = (shape.x0 for shape in figure.layout.shapes)
    assert median == pytest.approx(-0.5 + np.log(15 / 10) / np.log(2))
    assert percentile_99 == pytest.approx(2.5 + np.log(95 / 80) / np.log(2))
    assert [note.text for note in figure.layout.annotations] == ["median<br>15.00", "99th percentile<br>95.00"]


def test_a_wide_distribution_is_labelled_at_powers_of_ten():
    lows = [0.0, *(10 ** (step / 8 - 1) for step in range(41))]

    figure = amounts.draw_distribution(distribution(lows, [1] * len(lows)), SUMMARY)

    assert list(figure.layout.xaxis.ticktext) == ["0.1", "1", "10", "100", "1,000", "10,000"]


def test_missing_values_are_drawn_as_shares_of_the_rows_of_a_window_and_columns_without_any_are_omitted():
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


def test_only_the_newest_runs_are_drawn():
    table = run_table(runs.MAX_RUNS + 3)

    row_shares, usage = runs.draw_quarantined(table), runs.draw_usage(table)

    quarantined, duplicates = row_shares.data
    assert len(quarantined.x) == runs.MAX_RUNS
    assert quarantined.y[0] == 1.0
    assert duplicates.y[0] == 2.0
    assert usage.data[0].y[-1] == runs.MAX_RUNS + 3
    assert usage.data[0].customdata[-1] == "2024-01-01 00:00:32"


@pytest.mark.parametrize(
    "draw",
    [
        lambda: revenue.draw_groups(pd.DataFrame(columns=["name", "revenue", "orders"]), "Revenue"),
        lambda: revenue.draw_months(pd.DataFrame(columns=["month", "revenue"])),
        lambda: amounts.draw_distribution(None, SUMMARY),
        lambda: quality.draw_reasons(ledger({})),
        lambda: quality.draw_missing(None),
        lambda: quality.draw_missing(
            pd.DataFrame({"window": pd.to_datetime(["2024-01-01"]), "rows": [1], "missing_customer_age": [0]})
        ),
        lambda: runs.draw_quarantined(None),
        lambda: runs.draw_usage(None),
    ],
)
def test_an_empty_chart_shows_the_reason(draw):
    figure = draw()

    assert not figure.data
    assert figure.layout.annotations[0].text
