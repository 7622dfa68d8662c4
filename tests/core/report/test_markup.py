"""What the page is made of: data cannot break out of it, its charts are whole, and everything on it can be read."""

import dataclasses
import json
import re

from tests.contrast import contrast
from tests.report_facts import CHANGES, VERDICT, charts, facts, run_table, written

from customer_analytics.core.report import page
from customer_analytics.core.report.charts import style
from customer_analytics.core.report.charts.style import nothing_drawn


def test_data_cannot_end_a_script_or_start_an_element():
    hostile = "</script><script>alert(1)</script><!--"

    html = written(facts(categories=[hostile, "<img src=x onerror=alert(1)>"]))

    assert html.count("<script>") == 2  # Plotly and the page's own
    assert "<img" not in re.sub(r"<script>.*?</script>", "", html, flags=re.DOTALL)
    assert "&lt;/script&gt;&lt;script&gt;" in html


def test_a_figure_cannot_end_the_script_that_holds_it():
    hostile = style.figure([{"type": "bar", "x": ["</script><b>"], "y": [1]}], {"title": {"text": "Flow"}})

    html = page.write_report(facts(), {"ledger_flow_chart": hostile})

    ((_, text),) = re.findall(r'data-chart="(\w+)">(.*?)</script>', html, flags=re.DOTALL)
    assert json.loads(text)["data"][0]["x"] == ["</script><b>"]


def test_embedded_charts_are_the_figures_they_were_made_from():
    told = facts()

    found = re.findall(r'data-chart="(\w+)">(.*?)</script>', written(told), flags=re.DOTALL)

    drawn = {name: figure for name, figure in charts(told).items() if figure is not None and figure.data}
    assert dict(found).keys() == drawn.keys()
    assert {name: json.loads(text) for name, text in found} == {
        name: json.loads(figure.to_json()) for name, figure in drawn.items()
    }


def test_a_figure_without_a_mark_gives_way_to_words():
    html = page.write_report(facts(), {"ledger_flow_chart": nothing_drawn("nothing")})

    assert "data-chart=" not in html


def test_the_same_facts_give_the_same_page_and_are_left_alone():
    told = facts(runs=run_table({}), run_changes=CHANGES, drift_verdict=VERDICT)
    before = {field.name: str(getattr(told, field.name)) for field in dataclasses.fields(told)}

    first, second = written(told), written(told)

    assert first == second
    assert {field.name: str(getattr(told, field.name)) for field in dataclasses.fields(told)} == before


def test_text_and_marks_stand_out_in_light_and_dark():
    html = written(facts())
    roots = re.findall(r":root \{(.*?)\}", html, re.DOTALL)
    light, dark, paper = (dict(re.findall(r"--(\w+): (#\w{6})", root)) for root in roots)

    texts = {
        (scheme, colour): contrast(scheme_colours[colour], scheme_colours[ground])
        for scheme, scheme_colours in {"light": light, "dark": dark, "paper": paper}.items()
        for colour in ("ink", "soft", "accent", "good", "warn", "fail", "unknown")
        for ground in ("paper", "raised")
    }
    marks = {
        (twin, ground): contrast(twin, ground)
        for one, other in style.DARK.items()
        if one != style.GRID
        for twin, ground in ((one, light["paper"]), (other, dark["paper"]))
    }

    assert {name: ratio for name, ratio in texts.items() if ratio < 4.5} == {}
    assert {name: ratio for name, ratio in marks.items() if ratio < 3} == {}
