"""The HTML of the report: names from the data cannot inject markup, charts are embedded unchanged, text is legible."""

import dataclasses
import json
import re

from tests.contrast import contrast
from tests.report_facts import CHANGES, VERDICT, charts, facts, run_table, write_html

from customer_analytics.core.report import page
from customer_analytics.core.report.charts import style


def test_data_cannot_end_a_script_or_start_an_element():
    hostile = "</script><script>alert(1)</script><!--"

    html = write_html(facts(categories=[hostile, "<img src=x onerror=alert(1)>"]))

    assert html.count("<script>") == 2  # Plotly and the page's own
    assert "<img" not in re.sub(r"<script>.*?</script>", "", html, flags=re.DOTALL)
    assert "&lt;/script&gt;&lt;script&gt;" in html


def test_a_figure_cannot_end_the_script_that_contains_it():
    hostile = style.make_figure([{"type": "bar", "x": ["</script><b>"], "y": [1]}], {"title": {"text": "Flow"}})

    html = page.write_report(facts(), {"ledger_flow_chart": hostile})

    ((_, figure_json),) = re.findall(r'data-chart="(\w+)">(.*?)</script>', html, flags=re.DOTALL)
    assert json.loads(figure_json)["data"][0]["x"] == ["</script><b>"]


def test_embedded_charts_equal_the_figures_of_the_catalog():
    report_facts = facts()

    embedded = re.findall(r'data-chart="(\w+)">(.*?)</script>', write_html(report_facts), flags=re.DOTALL)

    figures = {name: figure for name, figure in charts(report_facts).items() if figure is not None and figure.data}
    assert {name: json.loads(figure_json) for name, figure_json in embedded} == {
        name: json.loads(figure.to_json()) for name, figure in figures.items()
    }
    assert len(embedded) == len(figures)


def test_a_figure_without_data_is_not_embedded():
    html = page.write_report(facts(), {"ledger_flow_chart": style.make_empty_figure("nothing")})

    assert "data-chart=" not in html


def test_the_same_facts_give_the_same_page_and_stay_unchanged():
    report_facts = facts(runs=run_table({}), run_changes=CHANGES, drift_verdict=VERDICT)
    before = {field.name: str(getattr(report_facts, field.name)) for field in dataclasses.fields(report_facts)}

    first_html, second_html = write_html(report_facts), write_html(report_facts)

    assert first_html == second_html
    assert {field.name: str(getattr(report_facts, field.name)) for field in dataclasses.fields(report_facts)} == before


def test_text_and_marks_have_enough_contrast_in_light_and_dark():
    html = write_html(facts())
    roots = re.findall(r":root \{(.*?)\}", html, re.DOTALL)
    light, dark, paper = (dict(re.findall(r"--(\w+): (#\w{6})", root)) for root in roots)

    text_contrasts = {
        (scheme, colour, background): contrast(scheme_colours[colour], scheme_colours[background])
        for scheme, scheme_colours in {"light": light, "dark": dark, "paper": paper}.items()
        for colour in ("ink", "soft", "accent", "good", "warn", "fail", "unknown")
        for background in ("paper", "raised")
    }
    mark_contrasts = {
        (colour, background): contrast(colour, background)
        for light_colour, dark_colour in style.DARK.items()
        if light_colour != style.GRID
        for colour, background in ((light_colour, light["paper"]), (dark_colour, dark["paper"]))
    }

    assert {name: ratio for name, ratio in text_contrasts.items() if ratio < 4.5} == {}
    assert {name: ratio for name, ratio in mark_contrasts.items() if ratio < 3} == {}
