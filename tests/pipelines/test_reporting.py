"""The summary report of real Kedro sessions on small deliveries."""

import json
import re
import shutil

import pytest
from kedro.framework.project import configure_project
from tests.deliveries import hostile_delivery
from tests.sessions import project_copy, run_pipelines

from customer_analytics.pipelines.reporting.pipeline import CHARTS, FACTS, create_pipeline

pytestmark = pytest.mark.filterwarnings("ignore:register_new_resolver")  # Kedro calls omegaconf's former name

MAIN = ("ingestion", "cleaning", "aggregation")
HEADER = "customer_id,purchase_id,product_category,purchase_amount,purchase_date,country_code,customer_age,payment_type"


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return project_copy(tmp_path_factory.mktemp("project"))


@pytest.fixture
def run(project, monkeypatch):
    def start(data, csv, *names):
        run_pipelines(
            monkeypatch, project, data, csv, *names, outputs=["summary_report"] if "reporting" in names else None
        )
        return data / "08_reporting"

    return start


@pytest.fixture(scope="module")
def delivered(project, tmp_path_factory):
    """The folder of a delivery after ingestion, cleaning and aggregation."""
    folder = tmp_path_factory.mktemp("delivered")
    csv = hostile_delivery(folder / "purchases.csv", rows=600)
    with pytest.MonkeyPatch.context() as patch:
        run_pipelines(patch, project, folder / "data", csv, *MAIN)
    return folder


@pytest.fixture
def data(delivered, tmp_path):
    return shutil.copytree(delivered / "data", tmp_path / "data")


def newest_report(reporting):
    return (reporting / "latest/summary_report.html").read_text("utf-8")


def embedded_charts(html):
    charts = re.findall(r'data-chart="(\w+)">(.*?)</script>', html, flags=re.DOTALL)
    return {name: json.loads(figure) for name, figure in charts}


def test_the_report_is_made_from_aggregates_alone():
    inputs = create_pipeline().to_outputs("summary_report").inputs()

    assert inputs <= {*FACTS, *CHARTS}
    assert not {name for name in inputs if name.endswith("_purchases")}


def test_the_default_run_ends_with_the_report():
    configure_project("customer_analytics")
    from customer_analytics.pipeline_registry import register_pipelines  # noqa: PLC0415  after configuration

    assert "summary_report" in register_pipelines()["__default__"].all_outputs()


def test_a_report_without_drift_and_history_names_what_is_missing(run, data):
    reporting = run(data, "unused.csv", "reporting")

    html = newest_report(reporting)
    assert "This delivery was not checked for drift" in html
    assert "No run is recorded yet." in html
    assert set(embedded_charts(html)) == {
        "ledger_flow_chart",
        "reasons_chart",
        "revenue_by_month_chart",
        "revenue_by_country_chart",
        "revenue_by_category_chart",
    }


def test_a_later_report_has_what_was_missing_and_the_earlier_report_stays(run, data):
    reporting = run(data, "unused.csv", "reporting")
    earlier_html = newest_report(reporting)

    run(data, "unused.csv", "drift", "history", "reporting")

    versions = sorted((reporting / "summary_report.html").iterdir())
    html = newest_report(reporting)
    assert len(versions) == 2
    assert (versions[0] / "summary_report.html").read_text("utf-8") == earlier_html
    assert (versions[1] / "summary_report.html").read_text("utf-8") == html != earlier_html
    assert "There is no baseline to compare with" in html
    assert f"run of {versions[1].name[:10]}" in html


def test_charts_on_the_page_equal_those_in_the_catalog(run, data):
    reporting = run(data, "unused.csv", "drift", "history", "reporting")

    charts = embedded_charts(newest_report(reporting))

    assert {"amount_distribution_chart", "volume_chart", "usage_by_run_chart"} <= set(charts)
    assert charts == {name: json.loads((reporting / f"{name}.json").read_text()) for name in charts}


@pytest.mark.parametrize(
    ("rows", "headline"),
    [
        ([], "The input has no rows."),
        (["1,a,Books,-5,2024-01-31,DE,30,Card"], "None of 1 row is clean."),
        (["1,a,Books,10.00,2024-01-31,DE,30,Card"], "1 of 1 row is clean. Revenue: 10.00."),
    ],
)
def test_a_delivery_of_at_most_one_row_makes_a_page(run, tmp_path, rows, headline):
    csv = tmp_path / "purchases.csv"
    csv.write_text("\n".join([HEADER, *rows]) + "\n")

    reporting = run(tmp_path / "data", csv, *MAIN, "drift", "history", "reporting")

    assert f"<h1>{headline}</h1>" in newest_report(reporting)


def test_the_memory_of_a_chunk_is_on_the_page_if_it_was_measured(run, data):
    summary = {"in_words": ["typed: 1,000 rows take 1 MB."]}
    (data / "08_reporting/memory_report_summary.json").write_text(json.dumps(summary))

    reporting = run(data, "unused.csv", "reporting")

    assert "typed: 1,000 rows take 1 MB." in newest_report(reporting)
