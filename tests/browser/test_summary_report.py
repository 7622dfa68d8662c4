"""The summary report as people meet it: in a real browser, light and dark, on a phone, on paper, by keyboard."""

import base64
import itertools
import json

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
MOST_BYTES = 6_000_000


@pytest.fixture
def page(browser, report):
    return browser.at(report)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_chart_is_drawn_in_light_and_dark(browser, report, tmp_path, scheme):
    browser.open(report, scheme=scheme)

    marks = browser.ask(MARKS)
    picture = base64.b64decode(browser.tell("Page.captureScreenshot", captureBeyondViewport=True)["data"])
    (tmp_path / f"{scheme}.png").write_bytes(picture)
    assert set(marks) == CHARTS
    assert [name for name, count in marks.items() if not count] == []
    assert len(picture) > 20_000
    ground = browser.ask("return getComputedStyle(document.body).backgroundColor")
    label = browser.ask("return getComputedStyle(document.querySelector('#volume_chart .xtick text')).fill")
    assert (_brightness(ground) > 128) is (scheme == "light")
    assert abs(_brightness(ground) - _brightness(label)) > 128


def test_charts_follow_a_change_of_the_colour_scheme(browser, report):
    browser.open(report, scheme="light")
    colour = "return getComputedStyle(document.querySelector('#revenue_by_month_chart .point path')).fill"
    before = browser.ask(colour)

    browser.emulate(scheme="dark")

    assert _eventually(browser, f"{colour} !== arguments[0]", before)


def test_the_page_complains_of_nothing_and_asks_for_nothing(browser, report):
    browser.open(report)

    assert browser.complaints() == []
    assert browser.requests() == [report.as_uri()]


def test_a_page_that_was_tampered_with_still_reaches_no_network(browser, report):
    browser.open(report)
    script = """
    const done = arguments[0];
    document.addEventListener("securitypolicyviolation", (event) => done(event.effectiveDirective), {once: true});
    const picture = new Image();
    picture.src = "http://127.0.0.1:9/picture.png";
    """

    refused = browser.driver.execute_async_script(script)

    assert refused == "img-src"


def test_the_page_is_small_enough_to_send(report):
    assert report.stat().st_size <= MOST_BYTES


def test_nothing_on_a_phone_is_wider_than_its_screen(browser, report):
    browser.open(report, width=360)

    wide = browser.ask("""
      return [...document.querySelectorAll("body *")]
        .filter((one) => !one.closest(".scroll, nav ol, svg, .skip") && one.getBoundingClientRect().right > 361)
        .map((one) => one.className || one.tagName);
    """)
    assert wide == []
    assert browser.ask("return document.documentElement.scrollWidth") <= 360
    assert [name for name, count in browser.ask(MARKS).items() if not count] == []


def test_labels_of_a_chart_do_not_cover_one_another_on_a_phone(browser, report):
    browser.open(report, width=360)

    covered = browser.ask("""
      const found = [];
      for (const chart of document.querySelectorAll(".chart")) {
        for (const kind of [".xtick text", ".ytick text", ".node-label"]) {
          const boxes = [...chart.querySelectorAll(kind)].map((text) => text.getBoundingClientRect());
          boxes.forEach((one, place) => boxes.slice(place + 1).forEach((other) => {
            const [width, height] = [
              Math.min(one.right, other.right) - Math.max(one.left, other.left),
              Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top)];
            if (width > 3 && height > 5) found.push(chart.id + kind);
          }));
        }
      }
      return found;
    """)

    assert covered == []


def test_a_dark_screen_prints_in_light_and_whole(browser, report):
    browser.open(report, scheme="dark")
    paper = {"printBackground": True, "paperWidth": 8.27, "paperHeight": 11.69}

    document = base64.b64decode(browser.tell("Page.printToPDF", **paper)["data"])

    assert document.startswith(b"%PDF")
    assert len(document) > 50_000
    browser.emulate(scheme="dark", media="print")
    shown = browser.ask("""
      document.body.style.width = "700px";  // a page of paper: the window keeps its size, so nothing is drawn again
      return {
        ground: getComputedStyle(document.body).backgroundColor,
        nav: getComputedStyle(document.querySelector("nav")).display,
        bent: [...document.querySelectorAll(".chart .main-svg")].filter((one) => {
          const [box, whole] = [one.getBoundingClientRect(), one.viewBox.baseVal];
          return Math.abs(box.width / box.height - whole.width / whole.height) > 0.02 || box.height > 900;
        }).length,
        wide: [...document.querySelectorAll(".chart .main-svg")]
          .filter((one) => one.getBoundingClientRect().right > 701).length,
      };
    """)
    assert _brightness(shown["ground"]) == 255
    assert shown["nav"] == "none"
    assert shown["wide"] == 0
    assert shown["bent"] == 0  # none squeezed, none taller than a page


def test_hostile_names_are_shown_as_they_were_typed(page):
    cells = page.ask("""
      return [...document.querySelectorAll("#revenue table:last-of-type th[scope=row]")].map((one) => one.textContent);
    """)

    assert set(HOSTILE) - {LONG} <= set(cells)
    assert f"{'x' * 79}… (10,240 characters)" in cells
    assert page.ask("return window.alerted === undefined")
    assert page.ask("return document.querySelectorAll('main script, main img, main b, main a[href^=http]').length") == 0


def test_hostile_names_in_charts_are_shown_as_they_were_typed(page):
    labels = page.ask("""
      return [...document.querySelectorAll("#revenue_by_category_chart .ytick text")].map((one) => one.textContent);
    """)

    bare = {label.strip("\u2068\u2069") for label in labels}
    assert {
        "<b>bold</b>",
        "&lt;i&gt;",
        "2024-01-01",
        "%{y}",
        f"{'x' * 21}…",
        '<a href="http://exampl…'[:21] + "…",
    } <= bare
    assert page.ask("return document.querySelectorAll('.chart a[*|href], .chart a').length") == 0


def test_a_name_in_a_verdict_is_text(page):
    words = page.ask("return document.querySelector('#change').textContent")

    assert "'barter'" in words
    assert page.ask("return document.querySelectorAll('#change script').length") == 0


def test_the_first_tab_leads_past_the_menu_and_every_stop_can_be_seen(page):
    page.ask("document.activeElement.blur(); window.scrollTo(0, 0)")
    body = page.driver.find_element(By.TAG_NAME, "body")

    body.send_keys(Keys.TAB)
    first = page.ask("return document.activeElement.textContent")
    page.driver.switch_to.active_element.send_keys(Keys.ENTER)
    reached = page.ask("return document.activeElement.id || location.hash")
    page.driver.switch_to.active_element.send_keys(Keys.TAB)
    outline = page.ask("return getComputedStyle(document.activeElement).outlineStyle")

    assert first == "Skip to the report"
    assert reached in {"main", "#main"}
    assert page.ask("return document.querySelector('main').contains(document.activeElement)")
    assert outline == "solid"


def test_a_folded_table_opens_by_keyboard(page):
    page.ask("document.querySelector('#revenue summary').focus()")

    page.driver.switch_to.active_element.send_keys(Keys.ENTER)

    assert page.ask("return document.querySelector('#revenue details').open")


def test_landmarks_and_headings_tell_the_outline(page):
    outline = page.ask("""
      return {
        landmarks: ["header", "nav", "main", "footer"].map((name) => document.querySelectorAll(name).length),
        levels: [...document.querySelectorAll("h1, h2, h3, h4")].map((one) => Number(one.tagName[1])),
        unnamed: [...document.querySelectorAll("section, [role=region], [role=img]")]
          .filter((one) => !one.getAttribute("aria-label") && !one.getAttribute("aria-labelledby")).length,
        uncaptioned: [...document.querySelectorAll("table")].filter((one) => !one.caption).length,
        broken: [...document.querySelectorAll("nav a")]
          .filter((one) => !document.querySelector(one.getAttribute("href"))).length,
      };
    """)

    levels = outline["levels"]
    assert outline["landmarks"] == [1, 1, 1, 1]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert max(later - earlier for earlier, later in itertools.pairwise(levels)) == 1
    assert (outline["unnamed"], outline["uncaptioned"], outline["broken"]) == (0, 0, 0)


def test_charts_are_those_of_the_catalog(page, report):
    embedded = page.ask("""
      return Object.fromEntries([...document.querySelectorAll("script[data-chart]")]
        .map((one) => [one.dataset.chart, one.textContent]));
    """)

    kept = {name: json.loads((report.parents[1] / f"{name}.json").read_text()) for name in embedded}

    assert set(embedded) == CHARTS
    assert {name: json.loads(text) for name, text in embedded.items()} == kept


def _brightness(colour):
    red, green, blue = (int(part) for part in colour[colour.index("(") + 1 : -1].split(",")[:3])
    return round(0.299 * red + 0.587 * green + 0.114 * blue)


def _eventually(browser, condition, *arguments):
    script = f"""
    const done = arguments[arguments.length - 1], ends = performance.now() + 10000;
    const test = (...given) => {{ const check = function () {{ {_returning(condition)} }}; return check(...given); }};
    const look = () => {{
      if (test(...arguments)) done(true);
      else if (performance.now() > ends) done(false);
      else setTimeout(look, 50);
    }};
    look();
    """
    browser.driver.set_script_timeout(15)
    return browser.driver.execute_async_script(script, *arguments)


def _returning(condition):
    return condition if condition.startswith("return") else f"return {condition}"
