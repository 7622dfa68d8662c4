"""The page: sections laid out by a template, charts and scripts inside, nothing from elsewhere."""

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from customer_analytics.core.report.charts.style import DARK, rgba
from customer_analytics.core.report.content import Page
from customer_analytics.core.report.facts import Facts
from customer_analytics.core.report.sections.drift import OUTCOMES, tell_change
from customer_analytics.core.report.sections.headline import cards, headline
from customer_analytics.core.report.sections.quality import tell_flow, tell_quality
from customer_analytics.core.report.sections.revenue import tell_amounts, tell_revenue
from customer_analytics.core.report.sections.runs import tell_memory, tell_past, tell_usage

if TYPE_CHECKING:
    from markupsafe import Markup
    from plotly.graph_objects import Figure

Charts = Mapping[str, "Figure | None"]

_OPACITY = 0.28
_STALE = (
    "The ledger is newer than the recorded runs: the verdict and the history below are those of an earlier run. "
    "`kedro run` renews everything."
)


def write_report(facts: Facts, charts: Charts) -> str:
    """The report as one HTML page that opens without a network.

    Args:
        facts: What it tells.
        charts: Chart name → the figure in the catalog, or ``None`` where there is none.
    """
    return render(compose(facts), charts)


def compose(facts: Facts) -> Page:
    """What the report says, before it has a form."""
    return Page(
        title="Purchases report",
        run=facts.run,
        headline=headline(facts),
        cards=cards(facts),
        sections=(
            tell_flow(facts),
            tell_revenue(facts),
            tell_amounts(facts),
            tell_quality(facts),
            tell_change(facts),
            tell_past(facts),
            tell_usage(facts),
            tell_memory(facts),
        ),
        warnings=(_STALE,) if facts.is_stale else (),
    )


def render(page: Page, charts: Charts) -> str:
    """The page as HTML; text is escaped, a chart without a mark in it gives way to words."""
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415  only where a page is written
    from plotly.offline import get_plotlyjs  # noqa: PLC0415  costs seconds

    environment = Environment(
        loader=PackageLoader(__package__ or "", "template"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"told": _with_code, "breakable": _breakable}
    drawn = {name: figure for name in page.charts if (figure := charts.get(name)) is not None and figure.data}
    return environment.get_template("page.html").render(
        page=page,
        outcomes=OUTCOMES,
        figures={name: _inside_script(figure.to_json()) for name, figure in drawn.items()},
        titles={name: figure.layout.title.text for name, figure in drawn.items()},
        heights={name: figure.layout.height or 360 for name, figure in drawn.items()},
        dark=_inside_script(json.dumps(_dark())),
        plotly=_as_is(get_plotlyjs()),
    )


def _dark() -> dict[str, str]:
    """Colours of the charts and what they are on a dark ground, seen through or not."""
    through = {rgba(light, _OPACITY): rgba(dark, _OPACITY) for light, dark in DARK.items()}
    return {**DARK, **through}


def _inside_script(text: str) -> "Markup":
    """JSON that cannot end the script element that it stands in."""
    return _as_is(text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e"))


def _with_code(text: str) -> "Markup":
    """Escaped text in which what stands between backticks is code."""
    from markupsafe import Markup, escape  # noqa: PLC0415  comes with jinja2

    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704  escaped before


def _breakable(text: str) -> "Markup":
    """Escaped text that may be broken after the marks inside names such as ``null:country_code``."""
    from markupsafe import Markup, escape  # noqa: PLC0415  comes with jinja2

    return Markup(re.sub(r"([_:])(?=[A-Za-z])", r"\1<wbr>", str(escape(text))))  # noqa: S704  escaped before


def _as_is(text: str) -> "Markup":
    from markupsafe import Markup  # noqa: PLC0415  comes with jinja2

    return Markup(text)  # noqa: S704  JSON made safe above, or Plotly's own script
