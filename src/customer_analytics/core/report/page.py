"""Compose the summary report and render it as one self-contained HTML page."""

import json
import re
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from markupsafe import Markup, escape  # comes with jinja2

from customer_analytics.core.report.charts.style import DARK, to_rgba
from customer_analytics.core.report.content import Page
from customer_analytics.core.report.facts import Facts
from customer_analytics.core.report.sections import amounts, drift, flow, headline, memory, quality, revenue, runs

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

Charts = Mapping[str, "Figure | None"]

_LINK_OPACITY = 0.28
_DEFAULT_HEIGHT = 360
_STALE_WARNING = (
    "The ledger is newer than the recorded runs: the drift verdict and the history below belong to an earlier run. "
    "`kedro run` updates everything."
)


def write_report(facts: Facts, charts: Charts) -> str:
    """Return the summary report as HTML: one page that needs no network.

    Args:
        facts: The datasets that the report shows.
        charts: Name of a chart → its figure; ``None`` if this figure does not exist yet.
    """
    return render_page(compose_page(facts), charts)


def compose_page(facts: Facts) -> Page:
    """Build the content of the summary report, without HTML."""
    return Page(
        title="Purchases report",
        run=facts.run,
        headline=headline.write_headline(facts),
        cards=headline.build_cards(facts),
        sections=(
            flow.flow_section(facts),
            revenue.revenue_section(facts),
            amounts.amounts_section(facts),
            quality.quality_section(facts),
            drift.drift_section(facts),
            runs.runs_section(facts),
            runs.usage_section(facts),
            memory.memory_section(facts),
        ),
        warnings=(_STALE_WARNING,) if facts.is_stale else (),
    )


def render_page(page: Page, charts: Charts) -> str:
    """Render the page as HTML; texts are escaped, and a placeholder text replaces each chart without data."""
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415  only writing a page needs it
    from plotly.offline import get_plotlyjs  # noqa: PLC0415  imports Plotly, which takes seconds

    environment = Environment(
        loader=PackageLoader(__package__ or "", "template"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "with_code": partial(_insert_markup, r"`([^`]+)`", r"<code>\1</code>"),
        "breakable": partial(_insert_markup, r"([_:])(?=[A-Za-z])", r"\1<wbr>"),  # breaks null:country_code into lines
    }
    translucent = {to_rgba(light, _LINK_OPACITY): to_rgba(dark, _LINK_OPACITY) for light, dark in DARK.items()}
    figures = {name: figure for name in page.charts if (figure := charts.get(name)) is not None and figure.data}
    return environment.get_template("page.html").render(
        page=page,
        outcome_labels=drift.OUTCOME_LABELS,
        figures={name: _escape_for_script(figure.to_json()) for name, figure in figures.items()},
        titles={name: figure.layout.title.text for name, figure in figures.items()},
        heights={name: figure.layout.height or _DEFAULT_HEIGHT for name, figure in figures.items()},
        dark=_escape_for_script(json.dumps({**DARK, **translucent})),
        plotly=Markup(get_plotlyjs()),  # noqa: S704  Plotly's own script
    )


def _escape_for_script(json_text: str) -> Markup:
    """Escape ``&``, ``<`` and ``>`` in JSON, so that no text in it can close the HTML script element around it."""
    escaped = json_text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
    return Markup(escaped)  # noqa: S704  escaped above


def _insert_markup(pattern: str, markup: str, text: str) -> Markup:
    """Escape a text for HTML, then replace each match of a regular expression by HTML markup."""
    return Markup(re.sub(pattern, markup, str(escape(text))))  # noqa: S704  escaped before the replacement
