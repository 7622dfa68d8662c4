"""The profile report of a real run in a real browser."""

import pandas as pd
import pytest
from selenium.webdriver.common.by import By
from tests.browser.conftest import PIPELINES
from tests.deliveries import hostile_delivery
from tests.sessions import project_copy, run_pipelines

from customer_analytics.core.aggregation.sample import SAMPLED_COLUMNS

pytestmark = pytest.mark.filterwarnings("ignore:register_new_resolver")  # Kedro calls omegaconf's former name


@pytest.fixture(scope="module")
def reporting(tmp_path_factory):
    """The data folder after a run whose delivery has hostile names."""
    folder = tmp_path_factory.mktemp("profile")
    csv = hostile_delivery(folder / "purchases.csv", rows=600)
    with pytest.MonkeyPatch.context() as patch:
        project = project_copy(tmp_path_factory.mktemp("project"))
        run_pipelines(patch, project, folder / "data", csv, *PIPELINES, outputs=["profile_report"])
    return folder / "data"


@pytest.fixture(scope="module")
def page(browser, reporting):
    browser.emulate()
    browser.driver.get_log("performance")
    browser.driver.get_log("browser")
    browser.driver.get((reporting / "08_reporting/latest/profile_report.html").as_uri())
    return browser.driver


def test_a_run_stores_the_profile_under_its_id_and_as_the_newest(reporting):
    (version,) = (reporting / "08_reporting/profile_report.html").glob("*/profile_report.html")

    html = version.read_text("utf-8")
    assert (reporting / "08_reporting/latest/profile_report.html").read_text("utf-8") == html
    assert "There is no profile of this run" not in html
    assert len(html) < 3_000_000


def test_the_sample_is_a_table_of_the_catalog_without_ids(reporting):
    sample = pd.read_parquet(reporting / "05_model_input/sampled_purchases.parquet")

    clean = pd.read_parquet(reporting / "03_primary/clean_purchases.parquet")
    assert list(sample.columns) == list(SAMPLED_COLUMNS)
    assert len(sample) == len(clean)


@pytest.mark.usefixtures("page")
def test_the_page_writes_nothing_to_the_console_and_requests_nothing(browser, reporting):
    assert browser.console_lines() == []
    assert browser.requests() == [(reporting / "08_reporting/latest/profile_report.html").as_uri()]


def test_names_from_the_data_are_shown_as_text(page):
    assert page.execute_script("return window.alerted === undefined")
    assert "<b>bold</b>" in page.find_element(By.TAG_NAME, "body").get_attribute("textContent")


def test_the_exact_statistics_are_above_the_profile(page, reporting):
    exact_section = page.find_element(By.CSS_SELECTOR, "section.exact")
    profile = page.find_element(By.CSS_SELECTOR, "div.content")

    exact = pd.read_parquet(reporting / "04_feature/numeric_summary.parquet").set_index("column")
    assert exact_section.location["y"] < profile.location["y"]
    assert f"{exact.loc['purchase_amount', 'mean']:,.2f}" in exact_section.text
    assert "purchase_amount" in profile.text


def test_nothing_is_wider_than_the_screen_of_a_phone(browser, page):
    browser.emulate(width=360)

    assert page.execute_script("return document.documentElement.scrollWidth") <= 360
    assert page.execute_script("return document.querySelector('section.exact').scrollWidth") <= 360
