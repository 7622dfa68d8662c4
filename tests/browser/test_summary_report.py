"""The summary report in a real browser: light and dark, on a phone, on paper, by keyboard."""

import base64
import itertools
import json
import time

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from tests.deliveries import HOSTILE, LONG

pytestmark = pytest.mark.filterwarnings("ignore:register_new_resolver")  # Kedro calls omegaconf's former name

CHARTS = {
    "ledger_flow_chart",
    "revenue_by_month_chart",
    "revenue_by_country_chart",
    "revenue_by_category_chart",
    "amount_distribution_chart",
    "reasons_chart",
    "missing_by_window_chart",
    "quarantined_by_run_chart",
    "drift_findings_chart",
    "volume_chart",
    "amount_percentiles_chart",
    "usage_by_run_chart",
}
MARKS = """
return Object.fromEntries([...document.querySelectorAll(".chart")].map((chart) => [chart.id,
  [...chart.querySelectorAll(".point path, .js-line, .sankey-link, .sankey-node")]
    .filter((mark) => mark.getBBox().width + mark.getBBox().height > 0).length]));
"""
MAX_PAGE_BYTES = 6_000_000


@pytest.fixture
def page(browser, report):
    return browser.show(report)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_chart_is_drawn_in_light_and_dark(browser, report, tmp_path, scheme):
    browser.open(report, scheme=scheme)

    marks = browser.evaluate(MARKS)
    screenshot = base64.b64decode(browser.send_command("Page.captureScreenshot", captureBeyondViewport=True)["data"])
    (tmp_path / f"{scheme}.png").write_bytes(screenshot)
    assert set(marks) == CHARTS
    assert [name for name, count in marks.items() if not count] == []
    assert len(screenshot) > 20_000
    background = browser.evaluate("return getComputedStyle(document.body).backgroundColor")
    label = browser.evaluate("return getComputedStyle(document.querySelector('#volume_chart .xtick text')).fill")
    assert (_brightness(background) > 128) is (scheme == "light")
    assert abs(_brightness(background) - _brightness(label)) > 128


def test_charts_follow_a_change_of_the_colour_scheme(browser, report):
    browser.open(report, scheme="light")
    read_colour = "return getComputedStyle(document.querySelector('#revenue_by_month_chart .point path')).fill"
    light_colour = browser.evaluate(read_colour)

    browser.emulate(scheme="dark")

    assert _becomes_true(browser, f"{read_colour} !== arguments[0]", light_colour)


def test_the_page_writes_nothing_to_the_console_and_requests_nothing(browser, report):
    browser.open(report)

    assert browser.console_lines() == []
    assert browser.requests() == [report.as_uri()]


def test_the_content_security_policy_blocks_an_injected_request(browser, report):
    browser.open(report)
    script = """
    const done = arguments[0];
    document.addEventListener("securitypolicyviolation", (event) => done(event.effectiveDirective), {once: true});
    const image = new Image();
    image.src = "http://127.0.0.1:9/picture.png";
    """

    blocked_directive = browser.driver.execute_async_script(script)

    assert blocked_directive == "img-src"


def test_the_page_is_small_enough_to_send(report):
    assert report.stat().st_size <= MAX_PAGE_BYTES


def test_nothing_is_wider_than_the_screen_of_a_phone(browser, report):
    browser.open(report, width=360)

    too_wide = browser.evaluate("""
      return [...document.querySelectorAll("body *")]
        .filter((element) => !element.closest(".scroll, nav ol, svg, .skip"))
        .filter((element) => element.getBoundingClientRect().right > 361)
        .map((element) => element.className || element.tagName);
    """)
    assert too_wide == []
    assert browser.evaluate("return document.documentElement.scrollWidth") <= 360
    assert [name for name, count in browser.evaluate(MARKS).items() if not count] == []


def test_labels_of_a_chart_do_not_overlap_on_a_phone(browser, report):
    browser.open(report, width=360)

    overlapping = browser.evaluate("""
      const overlapping = [];
      for (const chart of document.querySelectorAll(".chart")) {
        for (const kind of [".xtick text", ".ytick text", ".node-label"]) {
          const boxes = [...chart.querySelectorAll(kind)].map((text) => text.getBoundingClientRect());
          boxes.forEach((box, index) => boxes.slice(index + 1).forEach((laterBox) => {
            const [width, height] = [
              Math.min(box.right, laterBox.right) - Math.max(box.left, laterBox.left),
              Math.min(box.bottom, laterBox.bottom) - Math.max(box.top, laterBox.top)];
            if (width > 3 && height > 5) overlapping.push(chart.id + kind);
          }));
        }
      }
      return overlapping;
    """)

    assert overlapping == []


def test_a_dark_screen_prints_in_light_with_complete_charts(browser, report):
    browser.open(report, scheme="dark")
    print_settings = {"printBackground": True, "paperWidth": 8.27, "paperHeight": 11.69}

    pdf = base64.b64decode(browser.send_command("Page.printToPDF", **print_settings)["data"])

    assert pdf.startswith(b"%PDF")
    assert len(pdf) > 50_000
    browser.emulate(scheme="dark", media="print")
    printed = browser.evaluate("""
      // Make the body as wide as a page of paper, but not the window: a resized window would redraw the charts.
      document.body.style.width = "700px";
      return {
        background: getComputedStyle(document.body).backgroundColor,
        nav: getComputedStyle(document.querySelector("nav")).display,
        distortedOrTooHigh: [...document.querySelectorAll(".chart .main-svg")].filter((svg) => {
          const [box, viewBox] = [svg.getBoundingClientRect(), svg.viewBox.baseVal];
          return Math.abs(box.width / box.height - viewBox.width / viewBox.height) > 0.02 || box.height > 900;
        }).length,
        tooWide: [...document.querySelectorAll(".chart .main-svg")]
          .filter((svg) => svg.getBoundingClientRect().right > 701).length,
      };
    """)
    assert _brightness(printed["background"]) == 255
    assert printed["nav"] == "none"
    assert printed["tooWide"] == 0
    assert printed["distortedOrTooHigh"] == 0


def test_hostile_names_are_shown_as_they_were_typed(page):
    cells = page.evaluate("""
      return [...document.querySelectorAll("#revenue table:last-of-type th[scope=row]")]
        .map((cell) => cell.textContent);
    """)

    assert set(HOSTILE) - {LONG} <= set(cells)
    assert f"{'x' * 79}… (10,240 characters)" in cells
    assert page.evaluate("return window.alerted === undefined")
    injected = "main script, main img, main b, main a[href^=http]"
    assert page.evaluate("return document.querySelectorAll(arguments[0]).length", injected) == 0


def test_hostile_names_in_charts_are_shown_as_they_were_typed(page):
    labels = page.evaluate("""
      return [...document.querySelectorAll("#revenue_by_category_chart .ytick text")]
        .map((label) => label.textContent);
    """)

    names = {label.strip("\u2068\u2069") for label in labels}
    assert {
        "<b>bold</b>",
        "&lt;i&gt;",
        "2024-01-01",
        "%{y}",
        f"{'x' * 21}…",
        '<a href="http://exampl…'[:21] + "…",
    } <= names
    assert page.evaluate("return document.querySelectorAll('.chart a[*|href], .chart a').length") == 0


def test_a_name_in_a_verdict_is_shown_as_text(page):
    text = page.evaluate("return document.querySelector('#change').textContent")

    assert "'barter'" in text
    assert page.evaluate("return document.querySelectorAll('#change script').length") == 0


def test_the_first_link_skips_the_navigation_and_the_focus_is_visible(page):
    page.evaluate("document.activeElement.blur(); window.scrollTo(0, 0)")
    body = page.driver.find_element(By.TAG_NAME, "body")

    body.send_keys(Keys.TAB)
    first_link = page.evaluate("return document.activeElement.textContent")
    page.driver.switch_to.active_element.send_keys(Keys.ENTER)
    target = page.evaluate("return document.activeElement.id || location.hash")
    page.driver.switch_to.active_element.send_keys(Keys.TAB)
    outline = page.evaluate("return getComputedStyle(document.activeElement).outlineStyle")

    assert first_link == "Skip to the report"
    assert target in {"main", "#main"}
    assert page.evaluate("return document.querySelector('main').contains(document.activeElement)")
    assert outline == "solid"


def test_a_folded_table_opens_by_keyboard(page):
    page.evaluate("document.querySelector('#revenue summary').focus()")

    page.driver.switch_to.active_element.send_keys(Keys.ENTER)

    assert page.evaluate("return document.querySelector('#revenue details').open")


def test_landmarks_and_headings_form_a_complete_outline(page):
    outline = page.evaluate("""
      return {
        landmarks: ["header", "nav", "main", "footer"].map((name) => document.querySelectorAll(name).length),
        levels: [...document.querySelectorAll("h1, h2, h3, h4")].map((heading) => Number(heading.tagName[1])),
        unnamed: [...document.querySelectorAll("section, [role=region], [role=img]")]
          .filter((element) => !element.getAttribute("aria-label") && !element.getAttribute("aria-labelledby")).length,
        uncaptioned: [...document.querySelectorAll("table")].filter((table) => !table.caption).length,
        broken: [...document.querySelectorAll("nav a")]
          .filter((link) => !document.querySelector(link.getAttribute("href"))).length,
      };
    """)

    levels = outline["levels"]
    assert outline["landmarks"] == [1, 1, 1, 1]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert max(next_level - level for level, next_level in itertools.pairwise(levels)) == 1
    assert (outline["unnamed"], outline["uncaptioned"], outline["broken"]) == (0, 0, 0)


def test_embedded_charts_equal_those_of_the_catalog(page, report):
    embedded = page.evaluate("""
      return Object.fromEntries([...document.querySelectorAll("script[data-chart]")]
        .map((script) => [script.dataset.chart, script.textContent]));
    """)

    stored = {name: json.loads((report.parents[1] / f"{name}.json").read_text()) for name in embedded}

    assert set(embedded) == CHARTS
    assert {name: json.loads(text) for name, text in embedded.items()} == stored


def _brightness(colour):
    red, green, blue = (int(channel) for channel in colour[colour.index("(") + 1 : -1].split(",")[:3])
    return round(0.299 * red + 0.587 * green + 0.114 * blue)


def _becomes_true(browser, script, *arguments):
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if browser.evaluate(script, *arguments):
            return True
        time.sleep(0.05)
    return False
