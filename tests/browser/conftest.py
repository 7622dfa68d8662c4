"""One headless Chromium for all tests, and the summary report of a real run."""

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
_SWITCHES = (
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
_DRAWING_TIMEOUT_S = 20


class Browser:
    """A Chromium that records every request and every line of the console."""

    def __init__(self, driver):
        self.driver = driver
        self._default_page = None  # the path, if a page is open on the default screen

    def show(self, path):
        """Show a page on a large light screen, and load it only if it is not shown already."""
        is_shown = self._default_page == path and self.driver.current_url.startswith(path.as_uri())
        return self if is_shown else self.open(path)

    def open(self, path, *, width=1280, scheme="light", media=""):
        """Load a page and wait until its charts are drawn."""
        self.emulate(width=width, scheme=scheme, media=media)
        self._default_page = path if (width, scheme, media) == (1280, "light", "") else None
        self.driver.get_log("performance")
        self.driver.get_log("browser")
        self.driver.get(path.as_uri())
        deadline = time.monotonic() + _DRAWING_TIMEOUT_S
        while not self.evaluate("return document.documentElement.dataset.drawn") and time.monotonic() < deadline:
            time.sleep(0.05)
        return self

    def emulate(self, *, width=1280, scheme="light", media=""):
        """Set the width of the screen, the colour scheme and the medium."""
        if (width, scheme, media) != (1280, "light", ""):
            self._default_page = None
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.send_command("Emulation.setEmulatedMedia", media=media, features=features)
        screen = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 500}
        self.send_command("Emulation.setDeviceMetricsOverride", **screen)

    def evaluate(self, script, *arguments):
        """Run a script in the page and return its result."""
        return self.driver.execute_script(script, *arguments)

    def send_command(self, command, **parameters):
        """Send a command of the DevTools protocol and return its result."""
        return self.driver.execute_cdp_cmd(command, parameters)

    def requests(self):
        """Return the URLs that the page requested since it was loaded, without embedded ones."""
        events = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        requests = [event for event in events if event["method"] == "Network.requestWillBeSent"]
        urls = [event["params"]["request"]["url"] for event in requests]
        return [url for url in urls if not url.startswith(("data:", "blob:"))]

    def console_lines(self):
        """Return the lines of the console since the page was loaded."""
        return [entry["message"] for entry in self.driver.get_log("browser")]


@pytest.fixture(scope="session")
def browser():
    chromium = shutil.which("chromium")
    if chromium is None or not DRIVER.exists():
        pytest.skip("needs Debian's chromium and chromium-driver: apt-get install chromium chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        for switch in (*_SWITCHES, f"--user-data-dir={profile}"):
            options.add_argument(switch)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        driver = webdriver.Chrome(options=options, service=Service(str(DRIVER)))
        yield Browser(driver)
        driver.quit()


@pytest.fixture(scope="session")
def report(tmp_path_factory):
    """The summary report of the second of two real runs, whose deliveries have hostile names."""
    folder = tmp_path_factory.mktemp("pages")
    project, data = project_copy(tmp_path_factory.mktemp("project")), folder / "data"
    with pytest.MonkeyPatch.context() as patch:
        for payment in ("card", "barter"):
            csv = hostile_delivery(folder / f"{payment}.csv", payment=payment)
            run_pipelines(patch, project, data, csv, *PIPELINES, outputs=["summary_report"])
    return data / "08_reporting/latest/summary_report.html"
