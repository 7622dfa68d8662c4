"""The ``aggregation`` pipeline against plain Python."""

import numpy as np
import pytest
from hypothesis import given, settings
from tests import oracle
from tests.hostile import csv_texts, many_purchases, plain_csv, purchase
from tests.making import contract_of, gathered, table_rows, typed_chunks

from customer_analytics.core.aggregation.outliers import OutlierRules
from customer_analytics.core.chunks.local import LocalChunks
from customer_analytics.core.contract.settings import Contract
from customer_analytics.core.drift.profile.purchase_profile import ProfileSettings
from customer_analytics.pipelines.aggregation import create_pipeline, nodes
from customer_analytics.pipelines.cleaning.nodes import find_duplicates, keep_first_copies

RULES = OutlierRules(zscore=3.0, iqr_factor=1.5)
GROUPS = [
    lambda row: (row["country_code"] or "",),
    lambda row: (row["product_category"] or "",),
    lambda row: (row["country_code"] or "", row["product_category"] or ""),
    lambda row: (row["purchase_date"].replace(day=1, hour=0, minute=0, second=0, microsecond=0),),
]


def clean_chunks(text, contract=None, chunk_rows=None):
    typed = typed_chunks(text, contract, chunk_rows=chunk_rows)
    return LocalChunks.of(keep_first_copies(typed, find_duplicates(typed)))


def measure(clean, contract):
    measures, _ = nodes.measure_purchases(clean, LocalChunks.of([]), ProfileSettings("week"), contract)
    return measures


def tables_of(clean, contract=None):
    contract = contract or Contract()
    measures = measure(clean, contract)
    return nodes.tabulate_revenue(measures, nodes.count_customers(clean, measures), contract)


def expected_tables(text, rules):
    clean = oracle.settle(oracle.judge_file(text, rules)).clean
    scale = 10**rules.amount_decimals
    return [
        [
            (*group, minor / scale, orders, minor / (orders * scale), customers)
            for group, (minor, orders, customers) in oracle.revenue(clean, group_of, rules.amount_decimals).items()
        ]
        for group_of in GROUPS
    ]


RELAXED = oracle.Rules(
    critical_columns=("customer_id", "purchase_id", "purchase_amount", "purchase_date"), amount_decimals=3
)


@pytest.mark.parametrize("rules", [oracle.Rules(), RELAXED], ids=["default", "relaxed"])
@given(csv_texts(most=12))
def test_revenue_tables_equal_those_of_the_oracle_for_any_text(rules, text):
    contract = contract_of(rules)

    tables = tables_of(clean_chunks(text, contract, chunk_rows=3), contract)

    assert [table_rows(table) for table in tables] == expected_tables(text, rules)


def test_revenue_tables_of_a_long_file_equal_those_of_the_oracle():
    text = plain_csv(many_purchases(3000, seed=5, nasty_share=0.03))

    tables = tables_of(clean_chunks(text, chunk_rows=400))

    assert [table_rows(table) for table in tables] == expected_tables(text, oracle.Rules())
    assert [list(table.columns[-4:]) for table in tables] == [
        ["revenue", "orders", "average_basket", "unique_customers"]
    ] * 4


def test_a_customer_counts_once_per_group_across_chunks():
    rows = [purchase(1), purchase(2), purchase(3, country_code="US"), purchase(4, customer_id="2"), purchase(5)]

    by_country, by_category, by_both, by_month = tables_of(clean_chunks(plain_csv(rows), chunk_rows=1))

    assert by_country["unique_customers"].tolist() == [2, 1]
    assert by_category["unique_customers"].tolist() == [2]
    assert by_both["unique_customers"].tolist() == [2, 1]
    assert by_month["unique_customers"].tolist() == [2]


def test_customers_with_the_largest_ids_are_distinct():
    rows = [purchase(number, customer_id=str(10**18 - 1 - number % 3)) for number in range(12)]

    by_country, *_ = tables_of(clean_chunks(plain_csv(rows), chunk_rows=5))

    assert by_country["unique_customers"].tolist() == [3]


def test_the_summary_is_that_of_numpy_on_all_rows():
    text = plain_csv(many_purchases(2000, seed=6, nasty_share=0.02))
    clean = clean_chunks(text, chunk_rows=300)
    measures = measure(clean, Contract())

    summary = nodes.summarise_numbers(measures, RULES, Contract()).set_index("column")

    rows = oracle.settle(oracle.judge_file(text)).clean
    for name, column in (("purchase_amount", 3), ("customer_age", 6)):
        values = [row.typed_values[column] for row in rows if row.typed_values[column] is not None]
        figures = summary.loc[name]
        assert (figures["count"], figures["nulls"]) == (len(values), len(rows) - len(values))
        for percent in (1, 5, 25, 50, 75, 95, 99):
            assert figures[f"p{percent}"] == np.percentile(values, percent)


def test_outliers_are_rows_with_the_rules_they_break():
    usual = {"purchase_amount": "10", "customer_age": "30"}
    unusual = [{"purchase_amount": "1000"}, {"customer_age": "119"}, {"customer_age": ""}]
    rows = [purchase(number, **usual) for number in range(50)]
    rows += [purchase(100 + number, **{**usual, **changes}) for number, changes in enumerate(unusual)]
    clean = clean_chunks(plain_csv(rows), chunk_rows=7)
    measures = measure(clean, Contract())

    outliers = nodes.find_outliers(clean, measures, RULES, Contract())

    kinds = [(row[1], row[-2], row[-1]) for row in gathered(outliers)]
    assert kinds == [("p100", "zscore;iqr", None), ("p101", None, "zscore;iqr")]


@pytest.mark.parametrize("amount", ["1e6", "999999999999.99", "1e12"])
def test_the_largest_amounts_are_summed_and_are_outliers(amount):
    rows = [purchase(number, purchase_amount=amount) for number in range(2)]
    rows += [purchase(number, purchase_amount="1", country_code="US") for number in range(5, 40)]
    clean = clean_chunks(plain_csv(rows))
    measures = measure(clean, Contract())

    by_country, *_ = tables_of(clean)
    summary = nodes.summarise_numbers(measures, RULES, Contract())
    outliers = nodes.find_outliers(clean, measures, RULES, Contract())

    assert by_country["revenue"].tolist() == [2 * float(amount), 35.0]
    assert summary["max"][0] == float(amount)
    assert len(gathered(outliers)) == 2


@settings(max_examples=10)
@given(csv_texts(most=5))
def test_nodes_return_the_same_twice_and_do_not_change_their_inputs(twice, text):
    contract, clean = Contract(), clean_chunks(text, chunk_rows=2)
    measures = twice(measure, clean, contract)
    customers = twice(nodes.count_customers, clean, measures)

    twice(nodes.tabulate_revenue, measures, customers, contract)
    twice(nodes.summarise_numbers, measures, RULES, contract)
    twice(nodes.find_outliers, clean, measures, RULES, contract)


def test_no_rows_make_empty_tables():
    clean = clean_chunks(plain_csv([]))
    measures = measure(clean, Contract())

    tables = tables_of(clean)

    assert [len(table) for table in tables] == [0] * 4
    assert [str(table["unique_customers"].dtype) for table in tables] == ["int64"] * 4
    assert nodes.summarise_numbers(measures, RULES, Contract())["count"].tolist() == [0, 0]
    assert gathered(nodes.find_outliers(clean, measures, RULES, Contract())) == []


def test_the_pipeline_connects_the_names_of_the_catalog():
    pipeline = create_pipeline()

    assert {"clean_purchases", "params:contract", "params:outliers"} <= pipeline.inputs()
    assert pipeline.outputs() >= {
        "revenue_by_country",
        "revenue_by_category",
        "revenue_by_country_category",
        "revenue_by_month",
        "numeric_summary",
        "outlier_purchases",
    }
