"""The report from end to end: real Kedro sessions on small deliveries."""

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
    """The data folder after the main job alone."""
    folder = tmp_path_factory.mktemp("delivered")
    csv = hostile_delivery(folder / "purchases.csv", rows=600)
    with pytest.MonkeyPatch.context() as patch:
        run_pipelines(patch, project, folder / "data", csv, *MAIN)
    return folder


@pytest.fixture
def data(delivered, tmp_path):
    return shutil.copytree(delivered / "data", tmp_path / "data")


def latest(reporting):
    return (reporting / "latest/summary_report.html").read_text("utf-8")


def embedded(html):
    found = re.findall(r'data-chart="(\w+)">(.*?)</script>', html, flags=re.DOTALL)
    return {name: json.loads(text) for name, text in found}


def test_the_report_is_made_from_aggregates_alone():
    read = create_pipeline().to_outputs("summary_report").inputs()

    assert read <= {*FACTS, *CHARTS}
    assert not {name for name in read if name.endswith("_purchases")}


def test_the_default_run_ends_with_the_report():
    configure_project("customer_analytics")
    from customer_analytics.pipeline_registry import register_pipelines  # noqa: PLC0415  after configuration

    assert "summary_report" in register_pipelines()["__default__"].all_outputs()


def test_a_report_alone_after_the_main_job_says_what_is_missing(run, data):
    reporting = run(data, "unused.csv", "reporting")

    html = latest(reporting)
    assert "Nothing has judged this delivery yet" in html
    assert "No run has left its metrics yet." in html
    assert set(embedded(html)) == {
        "ledger_flow_chart",
        "reasons_chart",
        "revenue_by_month_chart",
        "revenue_by_country_chart",
        "revenue_by_category_chart",
    }


def test_what_was_missing_is_there_once_it_was_made_and_the_earlier_report_stays(run, data):
    reporting = run(data, "unused.csv", "reporting")
    before = latest(reporting)

    run(data, "unused.csv", "drift", "history", "reporting")

    kept = sorted((reporting / "summary_report.html").iterdir())
    assert len(kept) == 2
    assert (kept[0] / "summary_report.html").read_text("utf-8") == before
    assert (kept[1] / "summary_report.html").read_text("utf-8") == latest(reporting) != before
    assert "There is no baseline to compare with" in latest(reporting)
    assert f"run of {kept[1].name[:10]}" in latest(reporting)


def test_charts_on_the_page_are_those_in_the_catalog(run, data):
    reporting = run(data, "unused.csv", "drift", "history", "reporting")

    shown = embedded(latest(reporting))

    assert {"amount_distribution_chart", "volume_chart", "usage_by_run_chart"} <= set(shown)
    assert shown == {name: json.loads((reporting / f"{name}.json").read_text()) for name in shown}


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([], "No row came in."),
        (["1,a,Books,-5,2024-01-31,DE,30,Card"], "None of 1 row can be trusted."),
        (["1,a,Books,10.00,2024-01-31,DE,30,Card"], "1 of 1 row can be trusted, worth 10.00."),
    ],
)
def test_next_to_nothing_makes_a_page(run, tmp_path, rows, said):
    csv = tmp_path / "purchases.csv"
    csv.write_text("\n".join([HEADER, *rows]) + "\n")

    reporting = run(tmp_path / "data", csv, *MAIN, "drift", "history", "reporting")

    assert f"<h1>{said}</h1>" in latest(reporting)


def test_what_a_chunk_takes_in_memory_is_on_the_page_once_it_was_measured(run, data):
    told = {"in_words": ["typed: 1,000 rows take 1 MB."]}
    (data / "08_reporting/memory_report_summary.json").write_text(json.dumps(told))

    reporting = run(data, "unused.csv", "reporting")

    assert "typed: 1,000 rows take 1 MB." in latest(reporting)
