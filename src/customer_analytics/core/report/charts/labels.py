"""Format texts from the data for charts.

Plotly interprets some HTML in every text, so ``<``, ``>`` and ``&`` are escaped.
"""

import html
import re

from customer_analytics.core.display import ELLIPSIS, make_visible, shorten

_FIRST_STRONG_ISOLATE, _POP_ISOLATE = "\u2068", "\u2069"


def format_label(text: str, max_chars: int = 22) -> str:
    """Format a name from the data as a label of a chart.

    Control characters become visible, a long name is cut, and HTML is escaped. Two invisible Unicode characters (FSI
    and PDI) enclose the name, so that a right-to-left name does not reorder the text next to it.
    """
    return f"{_FIRST_STRONG_ISOLATE}{escape_html(shorten(make_visible(text), max_chars))}{_POP_ISOLATE}"


def escape_html(text: str) -> str:
    """Escape HTML so that Plotly shows the text unchanged."""
    return html.escape(text, quote=False)


def wrap_text(text: str, width: int = 60, max_lines: int = 6) -> str:
    """Escape HTML in a text, and break the text into lines of at most ``width`` characters.

    If there are more than ``max_lines`` lines, an ellipsis replaces the rest.
    """
    lines = re.findall(rf".{{1,{width}}}(?:\s|$)|\S{{{width}}}", make_visible(text))
    shown_lines = lines if len(lines) <= max_lines else [*lines[:max_lines], ELLIPSIS]
    return "<br>".join(escape_html(line.strip()) for line in shown_lines)
