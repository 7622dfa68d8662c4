"""One headless Chromium for all tests of pages."""

import json
import shutil
import tempfile
import time
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from tests.deliveries import hostile_delivery
from tests.sessions import project_copy, run_pipelines

DRIVER = Path("/usr/bin/chromedriver")
SWITCHES = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-device-scale-factor=1",
)
PIPELINES = ("ingestion", "cleaning", "aggregation", "drift", "history", "reporting")
_DRAWN_WITHIN_S = 20


class Browser:
    """A Chromium that notes every request and every line of the console."""

    def __init__(self, driver):
        self.driver = driver
        self.shown = None

    def at(self, path):
        """A page on a large light screen, loaded anew only if something else is shown."""
        is_shown = self.shown == path and self.driver.current_url.startswith(path.as_uri())
        return self if is_shown else self.open(path)

    def open(self, path, *, width=1280, scheme="light", media=""):
        """Opens a file and waits until its charts are drawn."""
        self.shown = path if (width, scheme, media) == (1280, "light", "") else None
        self.emulate(width=width, scheme=scheme, media=media)
        self.driver.get_log("performance")
        self.driver.get_log("browser")
        self.driver.get(path.as_uri())
        ends = time.monotonic() + _DRAWN_WITHIN_S
        while not self.ask("return document.documentElement.dataset.drawn") and time.monotonic() < ends:
            time.sleep(0.05)
        return self

    def emulate(self, *, width=1280, scheme="light", media=""):
        """Sets width of the screen, colour scheme and medium."""
        self.shown = None if (width, scheme, media) != (1280, "light", "") else self.shown
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.tell("Emulation.setEmulatedMedia", media=media, features=features)
        screen = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 500}
        self.tell("Emulation.setDeviceMetricsOverride", **screen)

    def ask(self, script, *arguments):
        """What a script returns."""
        return self.driver.execute_script(script, *arguments)

    def tell(self, command, **parameters):
        """A command of the DevTools protocol."""
        return self.driver.execute_cdp_cmd(command, parameters)

    def requests(self):
        """Addresses that the page asked for since it was opened, without those inside itself."""
        messages = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        asked = [one["params"]["request"]["url"] for one in messages if one["method"] == "Network.requestWillBeSent"]
        return [url for url in asked if not url.startswith(("data:", "blob:"))]

    def complaints(self):
        """Lines of the console since the page was opened."""
        return [entry["message"] for entry in self.driver.get_log("browser")]


@pytest.fixture(scope="session")
def browser():
    program = shutil.which("chromium")
    if program is None or not DRIVER.exists():
        pytest.skip("needs Debian's chromium and chromium-driver: apt-get install chromium chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = program
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        for switch in (*SWITCHES, f"--user-data-dir={profile}"):
            options.add_argument(switch)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        driver = webdriver.Chrome(options=options, service=Service(str(DRIVER)))
        yield Browser(driver)
        driver.quit()


@pytest.fixture(scope="session")
def report(tmp_path_factory):
    """The summary report of the second of two real runs on hostile deliveries."""
    folder = tmp_path_factory.mktemp("pages")
    project, data = project_copy(tmp_path_factory.mktemp("project")), folder / "data"
    with pytest.MonkeyPatch.context() as patch:
        for payment in ("card", "barter"):
            csv = hostile_delivery(folder / f"{payment}.csv", payment=payment)
            run_pipelines(patch, project, data, csv, *PIPELINES, outputs=["summary_report"])
    return data / "08_reporting/latest/summary_report.html"
